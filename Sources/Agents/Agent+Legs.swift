import Coordination
import FoundationEssentials
import Glibc
import Processes
import StudyModel

extension Agent {
  /// Makes a leg's scratch folder, fetches its checkpoint, and then starts it.
  func prepare(_ leg: Leg) throws {
    let directory = "\(scratch)/legs/\(leg.id)"
    try makeFolder(directory)
    try makeFolder(directory + "/checkpoint")
    try writeFile(
      directory + "/config.json", Array((configurationText(leg.configuration) + "\n").utf8))
    slots[leg.slot.index].leg = ActiveLeg(
      leg: leg, directory: directory, lastSign: monotonicSeconds())
    if let source = leg.source {
      try keeper.ask(.load(leg.id, source, folder: directory + "/checkpoint"))
    } else {
      try start(leg.slot.index)
    }
  }

  private func configurationText(_ configuration: Configuration) -> String {
    // Written by hand: JSONEncoder would write a whole real number as an integer.
    let fields = settings.study.space.inOrder(configuration).map { setting in
      let value =
        switch setting.value {
        case .integer, .real, .truth: setting.value.description
        case .word(let word): jsonText(word)
        }
      return "\(jsonText(setting.name)): \(value)"
    }
    return "{" + fields.joined(separator: ", ") + "}"
  }

  private func start(_ place: Int) throws {
    guard let active = slots[place].leg else { return }
    if let process = slots[place].process, process.isWaiting, process.connection?.isClosed == false
    {
      hand(active, to: process)
      slots[place].leg?.hasBegun = true
      slots[place].leg?.lastSign = monotonicSeconds()
      events.append(.began(active.leg.id))
      return
    }
    if let old = slots[place].process {
      // A warm process that is just ending: its slot is free for a new one once it is gone.
      old.connection = nil
      retiring.append(old)
      slots[place].process = nil
    }
    try spawn(active, in: place)
  }

  /// Gives the next trial to a warm process.
  private func hand(_ active: ActiveLeg, to process: TrialProcess) {
    process.isWaiting = false
    let leg = active.leg
    let fields = [
      "\"id\": \(leg.id.trial)", "\"attempt\": \(leg.id.attempt)",
      "\"config\": \(configurationText(leg.configuration))",
      "\"checkpoint_dir\": \(jsonText(active.checkpointFolder))",
      "\"trial_dir\": \(jsonText(active.directory))",
      "\"resumed_from\": \(leg.source?.entry.epoch ?? 0)", "\"until\": \(leg.until)",
      "\"max\": \(settings.study.lastEpoch(of: leg))", "\"seed\": \(leg.seed)",
    ]
    process.connection?.send(Array("{\"trial\": {\(fields.joined(separator: ", "))}}".utf8))
    if active.isHeld { process.connection?.send(Self.holdMessage) }
  }

  private func spawn(_ active: ActiveLeg, in place: Int) throws {
    let id = nextProcessName()
    let path = "\(scratch)/\(id)"
    try makePipe(path)
    let pipe = try Descriptor(opening: path, flags: O_RDWR | O_NONBLOCK)
    let process = TrialProcess(
      name: id, output: try LineChannel(pipe, limit: Self.lineLimit), outputPath: path)
    slots[place].process = process
    let mark = "RUNG_PROCESS=\(scratch)/\(id)"
    let device = settings.devices.isEmpty ? nil : settings.devices[place]
    let environment = launch.environment(
      active.leg, directory: active.directory, device: device, mark: mark)
    let directory =
      settings.study.trial.directory == .own ? active.directory : settings.studyFolder
    let arguments = launch.arguments(active.leg.configuration)
    // A command of nothing but the placeholder of an inactive parameter has no word left.
    let name = arguments.first ?? ""
    guard
      let executable = TrialLaunch.findExecutable(
        name, environment: environment, directory: directory, isExecutable: isExecutable)
    else {
      slots[place].process = nil
      removeAll(path)
      return conclude(
        place, .notStarted(reason: "no executable '\(name)' on the trial's PATH"))
    }
    try spawner.channel.send(
      SpawnerRequest.spawn(
        SpawnOrder(
          id: id, executable: executable, arguments: arguments, environment: environment,
          directory: directory, output: path, mark: mark)))
  }

  /// Hears what became of a process.
  func hear(_ reply: SpawnerReply) throws {
    switch reply {
    case .started(let name, _):
      guard let place = slots.firstIndex(where: { $0.process?.name == name }) else { return }
      removeAll("\(scratch)/\(name)")
      guard let leg = slots[place].leg, !leg.hasBegun else { return }
      slots[place].leg?.hasBegun = true
      slots[place].leg?.lastSign = monotonicSeconds()
      events.append(.began(leg.leg.id))
    case .notStarted(let name, let reason):
      guard let place = slots.firstIndex(where: { $0.process?.name == name }) else { return }
      removeAll("\(scratch)/\(name)")
      slots[place].process = nil
      conclude(place, .notStarted(reason: reason))
    // A shell says so when its command was ended by the signal.
    case .exited(let name, 128 + Int(SIGTERM)) where !isTerminating(name):
      doubtful.append((name, .exited(status: 128 + Int(SIGTERM)), monotonicSeconds()))
    case .exited(let name, let status): try processEnded(name, .exited(status: status))
    case .signalled(let name, Int(SIGTERM)) where !isTerminating(name):
      doubtful.append((name, .signalled(Int(SIGTERM)), monotonicSeconds()))
    case .signalled(let name, let signal): try processEnded(name, .signalled(signal))
    }
  }

  /// Whether this agent itself has sent a process SIGTERM.
  private func isTerminating(_ name: String) -> Bool {
    slots.contains { $0.process?.name == name && $0.process?.patience?.isTerminated == true }
  }

  /// Slurm's process tracking may send SIGTERM to this process and to all below it, in any order: a
  /// trial that ended by it is judged when this process has had the time to hear of its own.
  static let doubt = 0.5

  /// Judges the processes that SIGTERM ended.
  func settleDoubts() throws {
    let now = monotonicSeconds()
    let isEnding = now - lastTermination < 60
    for (name, outcome, since) in doubtful where isEnding || now - since >= Self.doubt {
      doubtful.removeAll { $0.name == name }
      try processEnded(name, isEnding ? .endedByRung : outcome)
    }
  }

  private func processEnded(_ name: String, _ outcome: LegEnd.Outcome) throws {
    retiring.removeAll { $0.name == name }
    guard let place = slots.firstIndex(where: { $0.process?.name == name }) else { return }
    // It may have connected and spoken just before it ended.
    acceptConnections()
    try listen(to: place, isLast: true)
    let process = slots[place].process
    slots[place].process = nil
    guard slots[place].leg != nil, process?.isWaiting == false else { return }
    logRest(of: process, leg: slots[place].leg)
    let isStarved = isOutOfMemory(
      outcome, lines: lastLines, killsBefore: process?.killsBefore, killsNow: memoryKills())
    conclude(place, isStarved ? .outOfMemory : outcome, lastLine: lastLines.last)
  }

  /// Reports the end of a leg, and keeps its checkpoint where it is worth keeping.
  func conclude(_ place: Int, _ outcome: LegEnd.Outcome, lastLine: String? = nil) {
    guard let active = slots[place].leg else { return }
    slots[place].leg = nil
    let outcome = active.outcome ?? outcome
    var end = LegEnd(leg: active.leg.id, outcome: outcome, lastLine: lastLine)
    if isWorthKeeping(active, outcome), active.epoch > 0,
      !namesInFolder(active.checkpointFolder).isEmpty
    {
      let spool = "\(scratch)/spool/\(active.leg.id)"
      do {
        try renamePath(active.checkpointFolder, to: spool)
        try keeper.ask(.save(active.leg.id, epoch: active.epoch, folder: spool))
        end.keeping = active.epoch
      } catch {
        end.lastLine = "its checkpoint could not be kept: \(error)"
      }
    }
    removeAll(active.directory)
    events.append(.legEnded(end))
  }

  /// A checkpoint is whole when the trial ended as it should: after a failure, the one before it
  /// is the last that is known to be whole.
  private func isWorthKeeping(_ active: ActiveLeg, _ outcome: LegEnd.Outcome) -> Bool {
    switch active.verdict {
    case .pause, .complete: true
    case .stop: false
    case .goOn, nil: outcome == .exited(status: 0) || outcome == .askedForNext
    }
  }

  /// Ends a leg's process.
  func end(_ leg: LegID, _ outcome: LegEnd.Outcome) {
    guard let place = slot(of: leg) else { return }
    if slots[place].leg?.outcome == nil { slots[place].leg?.outcome = outcome }
    guard let process = slots[place].process, !process.isWaiting else {
      // Its checkpoint is still being fetched; a warm process waits for it and knows of nothing.
      return conclude(place, outcome)
    }
    signal(process, SIGTERM)
    process.patience = .init(
      deadline: monotonicSeconds() + settings.terminationPatience, isTerminated: true)
  }

  func signal(_ process: TrialProcess, _ signal: Int32) {
    do { try spawner.channel.send(SpawnerRequest.signal(process.name, signal)) } catch {
      preconditionFailure("a signal did not encode: \(error)")
    }
  }

  /// Hears what became of a checkpoint.
  func hear(_ reply: KeeperReply) throws {
    switch reply {
    case .stored(let container): events.append(.stored(container))
    case .notStored(let leg, _, let reason): events.append(.notStored(leg, reason: reason))
    case .notMerged(let names, let reason): events.append(.notMerged(names, reason: reason))
    case .taken(let leg, let epoch):
      guard let place = slot(of: leg), let held = slots[place].leg?.heldAnswer,
        held.epoch == epoch
      else { return }
      slots[place].leg?.heldAnswer = nil
      try slots[place].process?.connection?.send(held)
    case .loaded(let leg):
      if let place = slot(of: leg) { try start(place) }
    case .discarded: break
    case .notLoaded(let leg, let reason, let isDamaged):
      guard let place = slot(of: leg), let active = slots[place].leg else { return }
      guard isDamaged, active.outcome == nil else {
        return conclude(place, .notStarted(reason: reason))
      }
      slots[place].leg = nil
      removeAll(active.directory)
      events.append(.damaged(leg, reason: reason))
    }
  }

  /// Ends what was silent too long or did not end when it should have.
  func checkPatience() {
    let now = monotonicSeconds()
    for place in slots.indices {
      if let process = slots[place].process, let patience = process.patience {
        guard now >= patience.deadline else { continue }
        signal(process, patience.isTerminated ? SIGKILL : SIGTERM)
        process.patience = .init(deadline: now + settings.terminationPatience, isTerminated: true)
      } else if let leg = slots[place].leg, leg.hasBegun,
        now - leg.lastSign >= settings.study.trial.silence.seconds
      {
        end(leg.leg.id, .silent(seconds: Int(settings.study.trial.silence.seconds)))
      }
    }
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
