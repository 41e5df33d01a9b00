/// The trials of a study of several metrics of which none is better than another in everything.
public struct ParetoFront: Hashable, Sendable, Codable {
  /// A trial with its losses.
  public struct Member: Hashable, Sendable, Codable {
    /// The trial.
    public let trial: TrialID
    /// Its losses, in the order of the study's metrics; finite.
    public let losses: [Double]

    /// A trial with these losses.
    public init(trial: TrialID, losses: [Double]) {
      self.trial = trial
      self.losses = losses
    }
  }

  /// The front, ascending by losses, the first metric's first, then by trial.
  public private(set) var members: [Member] = []

  /// An empty front.
  public init() {}

  /// Adds a trial unless one of the front dominates it, and removes those that it dominates.
  ///
  /// A trial as good as one of the front in every metric joins it. The cost grows with the front,
  /// not with the number of trials that were considered.
  ///
  /// - Parameter member: The trial; once only.
  /// - Returns: Whether it belongs to the front now.
  @discardableResult
  public mutating func insert(_ member: Member) -> Bool {
    guard !members.contains(where: { dominates($0.losses, member.losses) }) else { return false }
    members.removeAll { dominates(member.losses, $0.losses) }
    let place = members.firstIndex { isBefore(member, $0) } ?? members.count
    members.insert(member, at: place)
    return true
  }

  private func isBefore(_ left: Member, _ right: Member) -> Bool {
    if left.losses == right.losses { return left.trial < right.trial }
    return left.losses.lexicographicallyPrecedes(right.losses)
  }
}

/// Whether losses are nowhere worse than others, and better somewhere.
///
/// - Parameters:
///   - losses: Finite.
///   - others: As many, finite.
/// - Returns: `false` for equal ones.
public func dominates(_ losses: [Double], _ others: [Double]) -> Bool {
  var isBetter = false
  for (loss, other) in zip(losses, others) {
    if loss > other { return false }
    if loss < other { isBetter = true }
  }
  return isBetter
}
