import Coordination
import FoundationEssentials
import Glibc
import Processes
import StudyModel
import StudyStore

// From an order to processes that are up.
extension Agent {
  /// Makes a leg's scratch folder, fetches its checkpoint, and then starts it.
  ///
  /// - Parameters:
  ///   - leg: What was ordered.
  ///   - rendezvous: Where it meets its processes on other agents; `nil` where they are to meet here.
  /// - Throws: `SystemError`, or what the keeper throws.
  func prepare(_ leg: Leg, at rendezvous: Rendezvous? = nil) throws {
    guard let first = leg.slots.first(where: { $0.worker == settings.worker }),
      slots.indices.contains(first.index)
    else { return }
    var rendezvous = rendezvous
    if rendezvous == nil, leg.isInParts {
      let port = try freePort()
      rendezvous = Rendezvous(host: settings.host, port: port)
      events.append(.opened(leg.id, port: port))
    }
    let directory = try makeDirectory(of: leg, in: first.index)
    slots[first.index].leg = ActiveLeg(
      leg: leg, directory: directory, rendezvous: rendezvous, lastSign: monotonicSeconds())
    if let source = leg.source {
      try keeper.ask(.load(leg.id, source, folder: directory + "/checkpoint"))
    } else {
      try start(first.index)
    }
  }

  /// This agent, where it is one of several that a leg is on.
  func worker(of leg: Leg) -> WorkerID? {
    leg.isInParts ? settings.worker : nil
  }

  func configurationText(_ configuration: Configuration) -> String {
    // Written by hand: JSONEncoder would write a whole real number as an integer.
    let fields = settings.study.visible(configuration).map { setting in
      "\(jsonText(setting.name)): \(jsonText(setting.value))"
    }
    return "{" + fields.joined(separator: ", ") + "}"
  }

  func start(_ place: Int) throws {
    guard let active = slots[place].leg else { return }
    let devices = devices(of: active.leg)
    if !devices.isEmpty {
      // No line of its output: the last of these says why it failed.
      let remark = StudyDirectory.remark(ofDevices: devices)
      write(Array(remark.utf8)[...], of: active.leg.id)
    }
    if let process = slots[place].processes.first, process.isWaiting,
      process.connection?.isClosed == false
    {
      hand(active, to: process)
      slots[place].leg?.hasBegun = true
      slots[place].leg?.lastSign = monotonicSeconds()
      events.append(.began(active.leg.id, on: worker(of: active.leg)))
      return
    }
    for old in slots[place].processes {
      // A warm process that is just ending: its slot is free for a new one once it is gone.
      old.connection = nil
      retiring.append(old)
    }
    slots[place].processes = []
    try spawn(active, in: place)
  }

  /// Gives the next trial to a warm process.
  private func hand(_ active: ActiveLeg, to process: TrialProcess) {
    process.isWaiting = false
    let leg = active.leg
    var fields = [
      "\"id\": \(leg.id.trial)", "\"attempt\": \(leg.id.attempt)",
      "\"config\": \(configurationText(leg.seenConfiguration))",
      "\"checkpoint_dir\": \(jsonText(active.checkpointFolder))",
      "\"trial_dir\": \(jsonText(active.directory))",
      "\"resumed_from\": \(leg.source?.entry.epoch ?? 0)", "\"until\": \(leg.until)",
      "\"max\": \(settings.study.lastEpoch(of: leg))", "\"seed\": \(leg.seed)",
    ]
    if let scale = scaleText(of: leg) { fields.append("\"scale\": \(scale)") }
    process.connection?.send(Array("{\"trial\": {\(fields.joined(separator: ", "))}}".utf8))
    if active.isHeld { process.connection?.send(Self.holdMessage) }
  }

  private func spawn(_ active: ActiveLeg, in place: Int) throws {
    let directory =
      settings.study.trial.directory == .own ? active.directory : settings.studyFolder
    let programs = launch.programs(active.leg.seenConfiguration)
    let devices = devices(of: active.leg)
    let ranks = try ranks(of: active)
    let cpus = processCPUs(of: active.leg, among: ranks.count)
    for (order, rank) in ranks.enumerated() {
      let id = nextProcessName()
      let path = "\(scratch)/\(id)"
      let mark = "RUNG_PROCESS=\(path)"
      if let rank { try makeFolder("\(active.checkpointFolder)/\(rank.part)") }
      let environment = launch.environment(
        active.leg, directory: active.directory, devices: devices, rank: rank, mark: mark)
      var paths: [String] = []
      for program in programs {
        // A command of nothing but the placeholder of an inactive parameter has no word left.
        let name = program.first ?? ""
        guard
          let path = TrialLaunch.findExecutable(
            name, environment: environment, directory: directory, isExecutable: isExecutable)
        else {
          return conclude(
            place, .notStarted(reason: "no executable '\(name)' on the trial's PATH"))
        }
        paths.append(path)
      }
      let step = try step(zip(paths, programs).map { [$0] + $1.dropFirst() }, active)
      try makePipe(path)
      let pipe = try Descriptor(opening: path, flags: O_RDWR | O_NONBLOCK)
      slots[place].processes.append(
        TrialProcess(
          name: id, rank: rank?.rank ?? 0, isFirst: slots[place].processes.isEmpty,
          output: try LineChannel(pipe, limit: Self.lineLimit), outputPath: path))
      try spawner.channel.send(
        SpawnerRequest.spawn(
          SpawnOrder(
            id: id, executable: step == nil ? paths[0] : srun, arguments: step ?? programs[0],
            environment: environment, directory: directory, output: path, mark: mark,
            cpus: cpus.flatMap { $0[order].isEmpty ? nil : $0[order] })))
    }
  }

  /// The CPUs of each of a leg's processes here; `nil` where they are bound to none. Those of a step
  /// are Slurm's to bind.
  private func processCPUs(of leg: Leg, among processes: Int) -> [[Int]]? {
    guard launch.steps == nil, let cpus = settings.cpus else { return nil }
    let own = leg.slots.filter { $0.worker == settings.worker }.map(\.index).sorted()
    return SlotCPUs.shares(of: own, among: processes, cpus)
  }

  /// The command line that starts a leg's programs as a job step; `nil` where they are none.
  ///
  /// The programs' own command lines go by files: to srun(1) a word that is a colon begins another one.
  private func step(_ commands: [[String]], _ active: ActiveLeg) throws -> [String]? {
    guard let steps = launch.steps else { return nil }
    let files = commands.indices.map { "\(active.directory)/task-\($0).json" }
    for (file, command) in zip(files, commands) {
      let words = command.map { jsonText($0) }.joined(separator: ", ")
      try writeFile(file, Array("[\(words)]\n".utf8))
    }
    return steps.arguments(files, of: active.leg, settings.study.trial, on: settings.host)
  }

  /// Where srun(1) is; its name where it is not on this process's own path.
  private var srun: String {
    TrialLaunch.findExecutable(
      "srun", environment: launch.inherited, directory: "/", isExecutable: isExecutable) ?? "srun"
  }

  /// The GPUs here that Rung itself gives to a leg.
  private func devices(of leg: Leg) -> [String] {
    guard !settings.study.trial.isWithoutGPUs(leg.configuration) else { return [] }
    return Self.devices(
      of: leg.slots, of: settings.devices, on: settings.worker,
      sharedBy: settings.slotsPerDevice ?? settings.study.trial.trialsPerGPU)
  }

  /// The GPUs of some slots on an agent's node, each once, in the node's order.
  static func devices(
    of slots: [SlotID], of devices: [String], on worker: WorkerID, sharedBy shares: Int
  ) -> [String] {
    let places = Set(slots.filter { $0.worker == worker }.map { $0.index / shares })
    return devices.indices.filter { places.contains($0) }.map { devices[$0] }
  }

  /// The processes of a leg on this node: one for each GPU where the study says so, else one.
  private func ranks(of active: ActiveLeg) throws -> [TrialLaunch.Rank?] {
    guard settings.study.trial.launch == .ranks else { return [nil] }
    let owners = active.leg.owners(ofEach: settings.study.trial.trialsPerGPU)
    let ranks = owners.indices.filter { owners[$0] == settings.worker }
    let meeting = try active.rendezvous ?? Rendezvous(host: "127.0.0.1", port: freePort())
    return ranks.enumerated().map { local, rank in
      TrialLaunch.Rank(
        rank: rank, worldSize: owners.count, localRank: local, localWorldSize: ranks.count,
        address: meeting.host, port: meeting.port)
    }
  }

  /// The folders of the ranks here among those in the checkpoint folder, where the checkpoint that was
  /// laid out may have left others; `nil` where a trial is one process.
  func ownParts(of leg: Leg) -> [String]? {
    guard settings.study.trial.launch == .ranks else { return nil }
    let owners = leg.owners(ofEach: settings.study.trial.trialsPerGPU)
    return owners.indices.filter { owners[$0] == settings.worker }
      .map { TrialLaunch.Rank.part(of: $0) }
  }
}

/// A setting as JSON.
func jsonText(_ value: ParameterValue) -> String {
  switch value {
  case .integer, .real, .truth: value.description
  case .word(let word): jsonText(word)
  }
}

/// A text as a JSON string.
func jsonText(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    case _ where scalar.value < 0x20:
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
