/// A recursive-descent parser of ``Expression``'s grammar.
struct ExpressionParser {
  private enum Token: Hashable {
    case number(Double)
    case name(String)
    case word(String)
    case symbol(String)
    case end
  }

  private var tokens: [(token: Token, column: Int)] = []
  private var next = 0
  private var depth = 0

  init(_ text: String) throws(ExpressionError) {
    guard text.count <= 10_000 else { throw .tooLarge }
    let characters = Array(text)
    var place = 0
    while place < characters.count {
      let character = characters[place]
      let column = place + 1
      if character.isWhitespace {
        place += 1
      } else if character.isNumber || character == "." {
        let (number, end) = try Self.number(characters, from: place)
        tokens.append((.number(number), column))
        place = end
      } else if character.isLetter || character == "_" {
        var end = place
        while end < characters.count,
          characters[end].isLetter || characters[end].isNumber || "_.".contains(characters[end])
        {
          end += 1
        }
        tokens.append((.name(String(characters[place..<end])), column))
        place = end
      } else if character == "'" || character == "\"" {
        guard let end = characters[(place + 1)...].firstIndex(of: character) else {
          throw .unexpected(
            found: "the word begun with \(character)", column: column, expected: "its end quote")
        }
        tokens.append((.word(String(characters[(place + 1)..<end])), column))
        place = end + 1
      } else {
        let symbols = [
          "**", "<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "%", "(", ")", ",",
        ]
        let rest = String(characters[place..<min(place + 2, characters.count)])
        guard let symbol = symbols.first(where: { rest.hasPrefix($0) }) else {
          throw .unexpected(
            found: "'\(character)'", column: column,
            expected: "a number, a name or one of + - * / % ** < <= > >= == != and or not ( )")
        }
        tokens.append((.symbol(symbol), column))
        place += symbol.count
      }
    }
    tokens.append((.end, characters.count + 1))
  }

  private static func number(
    _ characters: [Character], from start: Int
  ) throws(ExpressionError) -> (Double, Int) {
    var end = start
    while end < characters.count {
      let character = characters[end]
      let isSign =
        (character == "+" || character == "-") && end > start
        && (characters[end - 1] == "e" || characters[end - 1] == "E")
      guard character.isNumber || ".eE".contains(character) || isSign else { break }
      end += 1
    }
    let text = String(characters[start..<end])
    guard let number = Double(text), number.isFinite else {
      throw .unexpected(
        found: "'\(text)'", column: start + 1, expected: "a number such as 0.5 or 1e-3")
    }
    return (number, end)
  }

  mutating func parse() throws(ExpressionError) -> Expression.Node {
    let node = try disjunction()
    guard tokens[next].token == .end else { throw unexpected("an operator, or nothing") }
    return node
  }

  private mutating func disjunction() throws(ExpressionError) -> Expression.Node {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 100 else { throw .tooLarge }
    var operands = [try conjunction()]
    while take(name: "or") { operands.append(try conjunction()) }
    return operands.count == 1 ? operands[0] : .or(operands)
  }

  private mutating func conjunction() throws(ExpressionError) -> Expression.Node {
    var operands = [try negation()]
    while take(name: "and") { operands.append(try negation()) }
    return operands.count == 1 ? operands[0] : .and(operands)
  }

  private mutating func negation() throws(ExpressionError) -> Expression.Node {
    var isNegated = false
    while take(name: "not") { isNegated.toggle() }
    let node = try comparison()
    return isNegated ? .not(node) : node
  }

  private mutating func comparison() throws(ExpressionError) -> Expression.Node {
    var operands = [try sum()]
    var operators: [Expression.Comparison] = []
    while case .symbol(let symbol) = tokens[next].token,
      let comparison = Expression.Comparison(rawValue: symbol)
    {
      next += 1
      operators.append(comparison)
      operands.append(try sum())
    }
    return operators.isEmpty ? operands[0] : .comparison(operands, operators)
  }

  private mutating func sum() throws(ExpressionError) -> Expression.Node {
    let first = try product()
    var steps: [Expression.Step] = []
    while let operation = take(["+", "-"]) {
      steps.append(.init(operation: operation, operand: try product()))
    }
    return steps.isEmpty ? first : .arithmetic(first, steps)
  }

  private mutating func product() throws(ExpressionError) -> Expression.Node {
    let first = try sign()
    var steps: [Expression.Step] = []
    while let operation = take(["*", "/", "%"]) {
      steps.append(.init(operation: operation, operand: try sign()))
    }
    return steps.isEmpty ? first : .arithmetic(first, steps)
  }

  private mutating func sign() throws(ExpressionError) -> Expression.Node {
    var isNegative = false
    while let sign = take(["+", "-"]) { if sign == .minus { isNegative.toggle() } }
    let node = try power()
    return isNegative ? .negate(node) : node
  }

  private mutating func power() throws(ExpressionError) -> Expression.Node {
    let base = try atom()
    guard take(["**"]) != nil else { return base }
    depth += 1
    defer { depth -= 1 }
    guard depth <= 100 else { throw .tooLarge }
    return .arithmetic(base, [.init(operation: .power, operand: try sign())])
  }

  private mutating func atom() throws(ExpressionError) -> Expression.Node {
    switch tokens[next].token {
    case .number(let number):
      next += 1
      return .literal(.number(number))
    case .word(let word):
      next += 1
      return .literal(.word(word))
    case .name(let name) where !["and", "or", "not"].contains(name):
      next += 1
      if name == "true" || name == "false" { return .literal(.truth(name == "true")) }
      guard let extreme = Expression.Extreme(rawValue: name), tokens[next].token == .symbol("(")
      else { return .name(name) }
      next += 1
      var operands = [try disjunction()]
      while take(symbol: ",") { operands.append(try disjunction()) }
      guard take(symbol: ")") else { throw unexpected("')'") }
      return .extreme(extreme, operands)
    case .symbol("("):
      next += 1
      let node = try disjunction()
      guard take(symbol: ")") else { throw unexpected("')'") }
      return node
    default:
      throw unexpected("a number, a parameter's name or '('")
    }
  }

  private mutating func take(name: String) -> Bool {
    guard tokens[next].token == .name(name) else { return false }
    next += 1
    return true
  }

  private mutating func take(symbol: String) -> Bool {
    guard tokens[next].token == .symbol(symbol) else { return false }
    next += 1
    return true
  }

  private mutating func take(_ symbols: [String]) -> Expression.Arithmetic? {
    guard case .symbol(let symbol) = tokens[next].token, symbols.contains(symbol) else {
      return nil
    }
    next += 1
    return Expression.Arithmetic(rawValue: symbol)
  }

  private func unexpected(_ expected: String) -> ExpressionError {
    let (token, column) = tokens[next]
    let found =
      switch token {
      case .number(let number): "the number \(number)"
      case .name(let name), .symbol(let name): "'\(name)'"
      case .word(let word): "the word '\(word)'"
      case .end: "the end"
      }
    return .unexpected(found: found, column: column, expected: expected)
  }
}
