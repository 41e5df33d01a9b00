/// The method of a study: a schedule joined to a search.
public struct Algorithm: Hashable, Sendable, Codable {
  /// The methods a study file can name.
  public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
    /// Random search at the full budget.
    case random
    /// Every combination of values, at the full budget.
    case grid
    /// A quasi-random sequence at the full budget.
    case sobol
    /// One bracket of synchronous successive halving after another.
    case successiveHalving = "successive-halving"
    /// The brackets of Hyperband, one after another.
    case hyperband
    /// Asynchronous successive halving with random search.
    case asha
    /// Hyperband with a kernel density pair.
    case bohb
    /// ASHA whose largest rung grows until the ranking is stable.
    case pasha
    /// ASHA with a Gaussian process.
    case mobster
    /// PASHA with a Gaussian process.
    case pashaBO = "pasha-bo"
    /// Aging evolution over the architecture parameters, the others fixed or random.
    case age
    /// Aging evolution over the architecture, Bayesian optimisation over the rest.
    case agebo
    /// The same, waiting for all of a generation.
    case agebosync = "agebo-sync"
    /// Bayesian optimisation over everything.
    case mixedBO = "mixed-bo"
    /// Aging evolution over everything.
    case mixedAgE = "mixed-age"
    /// Every trial trains for the smallest budget; the best is chosen.
    case oneEpoch = "one-epoch"
    /// One random configuration is chosen, nothing is trained.
    case randomBaseline = "random-baseline"
    /// ASHA whose promoted trials get more GPUs.
    case rasda
  }

  /// What the study file calls it; `nil` where it joins a scheduler and a searcher itself.
  public var name: Name?
  /// Who trains next, and how far.
  public var schedule: Schedule
  /// How configurations are proposed.
  public var search: Search

  /// A named method with its defaults.
  public init(_ name: Name = .asha) {
    self.name = name
    (schedule, search) = Self.parts(of: name)
  }

  /// A schedule joined to a search.
  public init(schedule: Schedule, search: Search) {
    name = nil
    self.schedule = schedule
    self.search = search
  }

  private static func parts(of name: Name) -> (Schedule, Search) {
    switch name {
    case .random: (Schedule(.full), Search(.random))
    case .grid: (Schedule(.full), Search(.grid))
    case .sobol: (Schedule(.full), Search(.sobol))
    case .successiveHalving: (Schedule(.successiveHalving), Search(.random))
    case .hyperband: (Schedule(.hyperband), Search(.random))
    case .asha: (Schedule(.asha), Search(.random))
    case .bohb: (Schedule(.hyperband), Search(.bohb))
    case .pasha: (Schedule(.pasha), Search(.random))
    case .mobster: (Schedule(.asha), Search(.mobster))
    case .pashaBO: (Schedule(.pasha), Search(.mobster))
    case .age: (Schedule(.full), Search(.age))
    case .agebo: (Schedule(.full), Search(.agebo))
    case .agebosync: (Schedule(.generations), Search(.agebo))
    case .mixedBO: (Schedule(.full), Search(.mixedBO))
    case .mixedAgE: (Schedule(.full), Search(.mixedAgE))
    case .oneEpoch: (Schedule(.smallest), Search(.random))
    case .randomBaseline: (Schedule(.untrained), Search(.random))
    case .rasda: (Schedule(.rasda), Search(.random))
    }
  }

  /// Whether trials can be judged by several metrics: nothing in it is modelled by one alone.
  public var takesSeveralMetrics: Bool {
    let searches: [Search.Kind] = [.random, .grid, .sobol, .collection]
    switch schedule.kind {
    case .full, .generations, .smallest, .untrained, .successiveHalving, .hyperband, .asha:
      return searches.contains(search.kind)
    case .pasha, .rasda: return false
    }
  }

  /// The name, or the two parts as `scheduler+searcher`.
  public var label: String {
    name?.rawValue ?? "\(schedule.kind.rawValue)+\(search.kind.rawValue)"
  }
}
