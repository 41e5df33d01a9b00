import CompactJSON
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
  private let folder: String
  private let file: Descriptor
  private let path: String
  /// What is in all files, with what was brought to the disk here.
  public private(set) var position: Position
  /// Lines that wait to be brought to the disk.
  private var pending = JSONWriter()
  private var pendingLines = 0
  /// Why lines could not be brought to the disk: part of them may be there, so that nothing may
  /// follow.
  private var failure: SystemError?

  /// A place in a journal, between two entries.
  public struct Position: Hashable, Sendable, Codable {
    /// Entries before it, of all runs.
    public var entries = 0
    /// The run in whose file it is.
    public var run: Int
    /// Bytes before it in that file.
    public var bytes: Int
    /// Lines before it in that file.
    public var lines: Int
    /// The checksum of the last of these.
    public var checksum: String
  }

  /// What there is of a study's journal.
  public struct Content: Hashable, Sendable {
    /// Whole entries.
    public var entries = 0
    /// The number of the last run; 0 where there was none.
    public var lastRun = 0
    /// How many bytes of each run's file count: whole lines.
    public var lengths: [Int] = []
    /// Bytes at the end of the last file that are not whole lines: a write that was cut short.
    public var tornBytes = 0
  }

  /// Reads all journal files.
  ///
  /// - Parameters:
  ///   - folder: The study's `journal` folder.
  ///   - each: Takes each entry, run by run.
  /// - Returns: What there is; nothing where the folder is empty.
  /// - Throws: ``StoreError``.
  @discardableResult
  public static func read(
    _ folder: String, each: (JournalEntry) -> Void = { _ in }
  ) throws(StoreError) -> Content {
    try read(files(in: folder), each: each)
  }

  /// Reads what comes after a place.
  ///
  /// - Parameters:
  ///   - folder: The study's `journal` folder.
  ///   - position: The place.
  ///   - each: Takes each entry after it.
  /// - Returns: What there is, with what comes before; `nil`, and `each` was not called, where this
  ///   journal has no such place.
  /// - Throws: ``StoreError``.
  public static func read(
    _ folder: String, after position: Position, each: (JournalEntry) -> Void
  ) throws(StoreError) -> Content? {
    let files = try files(in: folder)
    guard files.indices.contains(position.run - 1) else { return nil }
    let file = files[position.run - 1]
    let place = RunFile.Place(bytes: position.bytes, lines: position.lines)
    let lengths = closedLengths(files)
    guard file.header?.run == position.run,
      lengths.indices.contains(position.run - 1) ? place.bytes <= lengths[position.run - 1] : true,
      try file.hasLine(endingAt: place, checksum: position.checksum)
    else { return nil }
    return try read(files, after: (position.run - 1, place, position.entries), each: each)
  }

  /// How much of each file counts, of all before the newest run that began: once and for all.
  private static func closedLengths(_ files: [RunFile]) -> [Int] {
    files.last { $0.header != nil }?.header?.lengths ?? []
  }

  private static func read(
    _ files: [RunFile],
    after start: (file: Int, place: RunFile.Place, entries: Int) = (0, .init(), 0),
    each: (JournalEntry) -> Void
  ) throws(StoreError) -> Content {
    let lengths = closedLengths(files)
    var content = Content(entries: start.entries, lastRun: files.count)
    for (index, file) in files.enumerated() {
      let limit = index < lengths.count ? lengths[index] : nil
      guard index >= start.file else {
        // The header of the run that is read from knows all those before it.
        content.lengths.append(limit ?? 0)
        continue
      }
      let place = index == start.file ? start.place : RunFile.Place()
      let (end, bytes) = try file.readEntries(from: place, upTo: limit) { entry in
        content.entries += 1
        each(entry)
      }
      content.lengths.append(end.bytes)
      content.tornBytes = bytes - end.bytes
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

  /// The number of the newest run that has a file.
  ///
  /// - Parameters:
  ///   - folder: The study's `journal` folder.
  ///   - run: One that has a file; 0 where none is known.
  /// - Returns: It, or that of a later one.
  public static func newestRun(in folder: String, from run: Int = 0) -> Int {
    var run = run
    while exists(folder + "/" + name(of: run + 1)) { run += 1 }
    return run
  }

  /// A run's file that is there, and empty: the coordinator of the run before acts no more.
  struct Claim {
    let folder: String
    let run: Int
    fileprivate let file: Descriptor
    fileprivate var path: String { folder + "/" + Journal.name(of: run) }

    /// Creates the file.
    ///
    /// - Parameters:
    ///   - folder: The study's `journal` folder.
    ///   - content: What is there already.
    /// - Throws: ``StoreError``, of a file that exists where another coordinator was faster.
    init(_ folder: String, after content: Content) throws(StoreError) {
      self.folder = folder
      run = content.lastRun + 1
      do {
        file = try Descriptor(
          opening: folder + "/" + Journal.name(of: run),
          flags: O_WRONLY | O_CREAT | O_EXCL | O_APPEND)
        try syncPath(folder)
      } catch {
        guard error.code != EEXIST else {
          throw .held(folder, by: "another coordinator, which began run \(run) just now")
        }
        throw .system(error)
      }
    }

    /// Whether a coordinator that still lived has written since the journal was read.
    func comesAfter(_ content: Content) -> Bool {
      guard let length = content.lengths.last else { return false }
      let path = folder + "/" + Journal.name(of: content.lastRun)
      return fileSize(path) != length + content.tornBytes
    }
  }

  /// Begins a run's file.
  ///
  /// - Parameters:
  ///   - folder: The study's `journal` folder.
  ///   - content: What is there already.
  /// - Throws: ``StoreError``, of a file that exists where another coordinator was faster.
  public init(beginning folder: String, after content: Content) throws(StoreError) {
    try self.init(Claim(folder, after: content), after: content)
  }

  /// Writes the first line of a run's file.
  ///
  /// - Parameters:
  ///   - claim: The file.
  ///   - content: What is there already, with or without that file.
  /// - Throws: ``StoreError``.
  init(_ claim: Claim, after content: Content) throws(StoreError) {
    (folder, run, file, path) = (claim.folder, claim.run, claim.file, claim.path)
    let lengths = Array(content.lengths.prefix(run - 1))
    let header = Self.line(JournalHeader(run: run, lengths: lengths))
    do {
      try file.writeAll(header)
      try file.sync()
    } catch { throw .system(error) }
    position = Position(
      entries: content.entries, run: run, bytes: header.count, lines: 1,
      checksum: Self.lastChecksum(of: header))
  }

  /// Adds an entry; it is durable after ``sync()``.
  ///
  /// - Parameter entry: Any entry.
  public mutating func append(_ entry: JournalEntry) {
    do { try JournalLine.append(entry, to: &pending) } catch {
      preconditionFailure("a journal entry did not encode: \(error)")
    }
    pendingLines += 1
  }

  /// Brings all entries added so far to the disk with one write and one fdatasync.
  ///
  /// Looks then whether a later run has begun. That one created its file before it looked how long
  /// this one is: either it has read what was written here, or its file is seen here.
  ///
  /// - Throws: ``StoreError``: nothing of what was added may be acted on, nor can anything be added.
  public mutating func sync() throws(StoreError) {
    if let failure { throw .system(failure) }
    guard !pending.bytes.isEmpty else { return }
    do {
      try file.writeAll(pending.bytes)
      try file.sync()
    } catch {
      failure = error
      throw .system(error)
    }
    position.entries += pendingLines
    position.bytes += pending.bytes.count
    position.lines += pendingLines
    position.checksum = Self.lastChecksum(of: pending.bytes)
    (pending, pendingLines) = (JSONWriter(), 0)
    try Self.refuseIfTakenOver(folder, run)
  }

  /// Refuses where a later run has begun.
  ///
  /// - Parameters:
  ///   - folder: The study's `journal` folder.
  ///   - run: The run that asks.
  /// - Throws: ``StoreError/takenOver(_:run:by:)``.
  static func refuseIfTakenOver(_ folder: String, _ run: Int) throws(StoreError) {
    let newest = newestRun(in: folder, from: run)
    if newest > run { throw .takenOver(folder, run: run, by: newest) }
  }

  private static func lastChecksum(of lines: [UInt8]) -> String {
    JournalLine.checksum(at: lines.dropLast()) ?? ""
  }

  private static func line(_ value: some Encodable) -> [UInt8] {
    do { return try JournalLine.write(value) } catch {
      preconditionFailure("a journal value did not encode: \(error)")
    }
  }
}
