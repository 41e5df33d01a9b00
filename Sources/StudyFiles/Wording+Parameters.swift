import StudyModel

// Mistakes and warnings about parameters, constraints and points.
extension Wording {
  static let noParameters =
    "'parameters' is empty; write for example 'learning_rate: {min: 1e-4, max: 1e-1, scale: log}'"

  static let spaceIsMapping = """
    'space' is a mapping, but names a ready-made space; write your own parameters within \
    'parameters', or for example 'space: nas-bench-201'
    """

  static func repeatedParameter(_ name: String) -> String {
    """
    parameter \(visible(name)) is one of 'space' already; remove it, or write all parameters \
    without 'space'
    """
  }

  static func bareList(_ path: String, _ items: [String]) -> String {
    let shown = items.count <= 8 ? items.joined(separator: ", ") : "..."
    let values = bare(shown)
    return "\(visible(path)) is a list; write '{values: [\(values)]}'"
  }

  static func bareValue(_ path: String, _ text: String) -> String {
    let value = bare(text)
    return "\(visible(path)) is \(visible(text)); write '{value: \(value)}' for a constant"
  }

  static func noValues(_ name: String) -> String {
    "parameter \(visible(name)) has no values; write 'min' and 'max', 'values' or 'value'"
  }

  static func mixed(_ name: String, _ given: [String]) -> String {
    """
    parameter \(visible(name)) has \(given.map { "'\($0)'" }.joined(separator: " and ")); \
    write either 'min' and 'max', or 'values', or 'value'
    """
  }

  static func onlyOfRange(_ path: String) -> String {
    "\(visible(path)) is for 'min' and 'max'; remove it"
  }

  static func reversed(_ path: String, low: String, high: String) -> String {
    "\(visible(path)) has the min \(low) above the max \(high); write 'min: \(high), max: \(low)'"
  }

  static func singleValue(_ name: String, _ value: String) -> String {
    """
    parameter \(visible(name)) has an empty range, min and max both being \(value); \
    write 'value: \(value)' for a constant
    """
  }

  static func logTouchesZero(_ path: String, _ low: String) -> String {
    """
    \(visible(path)) has a log scale and the min \(low), but only numbers above 0 have a \
    logarithm; write a min above 0, such as 1e-4
    """
  }

  static func stepNotPositive(_ path: String, _ step: String) -> String {
    "\(visible(path)) has the step \(step); write a step above 0"
  }

  static func stepTooLarge(_ path: String, _ step: String, low: String, high: String) -> String {
    """
    \(visible(path)) has the step \(step), which is more than the range from \(low) to \(high); \
    write a smaller step
    """
  }

  static func stepTooSmall(_ path: String, _ step: String) -> String {
    "\(visible(path)) has the step \(step), too small for its range; write a larger one or none"
  }

  static func rangeTooWide(_ path: String) -> String {
    "\(visible(path)) has a range wider than the largest number, 1.8e308; write a smaller one"
  }

  static func integerTooLarge(_ path: String, _ text: String) -> String {
    """
    \(visible(path)) is \(visible(text)), and integers end at 9007199254740992 (2**53); \
    write a real number, such as 1e18
    """
  }

  static func notWhole(_ path: String, _ text: String) -> String {
    "\(visible(path)) is \(visible(text)) in an integer parameter; write a whole number"
  }

  static func repeatedValue(_ path: String, _ value: String) -> String {
    "\(visible(path)) has the value \(visible(value)) twice; remove one"
  }

  static func conditionOnReal(_ name: String) -> String {
    """
    a condition on \(visible(name)), a real number, hardly ever holds; \
    write one on a parameter with 'values', or a constraint
    """
  }

  static func circle(_ names: [String]) -> String {
    let names = (names + names.prefix(1)).map { visible($0) }
    return "the conditions go round in a circle, \(names.joined(separator: " needs ")); remove one"
  }

  static func notAmong(
    _ name: String, _ value: ParameterValue, _ domain: Parameter.Domain
  ) -> String {
    let remedy: String
    if case .categorical(let values) = domain {
      remedy = correction(of: value.description, known: values.map(\.description))
    } else {
      remedy = "write \(values(domain))"
    }
    return "\(visible(value.description)) is no value of \(visible(name)); \(remedy)"
  }

  private static func values(_ domain: Parameter.Domain) -> String {
    switch domain {
    case .real(let low, let high, _, _): "a number from \(low) to \(high)"
    case .integer(let low, let high, 1, _): "a whole number from \(low) to \(high)"
    case .integer(let low, let high, let step, _):
      "a whole number from \(low) to \(high) in steps of \(step)"
    case .ordinal(let values), .categorical(let values):
      oneOf(values.map(\.description))
    case .constant(let value): visible(value.description)
    }
  }

  static func inactive(
    _ name: String, _ condition: Parameter.Condition, is value: ParameterValue?
  ) -> String {
    let needed = condition.values.map { visible($0.description) }.joined(separator: " or ")
    let other = visible(condition.parameter)
    let given = value.map { "is \(visible($0.description))" } ?? "is not set"
    return """
      parameter \(visible(name)) needs \(other) to be \(needed), which here \(given); \
      set \(other) to it, or remove \(visible(name))
      """
  }

  static func violated(_ text: String, by point: Configuration, names: [String]) -> String {
    let values = names.compactMap { name in point[name].map { "\(name) = \($0)" } }
    return """
      this point breaks the constraint \(visible(text)) with \(values.joined(separator: ", ")); \
      write one that keeps it
      """
  }

  static func unknownInConstraint(
    _ text: String, _ name: String, known: [String], _ parameters: [Parameter]
  ) -> String {
    let isValue = parameters.contains { parameter in
      if case .categorical(let values) = parameter.domain {
        values.contains(.word(name))
      } else {
        false
      }
    }
    let remedy = isValue ? "the word in quotes of its own, '\(name)'" : oneOfNames(name, known)
    return "the constraint \(visible(text)) names \(visible(name)), no parameter; write \(remedy)"
  }

  static func noTruth(_ text: String) -> String {
    """
    the constraint \(visible(text)) is neither true nor false; \
    write a comparison, such as \(visible(text + " <= 100"))
    """
  }

  static func badExpression(_ text: String, _ error: ExpressionError) -> String {
    "the constraint \(visible(text)) cannot be read: \(error)"
  }

  static func zeroToOne(_ name: String) -> String {
    """
    \(visible(name)) is an integer that is 0 or 1; write 'min: 0.0, max: 1.0' for a real number, \
    or 'type: integer'
    """
  }

  static func integerLog(_ name: String, low: String, high: String) -> String {
    """
    \(visible(name)) is a real number from \(low) to \(high), because of its log scale; \
    write 'type: integer' for an integer, or 'type: real'
    """
  }

  static func unreachedEnd(_ name: String, _ high: String, last: String) -> String {
    """
    no step of \(visible(name)) ends at its max \(high); \
    write 'max: \(last)', where the last one does
    """
  }
}
