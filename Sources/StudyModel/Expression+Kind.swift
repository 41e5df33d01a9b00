extension Expression {
  /// What kind of value an expression, or a part of it, has.
  public enum Kind: String, Hashable, Sendable {
    /// A number.
    case number
    /// A truth value.
    case truth = "truth value"
    /// A word.
    case word
  }

  /// The kind of its value, so that an expression that could never be evaluated is refused when it
  /// is read.
  ///
  /// - Parameter kind: The kind of a name's values; `nil` where they are of several or unknown.
  /// - Returns: `nil` where it depends on names of unknown kind.
  /// - Throws: ``ExpressionError`` where an operator is given what it does not take.
  public func kind(where kind: (String) -> Kind?) throws(ExpressionError) -> Kind? {
    try Self.kind(root, kind)
  }

  private static func kind(
    _ node: Node, _ names: (String) -> Kind?
  ) throws(ExpressionError) -> Kind? {
    switch node {
    case .literal(.number): return .number
    case .literal(.truth): return .truth
    case .literal(.word): return .word
    case .name(let name): return names(name)
    case .negate(let inner):
      return try require(.number, of: [inner], by: "-", names)
    case .not(let inner):
      return try require(.truth, of: [inner], by: "not", names)
    case .and(let operands):
      return try require(.truth, of: operands, by: "and", names)
    case .or(let operands):
      return try require(.truth, of: operands, by: "or", names)
    case .arithmetic(let first, let steps):
      for (index, step) in steps.enumerated() {
        let operands = index == 0 ? [first, step.operand] : [step.operand]
        try require(.number, of: operands, by: step.operation.rawValue, names)
      }
      return .number
    case .extreme(let extreme, let operands):
      return try require(.number, of: operands, by: extreme.rawValue, names)
    case .comparison(let operands, let operators):
      for (index, comparison) in operators.enumerated() {
        let pair = [operands[index], operands[index + 1]]
        if comparison == .equal || comparison == .unequal {
          guard let left = try kind(pair[0], names), let right = try kind(pair[1], names),
            left != right
          else { continue }
          throw .mismatched(comparison.rawValue, takes: left, found: right)
        }
        try require(.number, of: pair, by: comparison.rawValue, names)
      }
      return .truth
    }
  }

  @discardableResult
  private static func require(
    _ expected: Kind, of nodes: [Node], by operation: String, _ names: (String) -> Kind?
  ) throws(ExpressionError) -> Kind {
    for node in nodes {
      if let found = try kind(node, names), found != expected {
        throw .mismatched(operation, takes: expected, found: found)
      }
    }
    return expected
  }
}
