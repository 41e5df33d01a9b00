import Processes
public import StudyModel

/// What an agent is started with.
public struct AgentSettings: Sendable {
  /// The agent's rank.
  public var worker: WorkerID
  /// The study.
  public var study: Study
  /// The folder of the study file, where trials run.
  public var studyFolder: String
  /// The study's folder.
  public var directory: String
  /// Slots for trials; 0 for a coordinator that serves none.
  public var slots: Int
  /// The GPUs of which slots are shares, in the order of the slots; empty for CPU slots.
  public var devices: [String]
  /// The variable that binds a trial to its GPU; `nil` for CPU slots.
  public var deviceVariable: String?
  /// Slots that a device is shared by; `nil` for as many as the study has share a GPU. Where GPUs are cut
  /// into instances, each is a device and a slot.
  public var slotsPerDevice: Int?
  /// NVIDIA's Multi-Process Service on ``devices``, which are UUIDs; `nil` where there is none.
  public var mps: MPSService?
  /// The CPUs of each slot; `nil` where trials are bound to none.
  public var cpus: [[Int]]?
  /// How trials are started as job steps; `nil` where they are processes of the agent's.
  public var steps: StepLaunch?
  /// The name of the node, as the others know it.
  public var host: String
  /// The Python client's source.
  public var client: [UInt8]
  /// The program that the agent's companions are started from; by default this very one.
  public var program = Companion.thisProgram
  /// Whether it is measured how busy the node's devices are.
  public var isMetered = false
  /// Whether there are no other agents, so that staged data can stay where it is.
  public var isAlone = false
  /// The node's memory that the job may use, in MiB.
  public var memoryMiB = Int.max
  /// The memory of each GPU in MiB; `nil` where it is not known.
  public var deviceMemoryMiB: Int?
  /// How long a trial may take to end after it was told to, before it is ended, in seconds.
  public var endingPatience = 60.0
  /// How long a process may take to end after SIGTERM, before SIGKILL, in seconds.
  public var terminationPatience = 5.0

  /// An agent of these settings.
  public init(
    worker: WorkerID, study: Study, studyFolder: String, directory: String, slots: Int,
    devices: [String], deviceVariable: String?, host: String, client: [UInt8]
  ) {
    self.worker = worker
    self.study = study
    self.studyFolder = studyFolder
    self.directory = directory
    self.slots = slots
    self.devices = devices
    self.deviceVariable = deviceVariable
    self.host = host
    self.client = client
  }
}

/// Why an agent cannot go on.
public enum AgentError: Error, Hashable, Sendable {
  /// A process of Rung's own has ended before its time.
  case companionEnded(String)
  /// The service by which trials are to share GPUs does not start.
  case noMPS(reason: String)
  /// Rank 0 said nothing for so long.
  case coordinatorSilent(seconds: Int)
  /// No agent that could train is left.
  case everyAgentLost
  /// The data that trials need is on no node that is left.
  case notStaged(StageFailure)
}

extension AgentError: CustomStringConvertible {
  /// What happened, and what to do.
  public var description: String {
    switch self {
    case .companionEnded(let name):
      "Rung's \(name) process ended unexpectedly; its message is above, and 'rung resume' goes on"
    case .noMPS(let reason):
      """
      NVIDIA's Multi-Process Service, by which trials are to share GPUs, does not start: \
      \(reason); write 'sharing: plain' in the site file, or have it mended
      """
    case .coordinatorSilent(let seconds):
      "rank 0 said nothing for \(seconds) s, so it counts as lost; 'rung resume' goes on"
    case .everyAgentLost:
      "no agent with slots for trials is left; 'rung resume' goes on"
    case .notStaged(let failure): failure.description
    }
  }
}
