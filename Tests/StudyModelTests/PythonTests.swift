import FoundationEssentials
import Glibc
import StudyModel
import TestSupport
import Testing

/// Compares expressions with Python's, which their documentation promises.
struct PythonTests {
  /// Prints a line for each line of the file it is given: the number, truth or word it is worth.
  private static let script = #"""
    import sys
    names = {"a": 3, "b": -2.5, "c": 7, "true": True, "false": False, "min": min, "max": max}
    for line in open(sys.argv[1]):
        try:
            value = eval(line, {"__builtins__": {}}, names)
            print(float(value).hex() if isinstance(value, (int, float)) and value is not True
                  and value is not False else value)
        except (ArithmeticError, TypeError):
            print("none")
    """#

  @Test func generatedExpressionsAreWorthWhatPythonSays() throws {
    let expressions = (UInt64(0)..<800).map { seed -> String in
      var generator = ExpressionGenerator(seed: seed)
      return seed.isMultiple(of: 2) ? generator.number(3) : generator.truth(1)
    }
    let answers = try python(Self.script, input: expressions.joined(separator: "\n") + "\n")
    try #require(answers.count == expressions.count)
    let settings = Configuration([("a", .integer(3)), ("b", .real(-2.5)), ("c", .integer(7))])
    var compared = 0
    for (text, answer) in zip(expressions, answers) {
      let expression = try Expression(text)
      switch answer {
      case "True", "False":
        // Python stops at the first operand that decides; Rung has no value where any has none.
        guard let truth = expression.truth(where: { settings[$0] }) else { continue }
        #expect(truth == (answer == "True"), "\(text)")
      case "none":
        #expect(expression.truth { settings[$0] } == nil, "\(text)")
        #expect(expression.number { settings[$0] } == nil, "\(text)")
      default:
        guard let expected = Double(answer) else { continue }  // A complex number.
        // Python's whole numbers are exact beyond 2^53.
        guard expected.isFinite, expected.magnitude < 0x1p53 else { continue }
        let value = expression.number { settings[$0] }
        #expect(value == expected, "\(text)")
      }
      compared += 1
    }
    #expect(compared > 600, "most expressions have a value")
  }

  /// The lines that a Python program prints, given a file with `input` as its argument.
  private func python(_ script: String, input: String) throws -> [String] {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("rung-python-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(script.utf8).write(to: folder.appendingPathComponent("script.py"))
    try Data(input.utf8).write(to: folder.appendingPathComponent("input"))
    let command = "cd \(folder.path) && python3 script.py input > output"
    let status = unsafe command.withCString { unsafe system($0) }
    try #require(status == 0, "python3 ends with success")
    let output = try Data(contentsOf: folder.appendingPathComponent("output"))
    return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}

/// Random expressions that are right in Rung and in Python, with as few parentheses as possible.
struct ExpressionGenerator {
  private var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed) }

  mutating func number(_ depth: Int) -> String {
    var text = factor(depth)
    for _ in 0..<random.integer(0...3) {
      text += space() + random.element(of: ["+", "-", "*", "/", "%", "+", "-"]) + space()
      text += factor(depth)
    }
    return text
  }

  private mutating func factor(_ depth: Int) -> String {
    let sign = random.chance(0.2) ? random.element(of: ["-", "+", "--", "- "]) : ""
    let base = atom(depth)
    guard random.chance(0.2) else { return sign + base }
    let exponent = random.element(of: ["2", "3", "-1", "0.5", "-2", "1 ** 2", "2 ** -1", "(1 + 1)"])
    return sign + base + space() + "**" + space() + exponent
  }

  private mutating func atom(_ depth: Int) -> String {
    switch random.integer(0...(depth > 0 ? 7 : 4)) {
    case 0...1: return String(random.integer(0...9))
    case 2: return random.element(of: ["0.5", "1e1", "2.25", ".1", "3.", "1e-3", "0.7"])
    case 3...4: return random.element(of: ["a", "b", "c"])
    case 5: return "(" + number(depth - 1) + ")"
    case 6:
      return random.element(of: ["min", "max"]) + "(" + number(depth - 1) + ", " + number(depth - 1)
        + ")"
    default: return "(" + space() + number(depth - 1) + space() + ")"
    }
  }

  mutating func truth(_ depth: Int) -> String {
    var text = negation(depth)
    for _ in 0..<random.integer(0...2) {
      text += random.element(of: [" and ", " or "]) + negation(depth)
    }
    return text
  }

  private mutating func negation(_ depth: Int) -> String {
    let not = random.chance(0.3) ? random.element(of: ["not ", "not not "]) : ""
    if depth > 0, random.chance(0.3) { return not + "(" + truth(depth - 1) + ")" }
    if random.chance(0.1) { return not + random.element(of: ["true", "false"]) }
    return not + comparison(depth)
  }

  private mutating func comparison(_ depth: Int) -> String {
    var text = number(min(depth, 1))
    for _ in 0..<random.integer(1...3) {
      text += space() + random.element(of: ["<", "<=", ">", ">=", "==", "!="]) + space()
      text += number(min(depth, 1))
    }
    return text
  }

  private mutating func space() -> String { random.chance(0.7) ? " " : "" }
}
