import Agents
import Diagnosis
import FoundationEssentials
import Glibc
import Processes
import Slurm
import StudyModel

/// Looks at the node that this process is on.
struct NodeProbe {
  /// On the study's file system; what is seen is left there too.
  let folder: String
  let vendor: VendorOption?
  /// The nodes of the job; this host outside of one.
  let nodes: [String]
  private let node: String
  private let rank: Int
  private let isHere: Bool

  /// A probe of this node.
  ///
  /// - Parameters:
  ///   - folder: Where to try HDF5, and to leave what is seen.
  ///   - vendor: The vendor of the GPUs; `nil` for whichever is there.
  ///   - isHere: Whether this host alone is looked at, by whatever job.
  init(folder: String, vendor: VendorOption?, isHere: Bool = false) {
    self.folder = folder
    self.vendor = vendor
    self.isHere = isHere
    let job = isHere ? nil : Self.job
    node = job?.nodeName ?? hostName()
    rank = job?.taskIndex ?? 0
    nodes = job?.nodes ?? [hostName()]
  }

  /// What Slurm says of this process.
  private static var job: SlurmEnvironment? {
    var variables: [String: String] = [:]
    for entry in currentEnvironment() {
      let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
    }
    // Lists of nodes that cannot be read leave this node alone to be looked at.
    return try? SlurmEnvironment(variables)
  }

  /// What there is to see without other nodes.
  func nodeRecord() -> NodeRecord {
    var machine = Machine(detecting: vendor?.vendor)
    // By the names that trials are bound to.
    if vendor != VendorOption.none { machine.askDriver(program) }
    var record = NodeRecord(
      node: node, rank: rank, usableCores: machine.cores, memoryMiB: Machine.installedMemory())
    if vendor != VendorOption.none { record.devices = machine.devices }
    record.slots = slotViews(record.devices, machine.vendor)
    if nodes.count > 1 { record.unresolved = nodes.filter { !resolves($0) } }
    record.local = probe(storage: localStorage())
    record.file = probe(file: fileName(of: node), in: folder)
    record.libraries = loadedLibraries()
    if rank == 0, !isHere { record.sbatchRefusal = sbatchRefusal() }
    return record
  }

  /// The name of a node's HDF5 file.
  func fileName(of node: String) -> String { "\(node).h5" }

  /// Leaves what was seen.
  func leave(_ record: NodeRecord) throws { try leave("node-\(rank).json", record) }

  /// Leaves what was seen of steps.
  func leave(_ record: StepsRecord) throws { try leave("steps-\(rank).json", record) }

  private func leave(_ name: String, _ record: some Encodable) throws {
    let path = "\(folder)/\(name)"
    try writeFile(path + ".new", Array(try jsonText(record).utf8))
    try renamePath(path + ".new", to: path)
  }

  private func resolves(_ name: String) -> Bool {
    // A host without getent(1) resolves nothing that can be told.
    (try? runCommand(["getent", "ahosts", name]))?.status == 0
  }

  /// Why a job's node cannot submit a job; empty where it can.
  private func sbatchRefusal() -> String {
    do {
      let result = try Submission.sbatch(
        ["--test-only", "\(folder)/jobs/job.sbatch"], without: Submission.jobVariables)
      return result.status == 0 ? "" : onOneLine(result.errors)
    } catch { return "\(error)" }
  }

  // MARK: - Slots

  private func slotViews(_ devices: [String], _ vendor: Site.Vendor?) -> [SlotView] {
    let launch = SlotLaunch(
      study: Doctor.study(), deviceVariable: vendor?.deviceVariable, host: node)
    return devices.enumerated().map { slot, device in
      let words = launch.arguments(
        viewing(slot, vendor?.rawValue), slot: slot, devices: [device], directory: "/tmp")
      return view(of: slot) { try runCommand(words) }.view
    }
  }

  /// What trials as job steps would see, all at a time.
  func stepsRecord(_ count: Int, _ launch: StepLaunch) throws -> StepsRecord {
    var study = Doctor.study()
    study.trial.launch = .step
    let slots = SlotLaunch(study: study, deviceVariable: nil, steps: launch, host: node)
    let meeting = ["--meeting", "\(folder)/slot-\(node)", "--of", String(count)]
    let running = try (0..<count).map { slot -> RunningCommand? in
      let file = "\(folder)/view-\(node)-\(slot).json"
      try writeFile(file, Array(try jsonText(viewing(slot, vendor?.rawValue) + meeting).utf8))
      let words = slots.arguments([file], slot: slot, devices: [], directory: "/tmp")
      // That env(1) is not there is no finding about the machine; the slot says so below.
      return try? RunningCommand(words)
    }
    let views = running.enumerated().map { slot, command in
      view(of: slot) {
        guard let command else { throw Failure(.ourMistake, "'env' cannot be started") }
        return try command.finish()
      }
    }
    return StepsRecord(
      node: node, slots: views.map(\.view), hasFailed: views.contains(where: \.hasFailed))
  }

  private func viewing(_ slot: Int, _ vendor: String?) -> [String] {
    [program, "slot-view", String(slot), "--gpu-vendor", vendor ?? "none"]
  }

  /// The path itself of Rung's own program: in a step it is another process that finds it.
  private var program: String {
    // Linux always has it; without it the slot's failure says so.
    (try? readLink("/proc/self/exe")) ?? "rung"
  }

  private func view(
    of slot: Int, _ run: () throws -> CommandResult
  ) -> (view: SlotView, hasFailed: Bool) {
    do {
      let result = try run()
      if result.status == 0 {
        return (try JSONDecoder().decode(SlotView.self, from: Data(result.output)), false)
      }
      let words = "status \(result.status): \(onOneLine(result.errors))"
      return (SlotView(slot: slot, cause: words), true)
    } catch { return (SlotView(slot: slot, cause: "\(error)"), true) }
  }
}
