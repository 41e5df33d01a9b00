import Processes

/// One run's file of the journal.
struct RunFile: Sendable {
  let path: String
  /// Its first line; `nil` where its coordinator was killed before that was whole.
  let header: JournalHeader?
  /// Its length in bytes.
  let size: Int

  /// Reads a file's first line.
  ///
  /// - Parameter path: The file.
  /// - Throws: ``StoreError``.
  init(_ path: String) throws(StoreError) {
    self.path = path
    let first: [UInt8]?
    do { first = try readFirstLine(path) } catch { throw .system(error) }
    size = fileSize(path) ?? 0
    guard let first else {
      header = nil
      return
    }
    guard let header = JournalLine.header(first[...]) else {
      throw .damagedJournal(file: path, line: 1)
    }
    guard header.format == 1 else { throw .newerFormat(file: path, format: header.format) }
    self.header = header
  }

  /// A place between two lines.
  struct Place: Hashable, Sendable {
    /// Bytes before it.
    var bytes = 0
    /// Lines before it.
    var lines = 0
  }

  /// Whether a line with this checksum ends at a place.
  func hasLine(endingAt place: Place, checksum: String) throws(StoreError) -> Bool {
    let length = 11
    guard place.bytes >= length, place.bytes <= size else { return false }
    let end: [UInt8]
    do { end = try readFile(path, from: place.bytes - length, atMost: length) } catch {
      throw .system(error)
    }
    return end.count == length && end.last == UInt8(ascii: "\n")
      && JournalLine.checksum(at: end.dropLast()) == checksum
  }

  /// Reads the entries.
  ///
  /// - Parameters:
  ///   - start: Where to begin.
  ///   - limit: How many bytes count, all of them whole lines, as a later run found; `nil` in the
  ///     last run, whose end may be a write that was cut short.
  ///   - each: Takes each entry.
  /// - Returns: Up to where they count, and how many bytes there are.
  /// - Throws: ``StoreError``.
  func readEntries(
    from start: Place, upTo limit: Int?, each: (JournalEntry) -> Void
  ) throws(StoreError) -> (end: Place, bytes: Int) {
    if let limit, size < limit {
      throw .damaged(
        file: path, cause: "it has \(size) bytes, but \(limit) when the next run began")
    }
    var place = start
    var lines: Lines
    do {
      lines = Lines(try readFile(path, from: start.bytes), upTo: limit.map { $0 - start.bytes })
    } catch { throw .system(error) }
    if place.lines == 0, let first = lines.next() {
      place = Place(bytes: first.count + 1, lines: 1)
    }
    while true {
      let batch = lines.next(4096)
      guard !batch.isEmpty else { break }
      let entries = JournalLine.readAll(batch)
      for (index, entry) in entries.enumerated() {
        guard let entry else {
          let isFollowed = entries[index...].contains { $0 != nil } || lines.hasWholeLine()
          if limit != nil || isFollowed {
            throw .damagedJournal(file: path, line: place.lines + 1)
          }
          return (place, start.bytes + lines.bytes.count)
        }
        each(entry)
        place = Place(bytes: place.bytes + batch[index].count + 1, lines: place.lines + 1)
      }
    }
    return (place, start.bytes + lines.bytes.count)
  }
}

/// The lines of a file, or of its rest.
private struct Lines {
  let bytes: [UInt8]
  private let limit: Int
  private var place = 0

  init(_ bytes: [UInt8], upTo limit: Int?) {
    self.bytes = bytes
    self.limit = limit ?? bytes.count
  }

  /// The next line without its newline; `nil` where no whole line is left.
  mutating func next() -> ArraySlice<UInt8>? {
    guard place < limit,
      let end = bytes[place..<limit].firstIndex(of: UInt8(ascii: "\n"))
    else { return nil }
    defer { place = end + 1 }
    return bytes[place..<end]
  }

  /// The next lines, at most so many.
  mutating func next(_ count: Int) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    while lines.count < count, let line = next() { lines.append(line) }
    return lines
  }

  /// Whether any line from here on is whole.
  func hasWholeLine() -> Bool {
    var rest = self
    while let line = rest.next() {
      if JournalLine.read(line) != nil { return true }
    }
    return false
  }
}
