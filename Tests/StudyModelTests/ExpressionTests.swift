import StudyModel
import TestSupport
import Testing

struct ExpressionTests {
  static let settings = Configuration([
    ("width", .integer(32)), ("rate", .real(0.5)), ("optimizer", .word("sgd")),
    ("nesterov", .truth(true)), ("net.depth", .integer(3)),
  ])

  private func truth(_ text: String) throws -> Bool? {
    try Expression(text).truth { Self.settings[$0] }
  }

  private func number(_ text: String) throws -> Double? {
    try Expression(text).number { Self.settings[$0] }
  }

  static let numbers: [(String, Double)] = [
    ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("2 ** 3 ** 2", 512), ("-2 ** 2", -4), ("2 ** -1", 0.5),
    ("(-2) ** 3", -8), ("--2", 2), ("-+-2", 2), ("7 - 2 - 1", 4), ("8 / 4 / 2", 1),
    ("7 % 3", 1), ("-7 % 3", 2), ("7 % -3", -2), ("-7 % -3", -1), ("6 % -3", 0),
    ("1 % 0.1", 0.09999999999999995), ("1e3 % 0.7", 0.4000000000000634), ("-1e-20 % 3", 3),
    ("10 / 4", 2.5), ("2 * -3", -6), ("2 - -3", 5), (".5 + 5.", 5.5), ("1E+2 - 1e-2", 99.99),
    ("width * rate", 16), ("net.depth", 3), ("min(4, width, 9)", 4), ("max(1, width / 16)", 2),
    ("max(min(1, 2), rate) ** 2", 1), ("min", 7), ("0 ** 0", 1), ("4 ** 0.5", 2),
  ]

  @Test(arguments: numbers)
  func anExpressionIsWorthItsNumber(text: String, expected: Double) throws {
    let expression = try Expression(text)
    let value = expression.number { $0 == "min" ? .integer(7) : Self.settings[$0] }
    #expect(value == expected)
  }

  static let truths: [(String, Bool)] = [
    ("1 < 2", true), ("1 < 2 < 3", true), ("1 < 3 < 2", false), ("3 > 2 >= 2 == 2 != 1", true),
    ("not 1 > 2", true), ("not not true", true), ("not true == false", true),
    ("true or false and false", true), ("(true or false) and false", false),
    ("not false and false", false), ("optimizer == 'sgd'", true), ("optimizer != \"adam\"", true),
    ("'a b' == \"a b\"", true), ("nesterov", true), ("nesterov == true", true),
    ("width * 256 <= 8192", true), ("width<=rate", false), ("1 == 1.0", true),
    ("optimizer == 1", false), ("optimizer != 1", true),
  ]

  @Test(arguments: truths)
  func anExpressionIsWorthItsTruth(text: String, expected: Bool) throws {
    #expect(try truth(text) == expected)
  }

  @Test(arguments: [
    "absent < 1", "1 / 0 < 1", "1 % 0 == 0", "0 ** -1 > 1", "10 ** 400 > 1", "(-8) ** 0.5 < 1",
    "optimizer < 'z'", "not 1", "1 and true", "'a' + 'b' == 'ab'", "-true", "width", "1 + 1",
    "min('a', 'b') == 'a'", "1 < 2 < 'a'",
  ])
  func whatHasNoTruthIsNil(text: String) throws {
    #expect(try truth(text) == nil)
  }

  @Test(arguments: ["true", "optimizer", "1 / 0", "absent", "1 < 2", "'7'", "max(true, 1)"])
  func whatIsNoNumberIsNil(text: String) throws {
    #expect(try number(text) == nil)
  }

  static let mistakes: [(String, String)] = [
    (
      "1 +",
      "the end at column 4 of the expression; write a number, a parameter's name or '(' there"
    ),
    ("", "the end at column 1 of the expression; write a number, a parameter's name or '(' there"),
    ("a b", "'b' at column 3 of the expression; write an operator, or nothing there"),
    ("a 2.50", "the number 2.5 at column 3 of the expression; write an operator, or nothing there"),
    ("a 'b'", "the word 'b' at column 3 of the expression; write an operator, or nothing there"),
    ("(1", "the end at column 3 of the expression; write ')' there"),
    ("min(1, 2", "the end at column 9 of the expression; write ')' there"),
    ("1)", "')' at column 2 of the expression; write an operator, or nothing there"),
    (
      "a = 1",
      """
      '=' at column 3 of the expression; write a number, a name or one of + - * / % ** < <= > >= \
      == != and or not ( ) there
      """
    ),
    (
      "1.2.3 < 2",
      "'1.2.3' at column 1 of the expression; write a number such as 0.5 or 1e-3 there"
    ),
    ("1e999", "'1e999' at column 1 of the expression; write a number such as 0.5 or 1e-3 there"),
    ("a == 'sgd", "the word begun with ' at column 6 of the expression; write its end quote there"),
    (
      "a and",
      "the end at column 6 of the expression; write a number, a parameter's name or '(' there"
    ),
    (
      "a == not b",
      "'not' at column 6 of the expression; write a number, a parameter's name or '(' there"
    ),
    ("sqrt(2)", "'(' at column 5 of the expression; write an operator, or nothing there"),
    (
      "a // 2", "'/' at column 4 of the expression; write a number, a parameter's name or '(' there"
    ),
    ("größe ½", "'½' at column 7 of the expression; write a number such as 0.5 or 1e-3 there"),
  ]

  @Test(arguments: mistakes)
  func aMistakeNamesItsColumn(text: String, message: String) {
    let error = #expect(throws: ExpressionError.self) { try Expression(text) }
    #expect(error?.description == message)
  }

  @Test func anExpressionNestsAHundredDeepAndNoDeeper() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "(", count: depth) + "1" + String(repeating: ")", count: depth)
    }
    #expect(try number(nested(99)) == 1)
    #expect(throws: ExpressionError.tooLarge) { try Expression(nested(100)) }
    #expect(throws: ExpressionError.tooLarge) { try Expression(nested(4_999)) }
    #expect(throws: ExpressionError.tooLarge) {
      try Expression(Array(repeating: "1", count: 150).joined(separator: "**"))
    }
    #expect(
      ExpressionError.tooLarge.description == """
        the expression has more than 10,000 characters or nests deeper than 100; split it up
        """)
  }

  @Test func anExpressionHasAtMostTenThousandCharacters() throws {
    let filling = String(repeating: " ", count: 9_999)
    #expect(try number(filling + "1") == 1)
    #expect(throws: ExpressionError.tooLarge) { try Expression(filling + " 1") }
  }

  @Test(arguments: ["+", " or ", "<", "*"])
  func theLongestChainsAreReadAndEvaluated(symbol: String) throws {
    let term = symbol == " or " ? "true" : "1"
    let count = 10_000 / (symbol.count + term.count)
    let expression = try Expression(Array(repeating: term, count: count).joined(separator: symbol))
    if symbol == "+" { #expect(expression.number { _ in nil } == Double(count)) }
    if symbol == " or " { #expect(expression.truth { _ in nil } == true) }
    #expect(expression.names == [])
    #expect(expression.hashValue == expression.hashValue)
    let signs = try Expression(String(repeating: "-", count: 9_998) + "1")
    #expect(signs.number { _ in nil } == 1)
    let negations = try Expression(String(repeating: "not ", count: 2_000) + "true")
    #expect(negations.truth { _ in nil } == true)
  }

  @Test func namesComeInOrderOfFirstMention() throws {
    let expression = try Expression("b < max(a, c) and not b == -d ** e or a > 'f'")
    #expect(expression.names == ["b", "a", "c", "d", "e"])
  }

  @Test func anExpressionTravelsAsItsText() throws {
    let expression = try Expression("width*  2 <= 64")
    let data = try json(expression)
    #expect(String(decoding: data, as: UTF8.self) == #""width*  2 <= 64""#)
    #expect(try value(Expression.self, fromJSON: data) == expression)
  }
}
