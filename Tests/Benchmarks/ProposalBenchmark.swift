import Searchers
import StudyModel

/// A searcher that knows `n` losses at the largest budget, and proposes.
///
/// The same as `peers/model_suggest.py`: propose one configuration, tell its loss. Peers fit in one of
/// the two calls; Rung's slow models are fitted beside the loop, when observations have grown by a
/// sixteenth or so, so the fit is timed by itself.
struct ProposalBenchmark {
  /// The models that are measured.
  static let searches: [String: Algorithm] = [
    "bohb": bohb(), "mobster": Algorithm(.mobster), "mixed-bo": Algorithm(.mixedBO),
  ]

  /// What is printed of a run.
  struct Figures: Encodable {
    var bench = "model"
    var peer: String
    var n: Int
    var cycles: Int
    var ask_ms_p50: Double
    var tell_ms_p50: Double
    var cycle_ms_p50: Double
    var cycle_ms_max: Double
    /// 0 where a model is fitted as it is told.
    var fit_ms_p50: Double
    var rss_peak_mib: Double
  }

  /// Tells `n` losses, then measures so many cycles after a first one.
  static func run(_ name: String, observations: Int, cycles: Int) -> Figures? {
    guard let algorithm = searches[name] else { return nil }
    let study = Workload.study(algorithm, trials: observations)
    var searcher = Searcher(for: study)
    let random = Searcher(for: Workload.study(Algorithm(.random), trials: observations))
    let budgets = study.comparedBudgets
    for trial in 0..<observations {
      guard let drawn = random.propose(for: TrialID(trial)) else { return nil }
      searcher.absorb(.proposed(TrialID(trial), drawn.configuration))
      // MOBSTER's observations lie where successive halving would have them.
      let budget = name == "mobster" ? depth(of: trial, budgets) : budgets[budgets.count - 1]
      tell(&searcher, trial, drawn.configuration, at: budget)
    }
    var fits = Timings()
    var (asks, tells) = (Timings(), Timings())
    var fit: Searcher.Fit?
    for cycle in 0...cycles {
      if let basis = searcher.dueBasis ?? (cycle == 0 ? searcher.basis : nil) {
        let duration: Double
        (fit, duration) = timed { searcher.fit(to: basis) }
        fits.add(duration)
        searcher.absorb(.fitted(basis: basis))
      }
      let trial = TrialID(observations + cycle)
      let (proposal, ask) = timed { searcher.propose(for: trial, by: fit) }
      guard let configuration = proposal?.configuration else { return nil }
      asks.add(ask)
      let (_, telling) = timed {
        searcher.absorb(.proposed(trial, configuration))
        tell(&searcher, trial.number, configuration, at: budgets[budgets.count - 1])
      }
      tells.add(telling)
    }
    let both = zip(asks.nanoseconds, tells.nanoseconds).map { ($0 + $1) / 1e6 }.dropFirst().sorted()
    return Figures(
      peer: "rung-\(name)", n: observations, cycles: cycles,
      ask_ms_p50: median(asks.nanoseconds), tell_ms_p50: median(tells.nanoseconds),
      cycle_ms_p50: both[both.count / 2], cycle_ms_max: both[both.count - 1],
      fit_ms_p50: fits.nanoseconds.isEmpty ? 0 : median(fits.nanoseconds),
      rss_peak_mib: peakMemory())
  }

  /// Every proposal is the model's, as the peers' are.
  private static func bohb() -> Algorithm {
    var algorithm = Algorithm(.bohb)
    algorithm.search.density.randomFraction = 0
    return algorithm
  }

  private static func tell(
    _ searcher: inout Searcher, _ trial: Int, _ configuration: Configuration, at budget: Budget
  ) {
    let loss = Workload.Curve(of: configuration).loss(after: budget.epochs)
    searcher.absorb(.reported(TrialID(trial), .finite(loss), at: budget))
  }

  /// A third of the trials goes on from each rung.
  private static func depth(of trial: Int, _ budgets: [Budget]) -> Budget {
    var random = RandomStream(seed: 3, trial: TrialID(trial), purpose: .simulation)
    let last = budgets[budgets.count - 1]
    return budgets.dropLast().first { _ in random.index(below: 3) > 0 } ?? last
  }

  private static func median(_ nanoseconds: [Double]) -> Double {
    let sorted = (nanoseconds.count > 1 ? Array(nanoseconds.dropFirst()) : nanoseconds).sorted()
    return sorted[sorted.count / 2] / 1e6
  }
}
