/// One setting of one parameter.
///
/// Coded with its type, which a bare JSON number does not tell: 1.0 is written as 1. The scalars
/// that people and programs read are those of ``Configuration``.
public enum ParameterValue: Hashable, Sendable, Codable {
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
