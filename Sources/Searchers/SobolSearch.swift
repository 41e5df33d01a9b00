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
  private var latest: TrialID?

  /// The most points passed over on the way to the next: then a countable space is looked through.
  static let mostPassed = 10_000

  /// A search of this space.
  ///
  /// - Parameters:
  ///   - space: Where to search; at most 1000 parameters.
  ///   - seed: What the sequence is scrambled by.
  ///   - points: How many points the study has: so many trials are not from the sequence.
  public init(space: SearchSpace, seed: UInt64, points: Int = 0) {
    encoding = Encoding(space)
    sequence = SobolSequence(dimensions: encoding.dimensions.count, seed: seed)
    tried = Tried(space)
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
    guard space.rows == nil else { return nearestRow(to: sequence.point(at: place)) }
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
    let coordinates = zip(encoding.dimensions, sequence.point(at: place)).map { dimension, unit in
      switch dimension.kind {
      case .unit: unit
      case .ordered(let count), .unordered(let count): (unit * Double(count)).rounded(.down)
      }
    }
    // Nothing is drawn: every searched parameter has a coordinate.
    var random = RandomStream(seed: seed, trial: TrialID(place), purpose: .configuration)
    return encoding.configuration(at: coordinates, using: &random)
  }

  /// The untried row at the least squared distance from a point; of equally near ones the first.
  private func nearestRow(to point: [Double]) -> Configuration? {
    var nearest: (row: Configuration, distance: Double)?
    for row in encoding.space.rows ?? []
    where !tried.contains(row) && encoding.space.satisfiesConstraints(row) {
      var distance = 0.0
      for (number, coordinate) in encoding.coordinates(of: row).enumerated() {
        guard let coordinate else { continue }
        let apart: Double
        switch encoding.dimensions[number].kind {
        case .unit: apart = coordinate - point[number]
        case .ordered(let count): apart = (coordinate + 0.5) / Double(count) - point[number]
        case .unordered(let count):
          apart = coordinate == (point[number] * Double(count)).rounded(.down) ? 0 : 1
        }
        distance += apart * apart
      }
      if distance < nearest?.distance ?? .infinity { nearest = (row, distance) }
    }
    return nearest?.row
  }
}
