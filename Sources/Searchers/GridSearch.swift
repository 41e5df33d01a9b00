public import StudyModel

/// Proposes every combination of the parameters' values once; of a space of given rows, the rows in
/// their order.
///
/// What the combinations are and their order is said at `Grid`. Those that violate a constraint,
/// or that the study's points have tried already, are passed over.
///
/// The state is the next combination and the points: it does not grow with the trials.
public struct GridSearch: ConfigurationSearcher {
  private let space: SearchSpace
  private let grid: Grid
  private let points: Int
  private var place = 0
  private var next: TypedConfiguration?
  private var tried = Distinct<TypedConfiguration>()
  private var latest: TrialID?

  /// The most combinations passed over on the way to the next; then the search is over.
  static let mostPassed = 1_000_000

  /// A search of this space.
  ///
  /// - Parameters:
  ///   - space: Where to search.
  ///   - settings: How fine the grid is.
  ///   - points: How many points the study has: so many trials are not from the grid.
  public init(space: SearchSpace, settings: GridSettings = GridSettings(), points: Int = 0) {
    self.space = space
    grid = Grid(space, points: settings.points)
    self.points = points
    settle()
  }

  /// Notes what was proposed, and finds the next combination.
  public mutating func absorb(_ event: SearcherEvent) {
    guard case .proposed(let trial, let configuration) = event, latest.map({ $0 < trial }) ?? true
    else { return }
    latest = trial
    // After the points by the number, not by the value: on another processor its last bits differ.
    if trial.number >= points || configuration == next?.wrappedValue {
      place += 1
    } else {
      tried.insert(TypedConfiguration(wrappedValue: configuration))
    }
    settle()
  }

  /// The next combination.
  public func propose(for trial: TrialID) -> Proposal? {
    next.map { Proposal($0.wrappedValue, .sequence(place: place)) }
  }

  /// Moves on to the first combination from `place` on that may be tried.
  private mutating func settle() {
    next = nil
    var passed = 0
    while place < grid.count, passed < Self.mostPassed {
      let configuration = TypedConfiguration(wrappedValue: grid.configuration(at: place))
      if space.satisfiesConstraints(configuration.wrappedValue), !tried.contains(configuration) {
        next = configuration
        return
      }
      place += 1
      passed += 1
    }
  }
}
