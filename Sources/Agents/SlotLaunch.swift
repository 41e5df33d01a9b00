import Coordination
import Processes
public import StudyModel

/// Starts programs that are no trials as an agent would start trials in its slots: what they find of
/// GPUs is what trials would.
public struct SlotLaunch {
  /// Every variable that chooses GPUs, of whichever vendor, ascending.
  public static let deviceVariables = TrialLaunch.deviceVariables.sorted()

  private let launch: TrialLaunch
  private let host: String

  /// Starts for a node.
  ///
  /// - Parameters:
  ///   - study: Its trial says what a program gets, and how it is started.
  ///   - deviceVariable: The variable that binds a process to its GPUs; `nil` for steps.
  ///   - steps: How job steps are started; `nil` for processes of the caller's.
  ///   - host: The node, as Slurm calls it.
  public init(study: Study, deviceVariable: String?, steps: StepLaunch? = nil, host: String) {
    self.host = host
    launch = TrialLaunch(
      study: study, folder: "/", inherited: currentEnvironment(), socket: "/nonexistent",
      clientFolder: "/nonexistent", deviceVariable: deviceVariable, steps: steps)
  }

  /// The command line that starts a program in a slot.
  ///
  /// - Parameters:
  ///   - program: The program, as a path, and its arguments; for steps one word, the path of a JSON
  ///     file with them.
  ///   - slot: The slot's number, from 0.
  ///   - devices: Its GPUs; empty for steps, whose GPUs Slurm chooses.
  ///   - directory: What is named as its scratch folder.
  /// - Returns: For `runCommand(_:in:)`.
  public func arguments(
    _ program: [String], slot: Int, devices: [String], directory: String
  ) -> [String] {
    let leg = Leg(
      id: LegID(TrialID(slot), attempt: 1), slots: [SlotID(WorkerID(0), slot)],
      configuration: Configuration(), source: nil, until: 1)
    let environment = launch.environment(
      leg, directory: directory, devices: devices, mark: "RUNG_PROCESS=\(slot)")
    let command =
      launch.steps?.arguments(program, of: leg, launch.study.trial, on: host) ?? program
    return ["env", "-i"] + environment + command
  }
}
