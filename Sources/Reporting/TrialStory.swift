public import Coordination
import Schedulers
public import StudyModel

/// What happened to one trial, and why, in sentences: told from the recorded events and decisions.
public struct TrialStory: Sendable {
  /// One sentence of it.
  public struct Line: Hashable, Sendable, Encodable {
    /// When, in seconds since the study began, runs only.
    public let seconds: Double
    /// What happened.
    public let text: String
  }

  /// The trial.
  public let trial: TrialID
  /// In the order in which it happened.
  public private(set) var lines: [Line] = []
  /// The agents that its processes had slots of, in order of first use.
  public private(set) var workers: [WorkerID] = []
  /// Reports since the last line, which say nothing by themselves.
  private var quiet = 0
  private var former: TrialRecord?
  /// Slots of its last process.
  private var width = 0
  /// When its process was up.
  private var isUp: StudyTime?
  /// Steps of PASHA's largest budget that were told.
  private var growths = 0
  /// Whether the rung at which it waits had decided.
  private var wasSettled = false
  private var wasFinished = false

  /// A story of which nothing was told.
  public init(of trial: TrialID) { self.trial = trial }

  /// Adds to the starts of its processes which GPUs they had, which the journal does not say.
  ///
  /// - Parameter devices: By attempt.
  public mutating func note(devices: [String: String]) {
    lines = lines.map { line in
      let words = line.text.split(separator: " ", maxSplits: 3)
      guard words.count > 2, words[0] == "attempt", words[2] == "starts",
        let given = devices[String(words[1])]
      else { return line }
      return Line(seconds: line.seconds, text: "\(line.text), on GPU \(given)")
    }
  }

  /// Goes on with the story.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - time: When.
  ///   - commands: What was decided.
  ///   - coordinator: The state after that.
  public mutating func hear(
    _ event: Event, at time: StudyTime, commands: [Command], _ coordinator: Coordinator
  ) {
    let steps = coordinator.growths
    defer { growths = steps.count }
    guard coordinator.trials.indices.contains(trial.number) else { return }
    let record = coordinator.trials[trial.number]
    defer { former = record }
    var sentences: [String] = []
    if former == nil, let seed = record.finalSeed, let origin = record.origin {
      let settings = words(of: record.configuration, coordinator.study)
      sentences.append("proposed: \(settings); \(origin.words(in: coordinator)), seed \(seed)")
    }
    tell(event, at: time, &sentences, coordinator)
    if let source = record.checkpoint, source != former?.checkpoint,
      source.entry != former?.checkpoint?.entry
    {
      sentences.append(
        "its checkpoint of epoch \(source.entry.epoch) is durable: \(source.bytes) bytes in "
          + source.container)
    }
    if record.state == .paused || former?.state == .paused {
      sentences += steps.dropFirst(growths).map(\.description)
    }
    tellOfRung(record, &sentences, coordinator)
    if let former, record.state != former.state || record.reason != former.reason,
      record.reason != .training
    {
      sentences.append(standing(of: record, after: former, coordinator.study))
    }
    // It may have to wait for its slots after that.
    if let former, case .reachedRung(let epoch) = former.reason, record.target > former.target {
      let standing = RungStanding(of: trial, at: epoch, in: coordinator)
      sentences.append("promoted to epoch \(record.target)\(standing.map { ": \($0)" } ?? "")")
    }
    for command in commands { tell(command, &sentences, coordinator) }
    tellOfEnd(record, &sentences, coordinator)
    lines += sentences.map { Line(seconds: time.seconds, text: $0) }
  }

  private mutating func tell(
    _ event: Event, at time: StudyTime, _ sentences: inout [String], _ coordinator: Coordinator
  ) {
    let record = coordinator.trials[trial.number]
    let isOn = former?.place != nil
    switch event {
    case .proposed(trial, let configuration, let origin):
      let settings = words(of: configuration, coordinator.study)
      sentences.append("proposed: \(settings); \(origin.words(in: coordinator))")
    case .exhausted(trial): sentences.append("the search space has no configuration left for it")
    case .began(let leg, _) where leg.trial == trial: isUp = time
    case .reported(let report) where report.leg.trial == trial:
      tell(report, &sentences, coordinator)
    case .legEnded(let end) where end.leg.trial == trial && isOn:
      let isOver = record.place == nil || record.attempts != former?.attempts
      if isOver || end.outcome.isFailure { sentences.append(words(of: end, at: time)) }
    case .damaged(let leg, let reason, _) where leg.trial == trial:
      sentences.append("its checkpoint cannot be read: \(reason)")
    case .notStored(let leg, let reason, _) where leg.trial == trial:
      sentences.append("its checkpoint could not be kept: \(reason)")
    case .workerLost(_, let reason) where isOn && record.place == nil:
      sentences.append("the agent of its node was lost (\(reason))")
    case .runBegan(let run) where isOn:
      let job = run.job.map { " in job \($0)" } ?? ""
      sentences.append("the run ended while it trained; run \(run.number) begins\(job)")
    default: break
    }
  }

  private func words(of configuration: Configuration, _ study: Study) -> String {
    study.space.inOrder(configuration).map { "\($0.name) \($0.value)" }.joined(separator: ", ")
  }

  /// How its process ended, and how long it took.
  private func words(of end: LegEnd, at time: StudyTime) -> String {
    let outcome =
      end.outcome == .exited(status: 0) || end.outcome == .askedForNext
      ? "ended" : end.outcome.description
    guard let since = former?.place?.since else { return "attempt \(end.leg.attempt) \(outcome)" }
    let start =
      isUp.map { $0.seconds - since.seconds >= 0.05 ? ", \(span(since, $0)) until it was up" : "" }
      ?? ""
    return "attempt \(end.leg.attempt) \(outcome) after \(span(since, time))\(start)"
  }

  private func span(_ from: StudyTime, _ to: StudyTime) -> String {
    "\(rounded(to.seconds - from.seconds, 1)) s"
  }

  private mutating func tell(
    _ report: Report, _ sentences: inout [String], _ coordinator: Coordinator
  ) {
    let metric = coordinator.study.metric
    guard report.epoch > former?.epoch ?? 0 else {
      return quiet += 1
    }
    let isDue = report.epoch >= former?.target ?? 0
    let value = report.value(of: metric.name)
    guard isDue || value?.isFinite != true else {
      return quiet += 1
    }
    let between = quiet > 0 ? " after \(quiet) further report\(quiet == 1 ? "" : "s")" : ""
    quiet = 0
    let standing = RungStanding(of: trial, at: report.epoch, in: coordinator)
    sentences.append(
      "reported \(value.map { "\(metric.name) \($0)" } ?? without(metric.name, report)) at epoch "
        + "\(report.epoch)\(between)\(standing.map { ": \($0)" } ?? "")")
    let target = coordinator.trials[trial.number].target
    if coordinator.trials[trial.number].state == .running, target > former?.target ?? target {
      sentences.append("goes on to epoch \(target)")
    }
  }

  /// What a report has in the place of the study's metric.
  private func without(_ metric: String, _ report: Report) -> String {
    let names = report.values.map(\.name)
    guard !names.isEmpty else { return "nothing" }
    let near = nearestWord(to: metric, among: names).map { "; is '\($0)' meant?" } ?? ""
    return "\(names.joined(separator: ", ")) but no \(metric)\(near)"
  }

  /// What a rung that waits for its trials decides on this one.
  private mutating func tellOfRung(
    _ record: TrialRecord, _ sentences: inout [String], _ coordinator: Coordinator
  ) {
    let field = coordinator.field(of: trial, at: record.epoch)
    let isSettled = field?.waitsFor != nil && field?.isSettled == true
    defer { wasSettled = isSettled }
    guard isSettled, !wasSettled, former?.epoch == record.epoch,
      let standing = RungStanding(of: trial, at: record.epoch, in: coordinator)
    else { return }
    sentences.append(
      "its rung is complete: \(standing)"
        + (standing.place <= standing.field.best ? "" : "; it is not promoted"))
  }

  private mutating func tell(
    _ command: Command, _ sentences: inout [String], _ coordinator: Coordinator
  ) {
    switch command {
    case .start(let leg) where leg.id.trial == trial:
      sentences.append(words(of: leg, coordinator))
      let scaled = leg.scaled?.derivations(in: leg.configuration, coordinator.study) ?? []
      if !scaled.isEmpty { sentences.append("it sees \(scaled.joined(separator: ", "))") }
      for worker in leg.workers where !workers.contains(worker) { workers.append(worker) }
      (width, isUp) = (leg.width, nil)
    case .hold(let leg, _) where leg.trial == trial:
      sentences.append("asked to hold at its next report: \(coordinator.runEndWords)")
    case .end(let leg, _) where leg.trial == trial: sentences.append("its process is ended")
    default: break
    }
  }

  /// Where a process starts.
  private func words(of leg: Leg, _ coordinator: Coordinator) -> String {
    let from = leg.source.map { " from its checkpoint of epoch \($0.entry.epoch)" } ?? ""
    let job = coordinator.run?.job.map { ", job \($0)" } ?? ""
    let size =
      width > 0 && width != leg.width ? ", with \(leg.width) slots instead of \(width)" : ""
    return
      "attempt \(leg.id.attempt) starts\(from) on \(coordinator.place(of: leg))\(job), to epoch "
      + "\(leg.until)\(size)"
  }

  /// What became of it: a state with its reason, or after a failure what comes next.
  private func standing(
    of record: TrialRecord, after former: TrialRecord, _ study: Study
  ) -> String {
    let (state, reason) = (record.state.rawValue, record.reason.description)
    guard record.state == .running else {
      return reason.hasPrefix(state) ? reason : "\(state): \(reason)"
    }
    let again =
      record.checkpoint.map { "tried again from its checkpoint of epoch \($0.entry.epoch)" }
      ?? "tried again from the beginning"
    switch record.reason {
    case .process, .noReport:
      guard record.failures > former.failures else {
        return "\(reason); that is not held against it, as it was not alone: \(again)"
      }
      return "\(reason); failure \(record.failures), of which 'retries' allows "
        + "\(study.trial.retries): \(again)"
    default: return reason
    }
  }

  /// What the end of the study means for a trial that waits.
  private mutating func tellOfEnd(
    _ record: TrialRecord, _ sentences: inout [String], _ coordinator: Coordinator
  ) {
    guard case .finished(let ending) = coordinator.phase, !wasFinished else { return }
    wasFinished = true
    guard record.state == .paused else { return }
    let standing = RungStanding(of: trial, at: record.epoch, in: coordinator)
    sentences.append(
      "the study ended (\(ending)) while it was paused\(standing.map { ": \($0)" } ?? "")")
  }
}

extension Coordinator {
  fileprivate var runEndWords: String {
    draining.map { "the run ends (\($0))" } ?? "the time of the job is nearly up"
  }
}
