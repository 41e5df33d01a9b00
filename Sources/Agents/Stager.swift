import Glibc
public import Processes
import StudyModel

/// What an agent asks of its stager.
enum StagerRequest: Hashable, Sendable, Codable {
  /// Remove what arrives there when the agent ends.
  case keep(StageSetup)
  /// Make what is staged into the node's storage a link to where it is, and read only the rest.
  case link(StageSetup)
  /// Read it from the file system, but for so many bytes of the stream that are there.
  case read(StageSetup, arrived: Int)
  /// Give it its name, which ends so, and hold it.
  case place(StageSetup, name: String)
}

/// What a stager tells its agent.
enum StagerReply: Hashable, Sendable, Codable {
  /// So many bytes of the stream are there.
  case arrived(Int)
  /// All is there: its checksum, and how many bytes came from the file system.
  case whole(checksum: String, read: Int)
  /// It has its name.
  case placed(node: String, memory: String)
  /// It cannot be had.
  case failed(StageFailure)
}

/// Reads what is to be staged from the file system that all nodes share, and holds what is staged on
/// this node as long as its agent lives.
///
/// A process of its own: a slow or hanging file system holds up no messages, and what lies in memory or
/// under its own name goes with the agent however that ends.
public struct Stager {
  /// What the names of staged data begin with.
  static let prefix = "rung-data-"
  /// The most files and folders.
  static let mostEntries = 1_000_000

  private let channel: LineChannel
  private var held: [SharedFolder] = []
  private var setup: StageSetup?
  private var requests: [StagerRequest] = []

  /// Serves the agent at the other end of `control` until that is closed.
  ///
  /// - Parameter control: The socket to the agent.
  /// - Throws: `SystemError`, or a decoding error where the agent is not ours.
  public static func serve(control: Descriptor) throws {
    // What a terminal sends to the whole foreground group is the agent's to act on.
    let signals = try SignalPort(endingSignals)
    var stager = Stager(channel: try LineChannel(control))
    defer { stager.removeEverything() }
    while !stager.channel.isClosed {
      if stager.requests.isEmpty {
        waitForAny(
          [Interest(stager.channel.descriptor, writing: stager.channel.wantsToWrite)], atMost: nil)
      }
      _ = signals.receive()
      try stager.listen()
      if !stager.requests.isEmpty { try stager.serve(stager.requests.removeFirst()) }
    }
  }

  private init(channel: LineChannel) { self.channel = channel }

  private mutating func listen() throws {
    channel.flush()
    requests += try channel.receive(StagerRequest.self)
  }

  private mutating func serve(_ request: StagerRequest) throws {
    do {
      switch request {
      case .keep(let setup):
        self.setup = setup
        for folder in Set([parent(of: parent(of: setup.node)), "/dev/shm"]) {
          SharedFolder.removeAbandoned(in: folder, prefix: Self.prefix)
        }
      case .link(let setup): try link(setup)
      case .read(let setup, let arrived): try read(setup, from: arrived)
      case .place(let setup, let name): try place(setup, name)
      }
    } catch let failure as StageFailure {
      try channel.send(StagerReply.failed(failure))
    } catch let error as SystemError {
      try channel.send(StagerReply.failed(StageFailure(error.description, isOfSource: false)))
    }
  }

  private func removeEverything() {
    for folder in held { folder.release() }
    if let setup { StagedCopy(setup).removeFiles() }
  }

  // MARK: Reading

  /// A file or folder below a staged path, and where it really is.
  struct Found {
    var entry: StageLayout.Entry
    var path: String
  }

  private mutating func link(_ setup: StageSetup) throws {
    var rest = setup
    rest.items = setup.items.filter { $0.to == .memory }
    try makeFolder(setup.node)
    for item in setup.items where item.to == .node {
      let path = try Self.sourcePath(of: item, in: setup.source)
      try makeLink("\(setup.node)/\(item.name)", to: path)
    }
    try read(rest, from: 0)
  }

  private mutating func read(_ setup: StageSetup, from arrived: Int) throws {
    let found = try Self.find(setup.items, in: setup.source)
    let copy = StagedCopy(setup)
    let layout = try StageLayout(found.map(\.entry))
    try copy.goOn(with: layout, from: arrived)
    var count = 0
    var said = 0
    for part in layout.parts(of: copy.arrived..<layout.total) {
      let path = found[part.entry].path
      let file = try Self.source { () throws(SystemError) in
        try Descriptor(opening: path, flags: O_RDONLY)
      }
      var place = part.offset
      let end = part.offset + part.count
      while place < end {
        let bytes = try Self.source { () throws(SystemError) in
          try file.read(at: place, count: min(StageLayout.block, end - place))
        }
        guard !bytes.isEmpty else { throw StageFailure.changed(path) }
        try copy.append(bytes[...])
        place += bytes.count
        count += bytes.count
        if copy.arrived - said >= StageLayout.block {
          said = copy.arrived
          try channel.send(StagerReply.arrived(said))
          try listen()
          // The agent has ended, or does not want it any more.
          if channel.isClosed { return }
        }
      }
      guard fileSize(path) == end else { throw StageFailure.changed(path) }
    }
    try channel.send(StagerReply.arrived(copy.arrived))
    try channel.send(StagerReply.whole(checksum: copy.checksum.text, read: count))
  }

  /// Does something with the files that are to be staged, whose failure would be every node's.
  private static func source<Result>(
    _ body: () throws(SystemError) -> Result
  ) throws(StageFailure) -> Result {
    do { return try body() } catch {
      throw StageFailure("'trial.stage': \(error)", isOfSource: true)
    }
  }

  /// Where a staged file or folder is, without symbolic links.
  ///
  /// - Parameters:
  ///   - item: What is staged.
  ///   - folder: That of the study file.
  /// - Returns: An absolute path.
  /// - Throws: ``StageFailure`` where there is none.
  static func sourcePath(
    of item: StagedItem, in folder: String
  ) throws(StageFailure) -> String {
    try source { () throws(SystemError) in try realPath(item.path(in: folder)) }
  }

  /// The files and folders that are staged, folders before what is in them.
  ///
  /// - Parameters:
  ///   - items: What is staged.
  ///   - folder: That of the study file.
  /// - Returns: In the order of their names in each folder.
  /// - Throws: ``StageFailure``.
  static func find(
    _ items: [StagedItem], in folder: String
  ) throws(StageFailure) -> [Found] {
    var found: [Found] = []
    for item in items {
      try find(try sourcePath(of: item, in: folder), as: item.name, isLink: false, &found)
    }
    return found
  }

  private static func find(
    _ path: String, as name: String, isLink: Bool, _ found: inout [Found]
  ) throws(StageFailure) {
    guard found.count < mostEntries else { throw .tooMany(mostEntries) }
    let status = try source { () throws(SystemError) in try FileStatus(of: path) }
    switch status.kind {
    case .file:
      found.append(
        Found(
          entry: .init(
            path: name, bytes: status.bytes, isProgram: status.mode & 0o100 != 0 ? true : nil),
          path: path))
    case .folder:
      // It could lead in a circle, or to half of the file system.
      guard !isLink else { throw .odd(path, is: "a folder behind a symbolic link") }
      found.append(Found(entry: .init(path: name, bytes: nil), path: path))
      let names = try source { () throws(SystemError) in try readFolder(path) }
      for inner in names {
        try find("\(path)/\(inner)", as: "\(name)/\(inner)", isLink: false, &found)
      }
    case .link:
      let target = try source { () throws(SystemError) in try realPath(path) }
      try find(target, as: name, isLink: true, &found)
    case .other: throw .odd(path, is: "neither a file nor a folder")
    }
  }

  // MARK: Naming

  private mutating func place(_ setup: StageSetup, _ name: String) throws {
    var paths: [StagedItem.Place: String] = [:]
    if setup.items.contains(where: { $0.to == .memory }) {
      let folder = parent(of: setup.memory) + "/" + name
      held.append(try SharedFolder(placing: setup.memory, at: folder))
      for item in setup.items where item.to == .memory {
        try makeLink("\(setup.node)/\(item.name)", to: "\(folder)/\(item.name)")
      }
      paths[.memory] = folder
    }
    // Beside the agent's own folder: equal names on all nodes.
    let folder = parent(of: parent(of: setup.node)) + "/" + name
    held.append(try SharedFolder(placing: setup.node, at: folder))
    try channel.send(StagerReply.placed(node: folder, memory: paths[.memory] ?? setup.memory))
  }
}
