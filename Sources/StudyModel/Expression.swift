import RealModule

/// An expression over parameters: numbers, names, words in quotes, `+ - * / % **`, comparisons,
/// `and`, `or`, `not`, `min()`, `max()` and parentheses.
///
/// Precedence and associativity are Python's, which the writers of study files know: `**` binds
/// tightest and to the right, then sign, `* / %`, `+ -`, comparisons (which chain), `not`, `and`,
/// `or`. `/` divides as real numbers, `%` has the sign of the divisor. Source: The Python Language
/// Reference, section 6.17, "Operator precedence".
public struct Expression: Hashable, Sendable {
  /// The text it was read from.
  public let text: String
  let root: Node

  /// What an expression is worth.
  public enum Value: Hashable, Sendable {
    /// A number.
    case number(Double)
    /// A truth value.
    case truth(Bool)
    /// A word.
    case word(String)
  }

  /// A chain of operators of one precedence is one node, so that only nesting makes a tree deep.
  indirect enum Node: Hashable, Sendable {
    case literal(Value)
    case name(String)
    case negate(Node)
    case not(Node)
    case arithmetic(Node, [Step])
    case comparison([Node], [Comparison])
    case and([Node])
    case or([Node])
    case extreme(Extreme, [Node])
  }

  /// One operation of a chain, on what stands to its left.
  struct Step: Hashable, Sendable {
    let operation: Arithmetic
    let operand: Node
  }

  enum Arithmetic: String, Hashable, Sendable {
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divide = "/"
    case remainder = "%"
    case power = "**"
  }

  enum Comparison: String, Hashable, Sendable, CaseIterable {
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case greater = ">"
  }

  enum Extreme: String, Hashable, Sendable {
    case min
    case max
  }

  /// Reads an expression.
  ///
  /// - Parameter text: At most 10,000 characters, nested at most 100 deep.
  /// - Throws: ``ExpressionError`` with the place and what was expected.
  public init(_ text: String) throws(ExpressionError) {
    var parser = try ExpressionParser(text)
    root = try parser.parse()
    self.text = text
  }

  /// The names it mentions, in order of first mention.
  public var names: [String] {
    var found: [String] = []
    func visit(_ node: Node) {
      switch node {
      case .literal: break
      case .name(let name): if !found.contains(name) { found.append(name) }
      case .negate(let inner), .not(let inner): visit(inner)
      case .arithmetic(let first, let steps):
        visit(first)
        steps.forEach { visit($0.operand) }
      case .comparison(let operands, _), .extreme(_, let operands), .and(let operands),
        .or(let operands):
        operands.forEach(visit)
      }
    }
    visit(root)
    return found
  }

  /// The truth value under these settings.
  ///
  /// - Parameter setting: The value of a name; `nil` for an inactive parameter.
  /// - Returns: `nil` where a name has no value, types do not fit, or a division is by zero.
  public func truth(where setting: (String) -> ParameterValue?) -> Bool? {
    if case .truth(let truth)? = Self.evaluate(root, setting) { truth } else { nil }
  }

  /// The number under these settings, or `nil` as in ``truth(where:)``.
  public func number(where setting: (String) -> ParameterValue?) -> Double? {
    if case .number(let number)? = Self.evaluate(root, setting) { number } else { nil }
  }

  private static func evaluate(_ node: Node, _ setting: (String) -> ParameterValue?) -> Value? {
    switch node {
    case .literal(let value):
      return value
    case .name(let name):
      switch setting(name) {
      case .integer(let value): return .number(Double(value))
      case .real(let value): return .number(value)
      case .word(let value): return .word(value)
      case .truth(let value): return .truth(value)
      case nil: return nil
      }
    case .negate(let inner):
      return number(inner, setting).map { .number(-$0) }
    case .not(let inner):
      return boolean(inner, setting).map { .truth(!$0) }
    case .and(let operands):
      return booleans(operands, setting).map { .truth($0.allSatisfy(\.self)) }
    case .or(let operands):
      return booleans(operands, setting).map { .truth($0.contains(true)) }
    case .arithmetic(let first, let steps):
      guard var result = number(first, setting) else { return nil }
      for step in steps {
        guard let operand = number(step.operand, setting),
          let next = calculate(step.operation, result, operand)
        else { return nil }
        result = next
      }
      return .number(result)
    case .comparison(let operands, let operators):
      var values: [Value] = []
      for operand in operands {
        guard let value = evaluate(operand, setting) else { return nil }
        values.append(value)
      }
      for (index, comparison) in operators.enumerated() {
        guard let holds = compare(comparison, values[index], values[index + 1]) else { return nil }
        if !holds { return .truth(false) }
      }
      return .truth(true)
    case .extreme(let extreme, let operands):
      var best: Double?
      for operand in operands {
        guard let value = number(operand, setting) else { return nil }
        best = best.map { extreme == .min ? Swift.min($0, value) : Swift.max($0, value) } ?? value
      }
      return best.map { .number($0) }
    }
  }

  private static func number(_ node: Node, _ setting: (String) -> ParameterValue?) -> Double? {
    if case .number(let number)? = evaluate(node, setting) { number } else { nil }
  }

  private static func boolean(_ node: Node, _ setting: (String) -> ParameterValue?) -> Bool? {
    if case .truth(let truth)? = evaluate(node, setting) { truth } else { nil }
  }

  private static func booleans(
    _ nodes: [Node], _ setting: (String) -> ParameterValue?
  ) -> [Bool]? {
    var truths: [Bool] = []
    for node in nodes {
      guard let truth = boolean(node, setting) else { return nil }
      truths.append(truth)
    }
    return truths
  }

  private static func calculate(
    _ operation: Arithmetic, _ left: Double, _ right: Double
  ) -> Double? {
    let result: Double
    switch operation {
    case .plus: result = left + right
    case .minus: result = left - right
    case .times: result = left * right
    case .divide: result = left / right
    case .remainder:
      // Exact, as Python's: C's fmod, moved to the sign of the divisor.
      let rest = left.truncatingRemainder(dividingBy: right)
      result = rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest
    case .power:
      // `Double.pow(x, y)` is defined for a positive base only; a whole exponent has its own.
      result = Int(exactly: right).map { Double.pow(left, $0) } ?? Double.pow(left, right)
    }
    return result.isFinite ? result : nil
  }

  private static func compare(_ comparison: Comparison, _ left: Value, _ right: Value) -> Bool? {
    switch (comparison, left, right) {
    case (.equal, _, _): return left == right
    case (.unequal, _, _): return left != right
    case (.less, .number(let first), .number(let second)): return first < second
    case (.lessOrEqual, .number(let first), .number(let second)): return first <= second
    case (.greater, .number(let first), .number(let second)): return first > second
    case (.greaterOrEqual, .number(let first), .number(let second)): return first >= second
    default: return nil
    }
  }
}

extension Expression: Codable {
  /// Reads the expression's text.
  public init(from decoder: any Decoder) throws {
    try self.init(decoder.singleValueContainer().decode(String.self))
  }

  /// Writes the expression's text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

/// Why a text is no expression.
public enum ExpressionError: Error, Hashable, Sendable {
  /// Something else stands at `column` (from 1) than the expression needs there.
  case unexpected(found: String, column: Int, expected: String)
  /// It is longer, or nested deeper, than an expression may be.
  case tooLarge
  /// An operator is given another kind of value than it takes.
  case mismatched(String, takes: Expression.Kind, found: Expression.Kind)
}

extension ExpressionError: CustomStringConvertible {
  /// What stands where, and what to write instead.
  public var description: String {
    switch self {
    case .unexpected(let found, let column, let expected):
      "\(found) at column \(column) of the expression; write \(expected) there"
    case .tooLarge:
      "the expression has more than 10,000 characters or nests deeper than 100; split it up"
    case .mismatched(let operation, let expected, let found):
      ["==", "!="].contains(operation)
        ? "'\(operation)' compares a \(expected.rawValue) with a \(found.rawValue); compare two of a kind"
        : "'\(operation)' takes a \(expected.rawValue), but is given a \(found.rawValue); write a \(expected.rawValue)"
    }
  }
}
