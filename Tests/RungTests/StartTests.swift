import Processes
import ProgramSupport
import Testing

/// How long it takes until the program has said what it has to say.
struct StartTests {
  /// Processor time of one call in milliseconds, the least of some: what a busy machine does not change much.
  private func milliseconds(_ words: [String], _ bench: ProgramBench) throws -> Int {
    let script = """
      TIMEFORMAT='%3U %3S'
      for i in 1 2 3 4 5; do { time "$@" >/dev/null 2>&1; } 2>&1; done | tr -d . |
        while read -r user system; do echo $((10#$user + 10#$system)); done | sort -n | head -n 1
      """
    let result = try runCommand(
      ["bash", "-c", script, "bash", try rungProgram()] + words, in: bench.folder.path)
    return try #require(
      Int(text(result.output).prefix { $0.isNumber }),
      "\(text(result.output)) \(text(result.errors))")
  }

  /// Bounds are twice the goals for a release build: this one may not be optimized.
  @Test func theFirstWordComesSoon() throws {
    let bench = try ProgramBench(study: JSONTests.study, trial: "")
    _ = try bench.folder.write("train.sh", JSONTests.trial)
    #expect(try bench.rung("run", bench.study, "--slots", "1", "--quiet").status == 0)
    let bounds: [(Int, [String])] = [
      (100, ["--help"]), (100, ["run", "--help"]), (200, ["check", bench.study]),
      (200, ["status", bench.directory]), (200, ["explain", bench.directory, "0"]),
      (200, ["sites"]),
      (1000, ["plan", bench.study, "--site", "generic-cpu"]),
    ]
    for (bound, words) in bounds {
      let time = try milliseconds(words, bench)
      #expect(time < bound, "'rung \(words.joined(separator: " "))' took \(time) ms")
    }
  }

  /// Before all is read, and gone where the result stands.
  @Test(arguments: [["verify"], ["report"], ["explain", "0"]])
  func onATerminalReadingIsSaid(words: [String]) throws {
    let bench = try ProgramBench(study: JSONTests.study, trial: "")
    _ = try bench.folder.write("train.sh", JSONTests.trial)
    #expect(try bench.rung("run", bench.study, "--slots", "1", "--quiet").status == 0)
    let call = ([try rungProgram(), words[0], bench.directory] + words.dropFirst())
      .joined(separator: " ")
    let result = try runCommand(["script", "--quiet", "--return", "--command", call, "/dev/null"])
    let shown = text(result.output)
    #expect(result.status == 0, "\(shown)")
    #expect(shown.hasPrefix("\r\u{1B}[Kread"), "\(shown)")
    #expect(shown.contains("of the journal\r\u{1B}[K") || words == ["verify"], "\(shown)")
    let piped = try runCommand([try rungProgram(), words[0], bench.directory] + words.dropFirst())
    #expect(piped.errors.isEmpty, "\(text(piped.errors))")
  }
}
