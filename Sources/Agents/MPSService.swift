import Glibc
public import Processes

/// NVIDIA's Multi-Process Service on an agent's node, for trials that share its GPUs.
///
/// Source: NVIDIA, "Multi-Process Service", "Appendix: Tools and Interface Reference".
public struct MPSService: Hashable, Sendable {
  /// The program that is the daemon, and speaks to it.
  public static let program = "nvidia-cuda-mps-control"

  /// That the program is not there.
  public static let missing = AgentError.noMPS(
    reason: "no '\(program)' is on the PATH of this node")

  /// Shares that a GPU is cut into, at least 2.
  public var shares: Int
  /// Memory of each GPU in MiB; `nil` where nothing is known, and nothing is bounded.
  public var memoryMiB: Int?

  /// A service of these figures.
  public init(shares: Int, memoryMiB: Int?) {
    self.shares = shares
    self.memoryMiB = memoryMiB
  }

  /// The longest path of a folder in which the daemon's sockets have room: sun_path has 108 bytes, unix(7).
  static let folderLimit = 80

  /// Where the daemon has its sockets.
  static func pipes(_ folder: String) -> String { folder + "/pipe" }

  /// What starts the daemon, and ends it.
  ///
  /// - Parameters:
  ///   - folder: Is there; it is the daemon's alone.
  ///   - devices: UUIDs of the GPUs: indices would be numbered anew for the trials.
  ///   - program: Where the program is.
  /// - Returns: An order for `DaemonKeeper`.
  public static func order(
    _ folder: String, devices: [String], program: String
  ) -> DaemonOrder {
    let environment = [
      "env", "-u", "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE", "-u", "CUDA_MPS_PINNED_DEVICE_MEM_LIMIT",
      "CUDA_VISIBLE_DEVICES=" + devices.joined(separator: ","),
      "CUDA_MPS_PIPE_DIRECTORY=" + pipes(folder), "CUDA_MPS_LOG_DIRECTORY=\(folder)/log",
    ]
    func telling(_ word: String) -> [String] {
      environment + ["sh", "-c", "echo \(word) | \"$0\"", program]
    }
    return DaemonOrder(
      start: environment + [program, "-d"], check: telling("get_server_list"),
      quit: telling("quit"), folders: [folder, pipes(folder), folder + "/log"],
      log: folder + "/log/control.log")
  }

  /// What a trial finds of it.
  ///
  /// The processors of a GPU are cut into half as many parts as there are trials, as NVIDIA's guide
  /// recommends, so that one can use what others leave idle. The bound is on the memory that CUDA
  /// allocates for each process. Devices are counted as the daemon sees them, and all are alike.
  ///
  /// - Parameters:
  ///   - slots: The trial's slots on this node, at least 1.
  ///   - devices: GPUs of the daemon.
  ///   - folder: The daemon's.
  /// - Returns: Variables by their names.
  func variables(slots: Int, devices: Int, in folder: String) -> [String: String] {
    var variables = ["CUDA_MPS_PIPE_DIRECTORY": Self.pipes(folder)]
    variables["CUDA_MPS_LOG_DIRECTORY"] = folder + "/log"
    guard slots < shares else { return variables }
    variables["CUDA_MPS_ACTIVE_THREAD_PERCENTAGE"] = String(min(100, 200 * slots / shares))
    if let memoryMiB {
      let own = max(1, memoryMiB * slots / shares)
      variables["CUDA_MPS_PINNED_DEVICE_MEM_LIMIT"] =
        (0..<devices).map { "\($0)=\(own)M" }.joined(separator: ",")
    }
    return variables
  }
}

/// An agent's line to the keeper of its node's daemon.
final class MPSLine {
  private let companion: Companion
  let folder: String
  private(set) var hasEnded = false

  /// Starts the daemon, and waits until it answers.
  ///
  /// - Parameters:
  ///   - program: Rung's own.
  ///   - devices: UUIDs of the GPUs.
  /// - Throws: `SystemError`; ``AgentError/noMPS(reason:)``.
  init(program: String, devices: [String]) throws {
    let short = localStorage()
    // With the six letters that make a name.
    let parent = short.utf8.count + 12 <= MPSService.folderLimit ? short : "/tmp"
    folder = try makeTemporaryFolder(parent + "/rung-")
    companion = try Companion(program: program, arguments: ["mps", folder] + devices)
    let deadline = monotonicSeconds() + 60
    while monotonicSeconds() < deadline {
      waitForAny([Interest(companion.channel.descriptor)], atMost: 0.1)
      switch try companion.channel.receive(DaemonReply.self).first {
      case .ready: return
      case .failed(let reason): throw end(.noMPS(reason: reason))
      case .ended: throw end(.noMPS(reason: "it ended at once"))
      case nil: if companion.channel.isClosed { throw end(.companionEnded("MPS")) }
      }
    }
    throw end(.noMPS(reason: "it does not answer within 60 s"))
  }

  var interest: Interest { Interest(companion.channel.descriptor) }

  /// Hears whether the daemon has ended before its time.
  ///
  /// - Returns: Whether it has since the last call.
  /// - Throws: A decoding error.
  func hear() throws -> Bool {
    guard !hasEnded else { return false }
    let replies = try companion.channel.receive(DaemonReply.self)
    if companion.channel.isClosed { endOrphan() }
    hasEnded = companion.channel.isClosed || replies.contains(.ended)
    return hasEnded
  }

  /// Ends the daemon, which waits for trials that use it.
  func end() { companion.end(within: 25) }

  private func end(_ error: AgentError) -> AgentError {
    end()
    removeAll(folder)
    return error
  }

  /// Ends a daemon whose keeper was killed, by the process id that it has left.
  private func endOrphan() {
    // Without that file there is none, and an id may be another process's by now.
    guard let text = try? readFile(MPSService.pipes(folder) + "/\(MPSService.program).pid"),
      let process = Int32(String(decoding: text, as: UTF8.self).filter { !$0.isWhitespace }),
      process > 1, let words = try? readFile("/proc/\(process)/cmdline"),
      String(decoding: words, as: UTF8.self).contains(MPSService.program)
    else { return }
    kill(process, SIGKILL)
    removeAll(folder)
  }
}
