import Glibc
import Processes
import StudyModel

/// What is to be staged on a node, and the folders where it arrives.
struct StageSetup: Hashable, Sendable, Codable {
  /// What is staged.
  var items: [StagedItem]
  /// The folder of the study file.
  var source: String
  /// Where files arrive that stay in the node's storage, and the rest of what there is to keep.
  var node: String
  /// Where files arrive that stay in memory.
  var memory: String
  /// The node's name.
  var host: String
  /// The node's memory that jobs may use, in MiB.
  var memoryMiB: Int
  /// What the trials need of it at a time, in MiB; 0 where nothing is known.
  var trialsMiB: Int

  /// Names that are staged in memory.
  var inMemory: Set<String> { Set(items.filter { $0.to == .memory }.map(\.name)) }
  /// Where the head is kept.
  var headFile: String { node + ".head" }
}

/// A node's copy of the staged data, which arrives in the order of the stream.
final class StagedCopy {
  /// Where it is; changes once it is whole and has its name.
  var setup: StageSetup { didSet { reading = nil } }
  private(set) var layout: StageLayout?
  /// The bytes of the stream that are there.
  private(set) var arrived = 0
  private(set) var checksum = StreamChecksum()
  private var head: [UInt8] = []
  private var writing: (entry: Int, file: Descriptor)?
  private var reading: (entry: Int, file: Descriptor)?
  private let inMemory: Set<String>

  init(_ setup: StageSetup) {
    self.setup = setup
    inMemory = setup.inMemory
  }

  /// What it takes of the node's memory, in MiB, rounded up; 0 before that is known.
  var memoryMiB: Int {
    let bytes = layout?.bytes(of: inMemory) ?? 0
    return bytes >> 20 + (bytes & (1 << 20 - 1) > 0 ? 1 : 0)
  }

  /// Whether all of it is there.
  var isWhole: Bool { layout.map { arrived == $0.total } ?? false }

  /// Pieces that are wholly there.
  var pieces: Int { isWhole ? (layout?.pieces ?? 0) : arrived / StageLayout.piece }

  private func path(of entry: StageLayout.Entry) -> String {
    (inMemory.contains(StageLayout.name(of: entry.path)) ? setup.memory : setup.node)
      + "/" + entry.path
  }

  // MARK: Arriving

  /// Keeps the next bytes of the stream.
  ///
  /// - Throws: ``StageFailure`` where there is no room, or `SystemError`.
  func append(_ bytes: ArraySlice<UInt8>) throws {
    var bytes = bytes
    checksum.add(bytes)
    if layout == nil {
      head += bytes
      guard let layout = try StageLayout(beginningOf: head) else {
        arrived = head.count
        return
      }
      bytes = head[layout.head.count...]
      arrived = layout.head.count
      head = []
      try prepare(layout)
    }
    try write(bytes)
  }

  private func write(_ bytes: ArraySlice<UInt8>) throws {
    guard let layout else { return }
    var rest = bytes
    for part in layout.parts(of: arrived..<arrived + bytes.count) {
      if writing?.entry != part.entry {
        writing = (
          part.entry,
          try Descriptor(
            opening: path(of: layout.entries[part.entry]), flags: O_WRONLY | O_CREAT)
        )
      }
      try writing?.file.write(rest.prefix(part.count), at: part.offset)
      rest = rest.dropFirst(part.count)
    }
    arrived += bytes.count
    if isWhole { writing = nil }
  }

  /// Checks that there is room, and makes the folders.
  private func prepare(_ layout: StageLayout) throws {
    try makeFolder(setup.node)
    try checkRoom(for: layout)
    if !inMemory.isEmpty { try makeFolder(setup.memory) }
    for entry in layout.entries {
      if entry.bytes == nil { try makeFolder(path(of: entry)) }
      if entry.bytes == 0 { try writeFile(path(of: entry), []) }
    }
    try writeFile(setup.headFile, layout.head)
    self.layout = layout
  }

  private func checkRoom(for layout: StageLayout) throws {
    let names = Set(setup.items.map(\.name))
    let onNode = layout.bytes(of: names.subtracting(inMemory))
    // Below the folder of the agent, which says nothing to anybody.
    if onNode > 0 { try check(onNode, at: parent(of: parent(of: setup.node))) }
    let inMemory = layout.bytes(of: inMemory)
    guard inMemory > 0 else { return }
    guard inMemory >> 20 < setup.memoryMiB - setup.trialsMiB else {
      throw StageFailure.noMemory(
        inMemory, of: setup.host, memoryMiB: setup.memoryMiB, trialsMiB: setup.trialsMiB)
    }
    try check(inMemory, at: parent(of: setup.memory))
  }

  private func check(_ bytes: Int, at folder: String) throws {
    let free = try freeBytes(at: folder)
    guard bytes < free else {
      throw StageFailure.noRoom(bytes, at: folder, of: setup.host, free: free)
    }
  }

  /// Begins with a stream, or goes on where another process has come with it.
  ///
  /// - Parameters:
  ///   - layout: What the stream is now.
  ///   - arrived: The bytes that are there: 0, or the head at least.
  /// - Throws: ``StageFailure`` or `SystemError`.
  func goOn(with layout: StageLayout, from arrived: Int) throws {
    guard arrived > 0 else { return try append(layout.head[...]) }
    guard try readFile(setup.headFile) == layout.head else {
      throw StageFailure.changed(setup.source)
    }
    self.layout = layout
    self.arrived = arrived
    var place = 0
    while place < arrived {
      let end = min(arrived, place + StageLayout.block)
      checksum.add(try read(place..<end)[...])
      place = end
    }
  }

  /// Notes what another process has written of this copy.
  ///
  /// - Throws: `SystemError` or `DecodingError`.
  func note(arrived bytes: Int) throws {
    if layout == nil { layout = try StageLayout(beginningOf: readFile(setup.headFile)) }
    arrived = max(arrived, bytes)
  }

  /// Forgets all that has arrived.
  func startOver() {
    (layout, arrived, head, writing, reading) = (nil, 0, [], nil, nil)
    checksum = StreamChecksum()
    removeFiles()
  }

  /// Removes what has arrived.
  func removeFiles() {
    for path in [setup.node, setup.memory, setup.headFile] { removeAll(path) }
  }

  // MARK: Passing on

  /// Bytes of the stream that are there.
  func read(_ range: Range<Int>) throws(SystemError) -> [UInt8] {
    guard let layout else { return [] }
    var bytes = Array(layout.head[min(range.lowerBound, layout.head.count)...].prefix(range.count))
    for part in layout.parts(of: range) {
      if reading?.entry != part.entry {
        reading = (
          part.entry,
          try Descriptor(opening: path(of: layout.entries[part.entry]), flags: O_RDONLY)
        )
      }
      if let file = reading?.file {
        bytes += try file.read(at: part.offset, count: part.count)
      }
    }
    return bytes
  }

  /// A piece of the stream; `nil` where it is not wholly there.
  func piece(_ index: Int) throws(SystemError) -> [UInt8]? {
    guard let layout, index < pieces else { return nil }
    return try read(layout.range(ofPiece: index))
  }

  /// Takes from everybody the permission to write.
  ///
  /// - Throws: `SystemError`.
  func protect() throws(SystemError) {
    guard let layout else { return }
    for entry in layout.entries.reversed() {
      let isOpen = entry.bytes == nil || entry.isProgram == true
      try setMode(path(of: entry), isOpen ? 0o500 : 0o400)
    }
  }
}

/// The folder that a path is in.
func parent(of path: String) -> String {
  String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
}
