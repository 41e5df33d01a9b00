public import StudyModel

/// Proposes the study's points first, drawing what they leave out, then independent draws from the
/// space.
///
/// Source: Bergstra and Bengio, "Random Search for Hyper-Parameter Optimization", JMLR 13 (2012).
/// Configurations that violate a constraint are drawn anew.
public struct RandomSearch: Sendable, Codable, Hashable {
  private let space: SearchSpace
  private let points: [Configuration]
  private let seed: UInt64

  /// Draws tried before a space counts as exhausted by its constraints.
  public static let drawsPerProposal = 10_000

  /// A search of this space.
  ///
  /// - Parameters:
  ///   - space: Where to search.
  ///   - points: Proposed to the first trials, in this order, each value in its parameter's type.
  ///   - seed: Of every draw.
  public init(space: SearchSpace, points: [Configuration], seed: UInt64) {
    self.space = space
    self.points = points
    self.seed = seed
  }

  /// The configuration of a trial: the same whenever it is asked for.
  ///
  /// - Parameter trial: The trial that is to start.
  /// - Returns: `nil` where no draw of ``drawsPerProposal`` met the constraints.
  public func propose(for trial: TrialID) -> Configuration? {
    let point = trial.number < points.count ? points[trial.number] : Configuration()
    var random = RandomStream(seed: seed, trial: trial, purpose: .configuration)
    for _ in 0..<Self.drawsPerProposal {
      let configuration = space.sample(using: &random, fixing: point)
      if space.satisfiesConstraints(configuration) { return configuration }
    }
    return nil
  }
}
