public import StudyModel

extension Coordinator {
  /// Failures without a single report after which a study is given up.
  public static let hopelessFailures = 10

  /// Ends the study where one of its rules is met.
  mutating func applyStopRules(after event: Event, _ commands: inout [Command]) {
    guard phase == .running, let ending = metRule(after: event) else { return }
    phase = .ending(ending)
    for number in trials.indices {
      if trials[number].running?.isEnding == false {
        end(number, &commands)
      }
      if !trials[number].reserved.isEmpty {
        trials[number].state = .stopped
        trials[number].reason = .studyEnded
        release(trials[number].reserved)
        trials[number].reserved = []
      }
    }
    for trial in ready + [waiting].compactMap({ $0 })
    where trials[trial.number].state == .running {
      trials[trial.number].state = .stopped
      trials[trial.number].reason = .studyEnded
    }
    ready = []
    (waiting, keptWorkers) = (nil, nil)
  }

  private func metRule(after event: Event) -> Ending? {
    let stop = study.stop
    if let limit = stop.started, trials.count >= limit, (trials.last?.attempts ?? 0) > 0 {
      return .rule("started")
    }
    if let limit = stop.reports, reports.count >= limit { return .rule("reports") }
    if let target = stop.target, let value = best.flatMap({ trials[$0.number].best?.value }),
      value == target || isBetter(value, than: target)
    {
      return .rule("target")
    }
    if let deadline = stop.wallclock, now.seconds >= deadline.seconds { return .rule("wallclock") }
    if let limit = stop.gpuHours, gpuHours >= limit { return .rule("gpu-hours") }
    if reports.count == 0, Self.mayFailTrials(event), trials.count >= Self.hopelessFailures,
      trials.count(where: { $0.state == .failed }) >= Self.hopelessFailures
    {
      return .everythingFailed
    }
    return nil
  }

  /// Whether a trial may have failed by an event: those by which a study of many slots begins are left out,
  /// since trials are counted after each of the others until the first report.
  private static func mayFailTrials(_ event: Event) -> Bool {
    switch event {
    case .workerJoined, .proposed, .began, .used: false
    default: true
    }
  }

  /// GPU-hours that trials have used; slot-hours where a trial needs no GPU.
  public var gpuHours: Double {
    (gpuHoursBefore ?? 0)
      + Double(busyMicroseconds - (coreMicroseconds ?? 0)) / 3.6e9 * gpusPerSlot
  }

  private var gpusPerSlot: Double { trial.gpusPerSlot }

  /// Keeps the GPU-hours as they are while a slot becomes another share of a GPU.
  mutating func keepGPUHours(during change: (inout Coordinator) -> Void) {
    let hours = gpuHours
    change(&self)
    let other = hours - gpuHours
    if other != 0 { gpuHoursBefore = (gpuHoursBefore ?? 0) + other }
  }

  /// When `deadlinePassed` is due if nothing happens before; `nil` where no rule depends on time.
  public var nextDeadline: StudyTime? {
    var deadlines: [Double] = []
    if phase == .running {
      if let wallclock = study.stop.wallclock { deadlines.append(wallclock.seconds) }
      let busy = busyCount - busyOnCores
      if let limit = study.stop.gpuHours, busy > 0 {
        let left = (limit - gpuHours) * 3600 / (Double(busy) * gpusPerSlot)
        deadlines.append(now.seconds + max(left, 0))
      }
    }
    if !hasLeft { deadlines += [nextHold, horizon].compactMap { $0?.seconds } }
    // A microsecond more than enough: rounding must not make the event come too early.
    return deadlines.min().map { StudyTime(seconds: $0 + 1e-6) }
  }

  /// Concludes the study once nothing runs, nothing can start and every checkpoint is durable.
  mutating func finishIfIdle(_ commands: inout [Command]) {
    guard busyCount == 0, trials.allSatisfy({ $0.saving == nil }) else { return }
    switch phase {
    case .finished: return
    case .ending(let ending): endSearch(ending, &commands)
    case .running:
      guard run != nil, !free.isEmpty, ready.isEmpty, waiting == nil else { return }
      if isComingToItsEnd, hasMoreWork { return }
      endSearch(conclusion, &commands)
    case .finishing(let ending):
      guard ready.isEmpty else { return }
      finish(ending, &commands)
    }
  }

  /// Trains the winner out where the study asks for it, and ends otherwise.
  private mutating func endSearch(_ ending: Ending, _ commands: inout [Command]) {
    guard let settings = study.finish, let winner = choice else { return finish(ending, &commands) }
    phase = .finishing(ending)
    let target = settings.epochs ?? study.fidelity.maximum
    for seed in 1...settings.seeds {
      var record = TrialRecord(id: TrialID(trials.count), target: target.epochs)
      record.configuration = trials[winner.number].configuration
      record.origin = .winner(winner)
      record.isProposed = true
      record.finalSeed = seed
      trials.append(record)
      ready.append(record.id)
    }
    fill(&commands)
  }

  private var conclusion: Ending {
    // A trial for which there was no configuration has not failed.
    let begun = trials.filter { $0.reason != .noConfiguration }
    if !begun.isEmpty, begun.allSatisfy({ $0.state == .failed }) { return .everythingFailed }
    return isExhausted ? .exhausted : .nothingLeft
  }

  private mutating func finish(_ ending: Ending, _ commands: inout [Command]) {
    phase = .finished(ending)
    commands.append(.finish(ending))
  }
}
