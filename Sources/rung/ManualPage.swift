import ArgumentParser
import FoundationEssentials

/// A page of the manual, in the macros of man(7), made from what the argument parser knows of a command.
struct ManualPage {
  /// The page's name, such as `rung-run`.
  let name: String
  /// The page's source.
  let text: String

  /// The pages of a command and of its subcommands that are shown.
  ///
  /// - Parameters:
  ///   - command: The root of all commands.
  ///   - date: Of the pages, such as `2026-11-30`.
  /// - Returns: The root's first.
  /// - Throws: `DecodingError` where the argument parser tells of itself in another way than it did.
  static func all<Command: ParsableCommand>(
    of command: Command.Type, date: String
  ) throws -> [ManualPage] {
    // The same text that '--experimental-dump-help' prints.
    let told = Command._dumpHelp()
    let tool = try JSONDecoder().decode(CommandFacts.Tool.self, from: Data(told.utf8))
    return pages(of: tool.command, below: [], date)
  }

  private static func pages(
    of facts: CommandFacts, below words: [String], _ date: String
  ) -> [ManualPage] {
    let children = (facts.subcommands ?? []).filter {
      $0.shouldDisplay && $0.commandName != "help"
    }
    let page = ManualPage(facts, below: words, children, date)
    return [page]
      + children.flatMap { pages(of: $0, below: words + [facts.commandName], date) }
  }

  private init(
    _ facts: CommandFacts, below parents: [String], _ children: [CommandFacts], _ date: String
  ) {
    let own = parents + [facts.commandName]
    let words = own.joined(separator: " ")
    name = own.joined(separator: "-")
    var page = ManualText()
    // A date is no text in which hyphens are escaped.
    page.line(
      ".TH \(ManualText.escaped(name.uppercased())) 1 \(date) \"Rung \(Rung.version)\" \"Rung\"")
    page.section("NAME")
    page.line("\(ManualText.escaped(name)) \\- \(ManualText.escaped(facts.abstract ?? ""))")
    page.section("SYNOPSIS")
    page.macro("B", [words])
    let shown = (facts.arguments ?? []).filter(\.shouldDisplay)
    for argument in shown { page.line(argument.synopsis) }
    if !children.isEmpty { page.line("\\fICOMMAND\\fR ...") }
    let (text, examples) = Examples.split(facts.discussion ?? "")
    if !text.isEmpty {
      page.section("DESCRIPTION")
      page.paragraphs(text)
    }
    if !children.isEmpty {
      page.section("COMMANDS")
      for child in children {
        page.entry("\\fB\(ManualText.escaped("\(words) \(child.commandName)"))\\fR")
        page.line(ManualText.escaped(child.abstract ?? ""))
      }
    }
    page.list("ARGUMENTS", shown.filter { $0.kind == .positional })
    page.list("OPTIONS", shown.filter { $0.kind != .positional })
    if !examples.isEmpty {
      page.section("EXAMPLES")
      page.verbatim(examples)
    }
    page.section("EXIT STATUS")
    for (status, meaning) in ExitStatus.meanings {
      page.entry("\\fB\(status)\\fR")
      page.line(ManualText.escaped(meaning))
    }
    page.section("SEE ALSO")
    let above = parents.isEmpty ? [] : [parents.joined(separator: "-")]
    let name = name
    page.references(above + children.map { "\(name)-\($0.commandName)" })
    self.text = page.source
  }
}

/// Lines of a manual page.
private struct ManualText {
  private(set) var source = ""

  /// A text as it is to be read: without the meaning that backslashes, and dots and quotes at the
  /// beginning of a line, have in roff(7).
  static func escaped(_ text: String) -> String {
    let line = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
      .replacing("'", with: "\\(aq").replacing("\n", with: " ")
    return line.hasPrefix(".") ? "\\&" + line : line
  }

  mutating func line(_ text: String) { source += text + "\n" }

  mutating func macro(_ name: String, _ arguments: [String]) {
    line(".\(name) " + arguments.map { "\"\(Self.escaped($0))\"" }.joined(separator: " "))
  }

  mutating func section(_ title: String) { line(".SH \(title)") }

  mutating func entry(_ title: String) {
    line(".TP")
    line(title)
  }

  mutating func paragraphs(_ text: String) {
    for (number, paragraph) in text.split(separator: "\n").enumerated() {
      if number > 0 { line(".PP") }
      line(Self.escaped(String(paragraph)))
    }
  }

  mutating func verbatim(_ lines: [String]) {
    line(".nf")
    for text in lines { line(Self.escaped(text)) }
    line(".fi")
  }

  mutating func list(_ title: String, _ arguments: [CommandFacts.Argument]) {
    guard !arguments.isEmpty else { return }
    section(title)
    for argument in arguments {
      entry(argument.heading)
      let value = argument.defaultValue.map { " (default: \($0))" } ?? ""
      line(Self.escaped((argument.abstract ?? "") + value))
    }
  }

  mutating func references(_ names: [String]) {
    for (number, name) in names.enumerated() {
      line(".BR \(Self.escaped(name)) (1)" + (number + 1 < names.count ? "," : ""))
    }
  }
}

/// What the argument parser tells of a command.
///
/// Source: swift-argument-parser 1.8.2, `ArgumentParserToolInfo`, serialization version 0; a module of its
/// own that no product has.
private struct CommandFacts: Decodable {
  struct Tool: Decodable {
    var command: CommandFacts
  }

  struct Argument: Decodable {
    enum Kind: String, Decodable {
      case positional, option, flag
    }

    struct Name: Decodable {
      var kind: String
      var name: String

      var text: String { (kind == "long" ? "--" : "-") + name }
    }

    var kind: Kind
    var shouldDisplay: Bool
    var isOptional: Bool
    var isRepeating: Bool
    var names: [Name]?
    var valueName: String?
    var defaultValue: String?
    var abstract: String?

    private var value: String { "\\fI\(ManualText.escaped(valueName ?? "value"))\\fR" }

    /// The argument in a synopsis.
    var synopsis: String {
      let name = names?.max { $0.name.count < $1.name.count }?.text ?? ""
      let word = "\\fB\(ManualText.escaped(name))\\fR"
      let text =
        switch kind {
        case .positional: value
        case .option: "\(word) \(value)"
        case .flag: word
        }
      return (isOptional ? "[\(text)]" : text) + (isRepeating ? " ..." : "")
    }

    /// The argument at the head of its description.
    var heading: String {
      let words = (names ?? []).map { "\\fB\(ManualText.escaped($0.text))\\fR" }
      switch kind {
      case .positional: return value
      case .option: return words.map { "\($0) \(value)" }.joined(separator: ", ")
      case .flag: return words.joined(separator: ", ")
      }
    }
  }

  var commandName: String
  var shouldDisplay: Bool
  var abstract: String?
  var discussion: String?
  var subcommands: [CommandFacts]?
  var arguments: [Argument]?
}
