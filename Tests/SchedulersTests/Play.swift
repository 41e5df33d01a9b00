import Schedulers
import StudyModel
import TestSupport

/// A random run of a scheduler: workers ask, trials report, end, diverge and fail in any order, and
/// where wanted are observed on their way.
struct Play {
  /// An event with the decisions it caused.
  struct Step {
    let event: SchedulerEvent
    let decisions: [Decision]
  }

  let eta: Int
  let budgets: [Budget]
  let bracketCount: Int
  let trials: Int
  /// Whether a slot may go without work though trials may start.
  var mayIdle = false
  /// How many metrics a trial reports.
  var metricCount = 1
  private let seed: UInt64
  private let slots: Int
  private let trouble: Double
  private let values: Int
  private let followsCurves: Bool

  private var random: SeededGenerator
  private(set) var steps: [Step] = []
  private(set) var violations: [String] = []
  /// Trials that train, with the budget they were given.
  private var running: [(trial: TrialID, budget: Budget)] = []
  private var epochs: [TrialID: Int] = [:]
  private var paused: Set<TrialID> = []
  private var finished: Set<TrialID> = []
  private var granted: [TrialID: [Budget]] = [:]
  private var started = 0

  /// A play of random size.
  ///
  /// - Parameters:
  ///   - seed: Of everything.
  ///   - range: How many trials may start.
  ///   - followsCurves: Whether the scheduler is told of reports between decisions.
  init(seed: UInt64, trials range: ClosedRange<Int> = 1...90, followsCurves: Bool = false) {
    var random = SeededGenerator(seed, 1)
    self.followsCurves = followsCurves
    self.seed = seed
    eta = random.integer(2...4)
    let fidelity = Fidelity(
      name: "epoch", minimum: Budget(random.integer(1...3)),
      maximum: Budget(random.element(of: [3, 9, 10, 27, 81])))
    budgets = fidelity.rungs(eta: eta)
    bracketCount = random.chance(0.5) ? 1 : random.integer(1...budgets.count)
    trials = random.integer(range)
    slots = random.integer(1...12)
    trouble = random.chance(0.3) ? 0 : random.real(0...0.3)
    values = random.element(of: [3, 10, 1_000_000])
    self.random = random
  }

  /// Plays until nothing runs and nothing is given out any more.
  ///
  /// - Parameter absorb: The scheduler under test.
  mutating func run(_ absorb: (SchedulerEvent) throws -> [Decision]) rethrows {
    while steps.count < 20_000 {
      if running.count < slots, try give(absorb) { continue }
      guard !running.isEmpty else { return }
      try happen(absorb)
    }
    violations.append("no end after \(steps.count) events")
  }

  /// A slot asks for work.
  private mutating func give(_ absorb: (SchedulerEvent) throws -> [Decision]) rethrows -> Bool {
    let next = started < trials ? TrialID(started) : nil
    let decisions = try note(.slotFreed(next: next), absorb)
    guard let decision = decisions.first else {
      if next != nil, !mayIdle { violations.append("a slot idles though trials may start") }
      return false
    }
    switch decision {
    case .start(let trial, let budget):
      if trial != next { violations.append("\(decision) instead of trial \(started)") }
      started += 1
      grant(trial, budget)
    case .resume(let trial, let budget):
      if paused.remove(trial) == nil { violations.append("\(decision) without a pause") }
      grant(trial, budget)
    case .choose: started += 1
    default: violations.append("\(decision) for a free slot")
    }
    return true
  }

  private mutating func grant(_ trial: TrialID, _ budget: Budget) {
    if granted[trial, default: []].contains(where: { $0 >= budget }) {
      violations.append("budget \(budget) was granted to trial \(trial) before")
    }
    granted[trial, default: []].append(budget)
    running.append((trial, budget))
  }

  /// Something happens to a random running trial.
  private mutating func happen(_ absorb: (SchedulerEvent) throws -> [Decision]) rethrows {
    let (trial, budget) = running.remove(at: random.integer(0...(running.count - 1)))
    let loss = loss(of: trial)
    let epoch = epochs[trial, default: 0] + (random.chance(0.9) ? 1 : random.integer(1...4))
    if followsCurves, epoch < budget.epochs {
      epochs[trial] = epoch
      let seen = random.chance(0.99) ? loss : .diverged
      let decisions = try note(.observed(trial, seen, at: Budget(epoch)), absorb)
      if !decisions.isEmpty { violations.append("\(decisions) for an observation") }
      running.append((trial, budget))
      return
    }
    if random.chance(trouble) {
      switch random.integer(0...2) {
      case 0: _ = try note(.failed(trial), absorb)
      case 1: _ = try note(.ended(trial, loss), absorb)
      default:
        let decisions = try note(.reported(trial, .diverged, at: budget), absorb)
        if decisions != [.stop(trial)] { violations.append("\(decisions) for a diverged trial") }
      }
      finished.insert(trial)
      return
    }
    let beyond = random.chance(0.1) ? random.integer(0...30) : 0
    let reached = Budget(budget.epochs + beyond)
    epochs[trial] = reached.epochs
    let decisions = try note(.reported(trial, loss, at: reached), absorb)
    guard decisions.count == 1 else {
      violations.append("\(decisions) for one report")
      return
    }
    switch decisions[0] {
    case .goOn(trial, let next):
      if next <= reached { violations.append("\(decisions[0]) after \(reached)") }
      grant(trial, next)
    case .pause(trial): paused.insert(trial)
    case .stop(trial): finished.insert(trial)
    case .complete(trial):
      finished.insert(trial)
      if reached < budgets[budgets.count - 1] { violations.append("complete after \(reached)") }
    default: violations.append("\(decisions[0]) for a report of trial \(trial)")
    }
    if reached >= budgets[budgets.count - 1], decisions[0] != .complete(trial) {
      violations.append("\(decisions[0]) at the full budget")
    }
  }

  /// Any of a few values, or where curves are followed one that is near the trial's own.
  private mutating func loss(of trial: TrialID) -> Loss {
    guard followsCurves, values > 3 else {
      let losses = (0..<metricCount).map { _ in Double(random.integer(0...values)) }
      return Loss(losses, goals: losses.map { _ in .minimize })
    }
    var quality = SeededGenerator(seed, 2, UInt64(trial.number))
    return Loss(Double(quality.integer(0...values)) + random.real(-0.03...0.03) * Double(values))
  }

  private mutating func note(
    _ event: SchedulerEvent, _ absorb: (SchedulerEvent) throws -> [Decision]
  ) rethrows -> [Decision] {
    let decisions = try absorb(event)
    steps.append(Step(event: event, decisions: decisions))
    return decisions
  }

  /// An earlier event of a trial that changed something then, to be delivered again.
  static func isAboutATrial(_ event: SchedulerEvent) -> Bool {
    if case .slotFreed = event { false } else { true }
  }
}
