import Coordination
import Glibc
import Processes

/// The journal of a study: one file for each run of a coordinator, each line an event with its
/// decisions, brought to the disk before these are acted on.
///
/// A run creates its file exclusively and records how long the file before it is; whatever a
/// coordinator that was cut off still appends there does not count.
public struct Journal {
  /// The run's number.
  public let run: Int
  private let file: Descriptor
  private let path: String
  /// Bytes in the file so far.
  public private(set) var length = 0
  /// Whether lines wait to be brought to the disk.
  private var pending: [UInt8] = []

  /// All entries of a study, run by run.
  public struct Content: Sendable {
    /// Whole entries in their order.
    public var entries: [JournalEntry] = []
    /// The number of the last run; 0 where there was none.
    public var lastRun = 0
    /// The whole length of the last run's file in bytes.
    public var lastLength = 0
    /// Bytes at the end of the last file that are not whole lines: a write that was cut short.
    public var tornBytes = 0
  }

  /// Reads all journal files.
  ///
  /// - Parameter folder: The study's `journal` folder.
  /// - Returns: Their entries; nothing where the folder is empty.
  /// - Throws: ``StoreError``.
  public static func read(_ folder: String) throws(StoreError) -> Content {
    var content = Content()
    let names = namesInFolder(folder).filter { $0.hasSuffix(".jsonl") && !$0.hasPrefix(".") }
    var files: [(path: String, lines: Lines)] = []
    for name in names {
      let path = folder + "/" + name
      do { files.append((path, Lines(try readFile(path)))) } catch { throw .system(error) }
    }
    for (index, file) in files.enumerated() {
      var lines = file.lines
      guard let first = lines.next() else {
        // A run that was killed before it had written its first line.
        content.lastRun = index + 1
        content.lastLength = 0
        continue
      }
      guard let header = JournalLine.read(JournalHeader.self, first) else {
        throw .damagedJournal(file: file.path, line: 1)
      }
      guard header.format == 1 else {
        throw .newerFormat(file: file.path, format: header.format)
      }
      var limit = file.lines.bytes.count
      if index + 1 < files.count {
        var following = files[index + 1].lines
        if let next = following.next().flatMap({ JournalLine.read(JournalHeader.self, $0) }) {
          limit = next.previousLength
        }
      }
      var whole = first.endIndex + 1
      var number = 1
      while let line = lines.next(), line.endIndex < limit {
        number += 1
        guard let entry = JournalLine.read(JournalEntry.self, line) else {
          if lines.hasWholeLineAfter(line.endIndex, before: limit) {
            throw .damagedJournal(file: file.path, line: number)
          }
          break
        }
        content.entries.append(entry)
        whole = line.endIndex + 1
      }
      content.lastRun = index + 1
      content.lastLength = whole
      content.tornBytes = file.lines.bytes.count - whole
    }
    return content
  }

  /// Begins a run's file.
  ///
  /// - Parameters:
  ///   - folder: The study's `journal` folder.
  ///   - content: What is there already.
  /// - Throws: ``StoreError``, of a file that exists where another coordinator was faster.
  public init(beginning folder: String, after content: Content) throws(StoreError) {
    run = content.lastRun + 1
    let digits = String(run)
    let name = String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ".jsonl"
    path = folder + "/" + name
    do {
      file = try Descriptor(opening: path, flags: O_WRONLY | O_CREAT | O_EXCL | O_APPEND)
      let header = JournalHeader(run: run, previousLength: content.lastLength)
      try file.writeAll(Self.line(header))
      try file.sync()
      try syncPath(folder)
      length = Self.line(header).count
    } catch {
      guard error.code != EEXIST else {
        throw .held(folder, by: "another coordinator, which began run \(run) just now")
      }
      throw .system(error)
    }
  }

  /// Adds an entry; it is durable after ``sync()``.
  ///
  /// - Parameter entry: Any entry.
  public mutating func append(_ entry: JournalEntry) {
    pending += Self.line(entry)
  }

  /// Brings all entries added so far to the disk with one write and one fdatasync.
  ///
  /// - Throws: ``StoreError``: nothing of what was added may be acted on.
  public mutating func sync() throws(StoreError) {
    guard !pending.isEmpty else { return }
    do {
      try file.writeAll(pending)
      try file.sync()
    } catch { throw .system(error) }
    length += pending.count
    pending = []
  }

  private static func line(_ value: some Encodable) -> [UInt8] {
    do { return try JournalLine.write(value) } catch {
      preconditionFailure("a journal value did not encode: \(error)")
    }
  }
}

/// The lines of a file, each with its place in it.
private struct Lines: Sendable {
  let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next line without its newline; `nil` where no whole line is left.
  mutating func next() -> ArraySlice<UInt8>? {
    guard let end = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    defer { place = end + 1 }
    return bytes[place..<end]
  }

  /// Whether any line after `place` is whole.
  func hasWholeLineAfter(_ place: Int, before limit: Int) -> Bool {
    var rest = self
    rest.place = place + 1
    while let line = rest.next(), line.endIndex < limit {
      if JournalLine.read(JournalEntry.self, line) != nil { return true }
    }
    return false
  }
}
