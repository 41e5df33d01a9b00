public import StudyModel

/// Proposes the points of a scrambled Sobol sequence; of a space of given rows, the untried row
/// nearest to each.
///
/// Source: Bergstra and Bengio, "Random Search for Hyper-Parameter Optimization", JMLR 13 (2012),
/// section 3.4, find it at least as good as random draws; the sequence is that of
/// `SobolSequence`.
///
/// Every searched parameter has a dimension of its own, whether it is active or not. Points whose
/// configuration violates a constraint, or in a countable space was tried, are passed over.
public struct SobolSearch: ConfigurationSearcher {
  private let encoding: Encoding
  private let sequence: SobolSequence
  private let seed: UInt64
  private let points: Int
  private var place = 0
  private var next: TypedConfiguration?
  private var tried: Tried
  private var rows: RowPlaces?
  private var latest: TrialID?

  /// The most points passed over on the way to the next: then a countable space is looked through.
  static let mostPassed = 10_000

  /// A search of this space.
  ///
  /// - Parameters:
  ///   - space: Where to search; the parameters after the thousandth are drawn.
  ///   - seed: What the sequence is scrambled by.
  ///   - points: How many points the study has: so many trials are not from the sequence.
  public init(space: SearchSpace, seed: UInt64, points: Int = 0) {
    encoding = Encoding(space)
    sequence = SobolSequence(
      dimensions: min(encoding.dimensions.count, SobolSequence.mostDimensions), seed: seed)
    tried = Tried(space)
    rows = space.rows == nil ? nil : RowPlaces(encoding)
    self.seed = seed
    self.points = points
    settle()
  }

  /// Notes what was proposed, and finds the next point.
  public mutating func absorb(_ event: SearcherEvent) {
    guard case .proposed(let trial, let configuration) = event, latest.map({ $0 < trial }) ?? true
    else { return }
    latest = trial
    tried.insert(configuration)
    rows?.take(configuration)
    // After the points by the number, not by the value: on another processor its last bits differ.
    if trial.number >= points || configuration == next?.wrappedValue { place += 1 }
    settle()
  }

  /// The configuration at the next point.
  public func propose(for trial: TrialID) -> Proposal? {
    next.map { Proposal($0.wrappedValue, .sequence(place: place)) }
  }

  /// Moves on to the first point from `place` on whose configuration may be tried.
  private mutating func settle() {
    next = untried().map { TypedConfiguration(wrappedValue: $0) }
  }

  private mutating func untried() -> Configuration? {
    let space = encoding.space
    if let rows { return rows.nearest(to: configuration(at: place)) }
    guard space.countBound.map({ tried.count < $0 }) ?? true else { return nil }
    for passed in 0..<Self.mostPassed {
      let configuration = configuration(at: place + passed)
      if space.satisfiesConstraints(configuration), !tried.contains(configuration) {
        place += passed
        return configuration
      }
    }
    var random = RandomStream(seed: seed, trial: TrialID(place), purpose: .configuration)
    return tried.draw(using: &random)
  }

  private func configuration(at place: Int) -> Configuration {
    var coordinates = [Double?](repeating: nil, count: encoding.dimensions.count)
    for (number, unit) in sequence.point(at: place).enumerated() {
      switch encoding.dimensions[number].kind {
      case .unit: coordinates[number] = unit
      case .ordered(let count), .unordered(let count):
        coordinates[number] = (unit * Double(count)).rounded(.down)
      }
    }
    // Hardly ever used: up to a thousand parameters have a coordinate.
    var random = RandomStream(seed: seed, trial: TrialID(place), purpose: .configuration)
    return encoding.configuration(at: coordinates, using: &random)
  }
}
