import Processes

/// One run's file of the journal.
struct RunFile: Sendable {
  let path: String
  let lines: Lines
  /// Its first line; `nil` where its coordinator was killed before that was whole.
  let header: JournalHeader?

  /// Reads a file.
  ///
  /// - Parameter path: The file.
  /// - Throws: ``StoreError``.
  init(_ path: String) throws(StoreError) {
    self.path = path
    do { lines = Lines(try readFile(path)) } catch { throw .system(error) }
    var rest = lines
    guard let first = rest.next() else {
      header = nil
      return
    }
    guard let header = JournalLine.read(JournalHeader.self, first) else {
      throw .damagedJournal(file: path, line: 1)
    }
    guard header.format == 1 else { throw .newerFormat(file: path, format: header.format) }
    self.header = header
  }

  /// Reads the entries.
  ///
  /// - Parameters:
  ///   - limit: How many bytes count, all of them whole lines, as a later run found; `nil` in the
  ///     last run, whose end may be a write that was cut short.
  ///   - entries: Where they go.
  /// - Returns: How many bytes count.
  /// - Throws: ``StoreError``.
  func readEntries(
    upTo limit: Int?, into entries: inout [JournalEntry]
  ) throws(StoreError) -> Int {
    let count = lines.bytes.count
    if let limit, count < limit {
      throw .damaged(
        file: path, cause: "it has \(count) bytes, but \(limit) when the next run began")
    }
    var lines = lines
    var whole = 0
    var number = 0
    while let line = lines.next(), limit.map({ line.endIndex < $0 }) ?? true {
      number += 1
      if number > 1 {
        guard let entry = JournalLine.read(JournalEntry.self, line) else {
          if limit != nil || lines.hasWholeLine() {
            throw .damagedJournal(file: path, line: number)
          }
          break
        }
        entries.append(entry)
      }
      whole = line.endIndex + 1
    }
    return whole
  }
}

/// The lines of a file, each with its place in it.
struct Lines: Sendable {
  let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next line without its newline; `nil` where no whole line is left.
  mutating func next() -> ArraySlice<UInt8>? {
    guard let end = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    defer { place = end + 1 }
    return bytes[place..<end]
  }

  /// Whether any line from here on is whole.
  func hasWholeLine() -> Bool {
    var rest = self
    while let line = rest.next() {
      if JournalLine.read(JournalEntry.self, line) != nil { return true }
    }
    return false
  }
}
