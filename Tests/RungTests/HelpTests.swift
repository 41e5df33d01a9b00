import ArgumentParser
import Processes
import ProgramSupport
import Testing

@testable import rung

/// What the program says of itself.
struct HelpTests {
  /// The commands that help shows.
  static let shown = Rung.configuration.subcommands.filter { $0.configuration.shouldDisplay }
  static let names = shown.map { $0._commandName }

  /// Each of them, and those below it, with the words that call it.
  static let all = shown.flatMap { command in
    [(words: [command._commandName], command: command)]
      + command.configuration.subcommands.map {
        (words: [command._commandName, $0._commandName], command: $0)
      }
  }

  @Test func everyCommandShowsAnExampleThatItsParserTakes() throws {
    for (_, command) in Self.all {
      // What has commands below it shows those.
      let shown = command.configuration.subcommands
      let own = (shown.isEmpty ? [command] : shown).map { ObjectIdentifier($0) }
      let examples = Examples.split(command.configuration.discussion).examples
      #expect(!examples.isEmpty, "\(command._commandName)")
      for example in examples {
        #expect(example.count < 78, "a terminal wraps '\(example)'")
        let line = example.prefix { $0 != ">" }.split(separator: " ").map(String.init)
        let place = try #require(line.firstIndex(of: "rung"), "'\(example)' is of another program")
        let parsed = try Rung.parseAsRoot(Array(line[(place + 1)...]))
        #expect(
          own.contains(ObjectIdentifier(type(of: parsed))), "'\(example)' is of another command")
      }
    }
    #expect(Self.shown.count >= 20)
  }

  @Test func anExampleThatIsNoneIsNoticed() {
    #expect(throws: (any Error).self) {
      try Rung.parseAsRoot(["run", "study.yaml", "--slot", "4"])
    }
    #expect(throws: (any Error).self) {
      try Rung.parseAsRoot(["export", "a.rung", "--format", "x"])
    }
  }

  @Test func examplesAreShownAsTheyAreTyped() throws {
    for (words, command) in Self.all {
      let help = try runCommand([try rungProgram()] + words + ["--help"])
      #expect(help.status == 0 && help.errors.isEmpty)
      for example in Examples.split(command.configuration.discussion).examples {
        #expect(text(help.output).contains("\n  \(example)\n"), "\(command._commandName)")
      }
    }
  }

  @Test(arguments: [
    (
      ["statsu", "x"], "there is no command 'statsu'; write 'rung status' ('rung --help' lists all"
    ),
    (["help", "exprot"], "there is no command 'exprot'; write 'rung export'"),
    (["frobnicate"], "there is no command 'frobnicate'; 'rung --help' lists all commands"),
    (["run", "a.yaml", "--slot", "2"], "Did you mean '--slots'?"),
    (["export", "a", "--format", "cvs"], "write 'csv', or another of csv, json, optuna, table"),
    (["init", "a", "--kind", "pytroch"], "write 'pytorch', or another of plain, scikit-learn"),
    (["simulate", "a", "--slots", "1", "--objective", "curve"], "write 'curves', or another of"),
    (["run", "a.yaml", "--gpu-sharing", "mgi"], "write 'mig', or another of plain, mps, mig"),
  ])
  func aMistypedWordIsAnsweredWithTheNearest(words: [String], said: String) throws {
    let result = try runCommand([try rungProgram()] + words)
    #expect(result.status == 64 && result.output.isEmpty)
    #expect(text(result.errors).contains(said), "\(text(result.errors))")
  }

  @Test func aMistypedSiteAndPartitionAreAnsweredWithTheNearest() throws {
    let bench = try ProgramBench(study: JSONTests.study, trial: "")
    let site = try bench.rung("plan", bench.study, "--site", "jureca")
    #expect(site.status == 65)
    #expect(text(site.errors).hasPrefix("rung: no site 'jureca'; write 'jureca-dc', or another of"))
    let partition = try bench.rung(
      "plan", bench.study, "--site", "jureca-dc", "--partition", "dc-gpuu")
    #expect(partition.status == 65)
    #expect(
      text(partition.errors).contains("no partition 'dc-gpuu' at this site; write 'dc-gpu', or "))
    let strategy = try bench.rung(
      "plan", bench.study, "--site", "jureca-dc", "--strategy", "residnt")
    #expect(
      text(strategy.errors).contains("write 'resident', or another of resident, steps, hetjob"))
  }
}
