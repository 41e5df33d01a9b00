/// One setting of one parameter.
public enum ParameterValue: Hashable, Sendable {
  /// A whole number.
  case integer(Int)
  /// A finite real number.
  case real(Double)
  /// A word.
  case word(String)
  /// A truth value.
  case truth(Bool)

  /// The number, with truth values and words having none.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .real(let value): value
    case .word, .truth: nil
    }
  }
}

extension ParameterValue: CustomStringConvertible {
  /// As a trial's command line shows it: `0.01`, `32`, `adam`, `true`.
  ///
  /// Real numbers are the shortest text that reads back as the same number (Swift's own
  /// description), so nothing is lost on the way to the trial.
  public var description: String {
    switch self {
    case .integer(let value): String(value)
    case .real(let value): value.description
    case .word(let value): value
    case .truth(let value): value ? "true" : "false"
    }
  }
}

extension ParameterValue: Codable {
  /// Reads a JSON scalar; a number without fraction comes back as an integer, which
  /// ``SearchSpace/conforming(_:)`` mends for real parameters.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self = .truth(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .real(value)
    } else {
      self = .word(try container.decode(String.self))
    }
  }

  /// Writes a JSON scalar.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .integer(let value): try container.encode(value)
    case .real(let value): try container.encode(value)
    case .word(let value): try container.encode(value)
    case .truth(let value): try container.encode(value)
    }
  }
}
