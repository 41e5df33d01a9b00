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
    /// How many bytes of each run's file count: whole lines.
    public var lengths: [Int] = []
    /// Bytes at the end of the last file that are not whole lines: a write that was cut short.
    public var tornBytes = 0
  }

  /// Reads all journal files.
  ///
  /// - Parameter folder: The study's `journal` folder.
  /// - Returns: Their entries; nothing where the folder is empty.
  /// - Throws: ``StoreError``.
  public static func read(_ folder: String) throws(StoreError) -> Content {
    let files = try files(in: folder)
    // The newest run that began says how much of all those before it counts, once and for all.
    let lengths = files.last { $0.header != nil }?.header?.lengths ?? []
    var content = Content()
    for (index, file) in files.enumerated() {
      let limit = index < lengths.count ? lengths[index] : nil
      let whole = try file.readEntries(upTo: limit, into: &content.entries)
      content.lastRun = index + 1
      content.lengths.append(whole)
      content.tornBytes = file.lines.bytes.count - whole
    }
    return content
  }

  private static func files(in folder: String) throws(StoreError) -> [RunFile] {
    let names: [String]
    do { names = try readFolder(folder) } catch { throw .system(error) }
    let numbers = names.compactMap { name in
      name.hasSuffix(".jsonl") ? Int(name.dropLast(6)) : nil
    }.sorted()
    var files: [RunFile] = []
    for number in numbers {
      let path = folder + "/" + name(of: files.count + 1)
      guard number == files.count + 1 else { throw .damaged(file: path, cause: "it is missing") }
      files.append(try RunFile(path))
    }
    return files
  }

  /// The name of a run's file.
  static func name(of run: Int) -> String {
    let digits = String(run)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ".jsonl"
  }

  /// Begins a run's file.
  ///
  /// - Parameters:
  ///   - folder: The study's `journal` folder.
  ///   - content: What is there already.
  /// - Throws: ``StoreError``, of a file that exists where another coordinator was faster.
  public init(beginning folder: String, after content: Content) throws(StoreError) {
    run = content.lastRun + 1
    path = folder + "/" + Self.name(of: run)
    do {
      file = try Descriptor(opening: path, flags: O_WRONLY | O_CREAT | O_EXCL | O_APPEND)
      let header = JournalHeader(run: run, lengths: content.lengths)
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
