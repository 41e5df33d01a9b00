public import Coordination
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
  /// Reports since the last line, which say nothing by themselves.
  private var quiet = 0
  private var former: TrialRecord?

  /// A story of which nothing was told.
  public init(of trial: TrialID) { self.trial = trial }

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
    guard coordinator.trials.indices.contains(trial.number) else { return }
    let record = coordinator.trials[trial.number]
    defer { former = record }
    var sentences: [String] = []
    switch event {
    case .proposed(trial, let configuration, let origin):
      let settings = coordinator.study.space.inOrder(configuration).map { "\($0.name) \($0.value)" }
      sentences.append("proposed: \(settings.joined(separator: ", ")); \(origin)")
    case .exhausted(trial): sentences.append("the search space has no configuration left for it")
    case .reported(let report) where report.leg.trial == trial:
      tell(report, &sentences, coordinator)
    case .legEnded(let end) where end.leg.trial == trial && former?.place != nil:
      if end.outcome != .exited(status: 0), end.outcome != .askedForNext {
        sentences.append("attempt \(end.leg.attempt) \(end.outcome)")
      }
    case .damaged(let leg, let reason, _) where leg.trial == trial:
      sentences.append("its checkpoint cannot be read: \(reason)")
    case .notStored(let leg, let reason, _) where leg.trial == trial:
      sentences.append("its checkpoint could not be kept: \(reason)")
    case .workerLost(_, let reason) where former?.place != nil && record.place == nil:
      sentences.append("the agent of its node was lost (\(reason))")
    case .runBegan where former?.place != nil:
      sentences.append("the run ended while it trained")
    default: break
    }
    if let source = record.checkpoint, source != former?.checkpoint,
      source.entry != former?.checkpoint?.entry
    {
      sentences.append("its checkpoint of epoch \(source.entry.epoch) is durable")
    }
    for command in commands { tell(command, &sentences, coordinator) }
    if let former, record.state != former.state || record.reason != former.reason,
      record.reason != .training
    {
      let (state, reason) = (record.state.rawValue, record.reason.description)
      sentences.append(reason.hasPrefix(state) ? reason : "\(state): \(reason)")
    }
    lines += sentences.map { Line(seconds: time.seconds, text: $0) }
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
    sentences.append(
      "reported \(metric.name) \(value.map { "\($0)" } ?? "nothing") at epoch "
        + "\(report.epoch)\(between)\(place(of: report, in: coordinator))")
  }

  /// How the report compares with the others of its epoch.
  private func place(of report: Report, in coordinator: Coordinator) -> String {
    let log = coordinator.reports
    let metric = coordinator.study.metric
    guard coordinator.study.metrics.count == 1, let own = report.value(of: metric.name),
      own.isFinite, let column = log.column(metric.name)
    else { return "" }
    let others = (0..<log.count).filter {
      log.epochs[$0] == report.epoch && log.trials[$0] != trial.number && column[$0].isFinite
        && coordinator.trials[log.trials[$0]].finalSeed == nil
    }
    let better = others.count {
      metric.goal == .maximize ? column[$0] > own : column[$0] < own
    }
    return ", place \(better + 1) of \(others.count + 1) there so far"
  }

  private func tell(
    _ command: Command, _ sentences: inout [String], _ coordinator: Coordinator
  ) {
    switch command {
    case .start(let leg) where leg.id.trial == trial:
      let host =
        coordinator.workers.indices.contains(leg.slot.worker.rank)
        ? coordinator.workers[leg.slot.worker.rank]?.host : nil
      let from = leg.source.map { " from its checkpoint of epoch \($0.entry.epoch)" } ?? ""
      sentences.append(
        "attempt \(leg.id.attempt) starts\(from) on \(host ?? "agent \(leg.slot.worker)"), slot "
          + "\(leg.slot.index), to epoch \(leg.until)")
      let scaled = leg.scaled?.derivations(in: leg.configuration, coordinator.study) ?? []
      if !scaled.isEmpty { sentences.append("it sees \(scaled.joined(separator: ", "))") }
    case .answer(let leg, _, let epoch, .goOn(let until))
    where leg.trial == trial && former.map({ $0.target < until }) ?? false:
      sentences.append("among the best at epoch \(epoch): goes on to epoch \(until)")
    case .hold(let leg, _) where leg.trial == trial:
      sentences.append("asked to hold at its next report: \(coordinator.runEndWords)")
    case .end(let leg, _) where leg.trial == trial: sentences.append("its process is ended")
    default: break
    }
  }
}

extension Coordinator {
  fileprivate var runEndWords: String {
    draining.map { "the run ends (\($0))" } ?? "the time of the job is nearly up"
  }
}

extension Origin: CustomStringConvertible {
  /// A clause about why a configuration was tried.
  public var description: String {
    switch self {
    case .point: "a point of the study file"
    case .random: "drawn at random"
    case .sequence(let place): "the next of a sequence, number \(place + 1)"
    case .model(let observations, let budget):
      "the best candidate of a model of \(observations) observations"
        + (budget.map { " at \($0.epochs) epochs" } ?? "")
    case .winner(let winner): "that of the winner, trial \(winner), to be trained out"
    case .mutation(let parent, let parameter, let model):
      "a mutation of \(parent.map { "trial \($0)" } ?? "a trial of an earlier study") in "
        + parameter
        + (model.map { ", the rest by a model of \($0) observations" } ?? "")
    }
  }
}
