/// One dimension of a search space.
public struct Parameter: Hashable, Sendable, Codable {
  /// The values a parameter can take.
  public enum Domain: Hashable, Sendable, Codable {
    /// Real numbers from `low` to `high`, both included; on a logarithmic scale if `log`.
    case real(low: Double, high: Double, step: Double?, log: Bool)
    /// Whole numbers `low`, `low + step`, ... up to `high`; on a logarithmic scale if `log`.
    case integer(low: Int, high: Int, step: Int, log: Bool)
    /// Numbers in a meaningful order, ascending as given.
    case ordinal([ParameterValue])
    /// Values without order.
    case categorical([ParameterValue])
    /// One value, which is not searched.
    case constant(ParameterValue)
  }

  /// When a parameter is active: another one, itself active, has one of these values.
  public struct Condition: Hashable, Sendable, Codable {
    /// The other parameter.
    public let parameter: String
    /// The values of it under which this one is active.
    public let values: [ParameterValue]

    /// Active when `parameter` has one of `values`.
    public init(parameter: String, values: [ParameterValue]) {
      self.parameter = parameter
      self.values = values
    }
  }

  /// The name the trial knows it by.
  public let name: String
  /// What it can be.
  public let domain: Domain
  /// All must hold for it to be active; empty when it always is.
  public let conditions: [Condition]
  /// Whether evolution mutates it (`age`, `agebo`) as part of the architecture.
  public let isArchitecture: Bool
  /// Whether it says how costly and how faithful a training is, as a resolution does: a collection
  /// takes every value of it, a search its last.
  public let isFidelity: Bool

  /// A parameter of this name and domain.
  public init(
    name: String, domain: Domain, conditions: [Condition] = [], isArchitecture: Bool = false,
    isFidelity: Bool = false
  ) {
    self.name = name
    self.domain = domain
    self.conditions = conditions
    self.isArchitecture = isArchitecture
    self.isFidelity = isFidelity
  }

  private enum CodingKeys: CodingKey {
    case name, domain, conditions, isArchitecture, isFidelity
  }

  /// Reads a parameter; one from before there were fidelities is none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try container.decode(String.self, forKey: .name),
      domain: try container.decode(Domain.self, forKey: .domain),
      conditions: try container.decode([Condition].self, forKey: .conditions),
      isArchitecture: try container.decode(Bool.self, forKey: .isArchitecture),
      isFidelity: try container.decodeIfPresent(Bool.self, forKey: .isFidelity) ?? false)
  }
}

extension Parameter.Domain {
  /// The number of values, or `nil` where there are uncountably many.
  public var count: Int? {
    switch self {
    case .real(let low, let high, let step, _):
      low == high ? 1 : step.map { Int(((high - low) / $0 + 1e-9).rounded(.down)) + 1 }
    case .integer(let low, let high, let step, _): (high - low) / step + 1
    case .ordinal(let values), .categorical(let values): values.count
    case .constant: 1
    }
  }

  /// The value at a place of a countable domain, ascending or in the order given.
  ///
  /// - Parameter place: From 0 to ``count`` - 1.
  /// - Returns: `nil` where there is no such place or the domain is uncountable.
  public func value(at place: Int) -> ParameterValue? {
    guard let count, place >= 0, place < count else { return nil }
    return switch self {
    case .real(let low, let high, let step, _): .real(min(low + (step ?? 0) * Double(place), high))
    case .integer(let low, _, let step, _): .integer(low + step * place)
    case .ordinal(let values), .categorical(let values): values[place]
    case .constant(let value): value
    }
  }

  /// The place of a value of a countable domain; the inverse of ``value(at:)``.
  public func place(of value: ParameterValue) -> Int? {
    guard let count, let value = conforming(value) else { return nil }
    switch self {
    case .real(let low, _, let step, _):
      guard let step, let number = value.number else { return 0 }
      return min(Int(((number - low) / step).rounded()), count - 1)
    case .integer(let low, _, let step, _):
      guard let number = value.number, let whole = Int(exactly: number) else { return nil }
      return (whole - low) / step
    case .ordinal(let values), .categorical(let values): return values.firstIndex(of: value)
    case .constant: return 0
    }
  }

  /// The value as this domain's own type, or `nil` where it is not one of its values.
  ///
  /// A whole number becomes real in a real domain: JSON and YAML write 1.0 and 1 alike.
  public func conforming(_ value: ParameterValue) -> ParameterValue? {
    switch self {
    case .real(let low, let high, let step, _):
      guard let number = value.number, low <= number, number <= high else { return nil }
      guard let step, let count else { return .real(number) }
      // A decimal fraction is rarely a multiple of another to the last bit: near is meant.
      let place = ((number - low) / step).rounded()
      let nearest = min(low + step * place, high)
      guard place < Double(count), (number - nearest).magnitude <= 1e-6 * step else { return nil }
      return .real(nearest)
    case .integer(let low, let high, let step, _):
      guard let number = value.number, let whole = Int(exactly: number), low <= whole,
        whole <= high, (whole - low) % step == 0
      else { return nil }
      return .integer(whole)
    case .ordinal(let values), .categorical(let values):
      return values.first { $0 == value || ($0.number != nil && $0.number == value.number) }
    case .constant(let only):
      return only == value || (only.number != nil && only.number == value.number) ? only : nil
    }
  }
}
