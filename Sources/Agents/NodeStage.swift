import Processes
import StudyModel

/// The staged data of an agent's node: where it stands, and where trials find it.
///
/// It comes from the file system by the stager, or piece by piece from another agent; whoever has
/// some of it can be asked for it.
final class NodeStage {
  /// How far it has come.
  enum State: Hashable {
    /// Nobody has said yet where it is to come from.
    case waiting
    /// The stager reads it.
    case reading
    /// Another agent sends it.
    case receiving
    /// It is there, and is being given its name.
    case placing
    /// Trials find it in this folder.
    case ready(String)
    /// It cannot be had here.
    case refused(StageFailure)
  }

  private(set) var state = State.waiting
  let copy: StagedCopy
  /// The checksum of the whole, once it is known.
  private(set) var checksum: String?
  /// Bytes that this node has read from the file system.
  private(set) var read = 0
  private let stager: Companion
  private var name = ""
  private var hasFailedBefore = false

  /// Starts the stager.
  ///
  /// - Parameters:
  ///   - setup: What is staged.
  ///   - program: What companions are started from.
  /// - Throws: `SystemError` or `EncodingError`.
  init(_ setup: StageSetup, program: String) throws {
    copy = StagedCopy(setup)
    stager = try Companion(program: program, arguments: ["stager"])
    try stager.channel.send(StagerRequest.keep(setup))
  }

  var interest: Interest {
    Interest(stager.channel.descriptor, writing: stager.channel.wantsToWrite)
  }

  /// Whether trials cannot start yet, but may later.
  var isUnderWay: Bool {
    switch state {
    case .waiting, .reading, .receiving, .placing: true
    case .ready, .refused: false
    }
  }

  /// What all names of this run end with, so that nobody can know them beforehand.
  func take(mark: String) { name = mark }

  /// Links what can stay where it is, and reads the rest.
  func link() throws {
    state = .reading
    try stager.channel.send(StagerRequest.link(copy.setup))
  }

  /// Reads from the file system what is not there yet.
  func readFromFileSystem() throws {
    guard state == .waiting || state == .receiving else { return }
    state = .reading
    if copy.layout == nil { copy.startOver() }
    try stager.channel.send(StagerRequest.read(copy.setup, arrived: copy.arrived))
  }

  /// Waits for pieces of another agent.
  func receive() {
    guard state == .waiting || state == .receiving else { return }
    state = .receiving
  }

  /// Waits for a word from where the data comes.
  func wait() { if state == .receiving { state = .waiting } }

  /// Keeps the next piece of another agent's.
  ///
  /// - Throws: A decoding error: the agent is not ours.
  func take(_ piece: ArraySlice<UInt8>) throws {
    guard state == .receiving, !copy.isWhole else { return }
    do { try copy.append(piece) } catch let failure as StageFailure {
      refuse(failure)
    } catch let error as SystemError {
      refuse(StageFailure(error.description, isOfSource: false))
    }
  }

  /// Compares the checksum of what has arrived with that of what was read.
  ///
  /// - Returns: Whether they are equal; otherwise all is forgotten, and it must come anew.
  func finish(checksum: String) throws -> Bool {
    guard state == .receiving, copy.isWhole else { return true }
    guard checksum == copy.checksum.text else {
      if hasFailedBefore { refuse(.damaged) } else { copy.startOver() }
      hasFailedBefore = true
      return false
    }
    self.checksum = checksum
    try place()
    return true
  }

  private func place() throws {
    state = .placing
    do { try copy.protect() } catch {
      return refuse(StageFailure(error.description, isOfSource: false))
    }
    let sum = checksum ?? ""
    let name = [sum, name].filter { !$0.isEmpty }.joined(separator: "-")
    try stager.channel.send(
      StagerRequest.place(copy.setup, name: Stager.prefix + name))
  }

  private func refuse(_ failure: StageFailure) {
    state = .refused(failure)
    copy.removeFiles()
  }

  /// Hears the stager.
  ///
  /// - Throws: ``AgentError`` where it has ended, or a decoding error.
  func step() throws {
    stager.channel.flush()
    for reply in try stager.channel.receive(StagerReply.self) {
      switch reply {
      case .arrived(let bytes):
        guard state == .reading else { continue }
        // What the stager has written can be read.
        do { try copy.note(arrived: bytes) } catch let error as SystemError {
          refuse(StageFailure(error.description, isOfSource: false))
        }
      case .whole(let sum, let bytes):
        guard state == .reading else { continue }
        read += bytes
        checksum = sum
        try place()
      case .placed(let node, let memory):
        guard state == .placing else { continue }
        copy.setup.node = node
        copy.setup.memory = memory
        state = .ready(node)
      case .failed(let failure): refuse(failure)
      }
    }
    if stager.channel.isClosed { throw AgentError.companionEnded("stager") }
  }

  /// Ends the stager, which removes what is staged here unless another agent of this host has it too.
  func end() {
    let isPlaced = if case .ready = state { true } else { false }
    stager.end(within: 15)
    // What a stager that was killed has left.
    if !isPlaced { copy.removeFiles() }
  }
}
