import Coordination
import StudyModel

/// The coordinator as it runs a real study, without processes, messages and files: 64 slots report
/// their next epoch in turn.
///
/// The same round as `peers/asha_decisions.py`: what is timed is a report with its decision, and,
/// where that frees a slot, the end of the process with the next trial's proposal and start.
struct DecisionBenchmark {
  /// The schedules that are measured.
  static let schedules: [String: Algorithm] = [
    "promotion": halving(.promotion), "stopping": halving(.stopping), "pasha": Algorithm(.pasha),
  ]

  /// What is printed of a run.
  struct Figures: Encodable {
    var bench = "asha"
    var peer: String
    var n: Int
    var slots: Int
    var report: Timings.Summary?
    var suggest: Timings.Summary?
    var rung1: Timings.Summary?
    var decisions_per_s: Double
    var rss_peak_mib: Double
  }

  private var coordinator: Coordinator
  private var reports = Timings()
  private var suggestions = Timings()
  /// Those after the first epoch, of which each trial has one.
  private var firsts = Timings()
  private var running: [Process?]
  private var curves: [Workload.Curve] = []
  private var now = 0.0

  private struct Process {
    var leg: LegID
    var epoch: Int
  }

  /// Runs a study of so many trials.
  static func run(_ name: String, trials: Int, slots: Int) -> Figures? {
    guard let algorithm = schedules[name] else { return nil }
    var benchmark = DecisionBenchmark(
      study: Workload.study(algorithm, trials: trials), slots: slots)
    benchmark.run(slots: slots)
    let (reports, suggestions) = (benchmark.reports, benchmark.suggestions)
    let calls = reports.nanoseconds.count + suggestions.nanoseconds.count
    return Figures(
      peer: "rung-\(name)", n: trials, slots: slots, report: reports.summary,
      suggest: suggestions.summary, rung1: benchmark.firsts.summary,
      decisions_per_s: Double(calls) / (reports.seconds + suggestions.seconds),
      rss_peak_mib: peakMemory())
  }

  private init(study: Study, slots: Int) {
    coordinator = Coordinator(study: study)
    running = Array(repeating: nil, count: slots)
  }

  private static func halving(_ type: Schedule.Halving) -> Algorithm {
    var algorithm = Algorithm(.asha)
    algorithm.schedule.halving = type
    return algorithm
  }

  private mutating func run(slots: Int) {
    let run = Run(
      number: 1, host: "host", process: 1, processStart: 1, job: nil, wallTime: 0, version: "0")
    perform(absorb(.runBegan(run)))
    perform(absorb(.workerJoined(WorkerID(0), host: "node", slots: slots)))
    while running.contains(where: { $0 != nil }) {
      for slot in running.indices { report(slot) }
    }
  }

  private mutating func report(_ slot: Int) {
    guard var process = running[slot] else { return }
    process.epoch += 1
    running[slot] = process
    let value = curves[process.leg.trial.number].loss(after: process.epoch)
    let event = Event.reported(
      Report(
        leg: process.leg, epoch: process.epoch, values: [.init("loss", value)],
        isAnswerable: true))
    let (commands, duration) = timed { absorb(event) }
    reports.add(duration)
    if process.epoch == 1 { firsts.add(duration) }
    perform(commands)
    for case .answer(_, _, _, let verdict) in commands {
      if case .goOn = verdict { continue }
      running[slot] = nil
      let end = LegEnd(leg: process.leg, outcome: .exited(status: 0))
      let (starts, duration) = timed { propose(absorb(.legEnded(end))) }
      suggestions.add(duration)
      perform(starts)
    }
  }

  private mutating func absorb(_ event: Event) -> [Command] {
    now += 0.001
    return coordinator.absorb(event, at: StudyTime(seconds: now))
  }

  /// The commands, those that proposals caused in the place of the proposals.
  private mutating func propose(_ commands: [Command]) -> [Command] {
    commands.flatMap { command -> [Command] in
      guard case .propose(let trial) = command else { return [command] }
      return absorb(coordinator.proposal(for: trial))
    }
  }

  private mutating func perform(_ commands: [Command]) {
    for case .start(let leg) in propose(commands) {
      let trial = leg.id.trial.number
      if trial == curves.count { curves.append(Workload.Curve(of: leg.configuration)) }
      let epoch = coordinator.trials[trial].epoch
      running[leg.slot.index] = Process(leg: leg.id, epoch: epoch)
    }
  }
}
