/// How far a trial is trained, in units of the study's fidelity (epochs, most often), from 1.
public struct Budget: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
  /// The number of epochs (or whatever the study's fidelity counts); at least 1.
  public let epochs: Int

  /// A budget of this many epochs.
  public init(_ epochs: Int) { self.epochs = epochs }

  /// The bare number.
  public var description: String { String(epochs) }

  /// Orders budgets by size.
  public static func < (left: Budget, right: Budget) -> Bool { left.epochs < right.epochs }

  /// Reads a bare number.
  public init(from decoder: any Decoder) throws {
    epochs = try decoder.singleValueContainer().decode(Int.self)
  }

  /// Writes a bare number.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(epochs)
  }
}

/// The fidelity of a study: what a trial is promoted in, and between which bounds.
public struct Fidelity: Hashable, Sendable, Codable {
  /// The name trials report it under, such as `epoch`.
  public let name: String
  /// The smallest budget at which trials are compared; at least 1.
  public let minimum: Budget
  /// The full budget; at least `minimum`.
  public let maximum: Budget
  /// The only budgets at which trials are compared, ascending; `nil` where the algorithm chooses.
  public let levels: [Budget]?

  /// A fidelity between two bounds.
  public init(name: String, minimum: Budget, maximum: Budget) {
    self.name = name
    self.minimum = minimum
    self.maximum = maximum
    levels = nil
  }

  /// A fidelity with given levels.
  ///
  /// - Parameters:
  ///   - name: The name trials report it under.
  ///   - levels: Ascending and not empty.
  public init(name: String, levels: [Budget]) {
    precondition(!levels.isEmpty && levels == levels.sorted())
    self.name = name
    minimum = levels[0]
    maximum = levels[levels.count - 1]
    self.levels = levels
  }

  /// The budgets of successive halving: `minimum * eta^k` below `maximum`, then `maximum`.
  ///
  /// Source: Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020,
  /// section 3.1 (with `s` = 0). Where `maximum` is no power of `eta` times `minimum`, the last
  /// rung is `maximum` itself.
  ///
  /// - Parameter eta: The reduction factor, at least 2.
  /// - Returns: Ascending budgets, the last of them `maximum`.
  public func rungs(eta: Int) -> [Budget] {
    precondition(eta >= 2)
    if let levels { return levels }
    var rungs: [Budget] = []
    var next = minimum.epochs
    while next < maximum.epochs {
      rungs.append(Budget(next))
      let (product, overflow) = next.multipliedReportingOverflow(by: eta)
      if overflow { break }
      next = product
    }
    return rungs + [maximum]
  }
}
