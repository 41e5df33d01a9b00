import Processes
import ProgramSupport
import Testing

@testable import rung

/// `rung install`: the program, its manual and its shell completions, read by the programs that they are for.
struct InstallTests {
  private let folder: TemporaryFolder
  private var prefix: String { folder.file("a prefix") }

  init() throws {
    folder = try TemporaryFolder()
    let result = try runCommand([try rungProgram(), "install", prefix])
    guard result.status == 0 else { throw Missing(description: text(result.errors)) }
  }

  /// Runs a command of the tests' own, which must be there.
  private func run(_ words: String...) throws -> CommandResult {
    guard executablePath(words[0]) != nil else {
      throw Missing(description: "no '\(words[0])'; run 'jobscripts/install --tests'")
    }
    return try runCommand(words, in: folder.path)
  }

  private var pages: [String] {
    namesInFolder(prefix + "/share/man/man1").sorted().map { "\(prefix)/share/man/man1/\($0)" }
  }

  @Test func everyCommandHasAPageWithoutAFlaw() throws {
    let names = pages.map { $0.split(separator: "/").last.map(String.init) ?? "" }
    let commands = HelpTests.all.map { (["rung"] + $0.words).joined(separator: "-") + ".1" }
    #expect(names == (commands + ["rung.1"]).sorted())
    let groff = try run("groff", "-man", "-ww", "-z", "-Tutf8", pages[0])
    #expect(groff.status == 0)
    for page in pages {
      let shown = try run("man", "--warnings", "-l", page)
      #expect(shown.status == 0 && shown.errors.isEmpty, "\(page): \(text(shown.errors))")
      let lint = try run("mandoc", "-T", "lint", "-W", "warning", page)
      #expect(lint.status == 0 && lint.output.isEmpty, "\(text(lint.output))")
    }
    let run = text(try run("man", "-l", "\(prefix)/share/man/man1/rung-run.1").output)
    for word in ["NAME", "SYNOPSIS", "OPTIONS", "EXAMPLES", "EXIT STATUS", "--slots", "rung(1)"] {
      #expect(run.contains(word), "\(word)")
    }
    #expect(run.contains("       rung run study.yaml --slots 4 --fresh"))
    let page = "\(prefix)/share/man/man1/rung-campaign.1"
    let campaign = text(try self.run("man", "-l", page).output)
    #expect(campaign.contains("rung campaign submit\n"))
    #expect(campaign.contains("rung-campaign-plan(1)"))
  }

  @Test func aFlawedPageIsNoticed() throws {
    _ = try folder.write("bad.1", ".TH A 1 2026-11-30\n.SH NAME\na \\- b\n.XY\n")
    #expect(try run("mandoc", "-T", "lint", "-W", "warning", folder.file("bad.1")).status != 0)
  }

  @Test func theInstalledProgramFindsItsSites() throws {
    let result = try run(prefix + "/bin/rung", "sites")
    #expect(result.status == 0)
    #expect(text(result.output).contains("\(prefix)/share/rung/site-configs/jureca-dc.yaml"))
    for (path, mode) in [("bin", 0o755), ("bin/rung", 0o755), ("share/man/man1/rung.1", 0o644)] {
      #expect(try FileStatus(of: "\(prefix)/\(path)").mode == mode, "\(path)")
    }
    // Again, over what is there.
    let again = try run(prefix + "/bin/rung", "install", prefix)
    #expect(again.status == 0 && text(again.output).hasPrefix("\(prefix)/bin/rung\n"))
    let nowhere = try run(try rungProgram(), "install", "/proc/no-such-folder")
    #expect(nowhere.status == 74)
  }

  /// What bash offers for a line that ends where the cursor is.
  private func offers(_ line: String) throws -> [String] {
    let script = """
      source 'a prefix/share/bash-completion/completions/rung'
      read -ra COMP_WORDS <<< "$1"
      [[ $1 == *' ' ]] && COMP_WORDS+=('')
      COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$1 COMP_POINT=${#1}
      "$(complete -p rung | sed 's/.* -F \\([^ ]*\\) .*/\\1/')" rung "${COMP_WORDS[COMP_CWORD]}" \
        "${COMP_WORDS[COMP_CWORD - 1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let program = try rungProgram()
    let path = "PATH=\(StudyHandle.parent(of: program)):\(environment("PATH") ?? "")"
    let result = try run("env", path, "bash", "-c", script, "bash", line)
    #expect(result.errors.isEmpty, "\(text(result.errors))")
    return text(result.output).split(separator: "\n").map(String.init)
  }

  @Test func bashCompletesCommandsOptionsAndNames() throws {
    try makeFolder(folder.file("here"))
    _ = try folder.write("here/study.yaml", "")
    _ = try folder.write("here/notes.txt", "")
    #expect(try offers("rung st") == ["stop", "status"])
    #expect(try offers("rung run study.yaml --sl") == ["--slots"])
    #expect(try offers("rung check study.yaml --site ju") == ["jureca-dc", "juwels-booster"])
    #expect(try offers("rung check study.yaml --site ./he") == ["./here/"])
    #expect(try offers("rung check study.yaml --site here/") == ["here/study.yaml"])
    #expect(try offers("rung plan a.yaml --site jureca-dc --partition dc-g") == ["dc-gpu"])
    #expect(try offers("rung plan a.yaml --strategy ") == ["resident", "steps", "hetjob"])
    #expect(try offers("rung export a.rung --format ") == ["csv", "json", "optuna", "table"])
    #expect(try offers("rung init a --kind p") == ["plain", "pytorch"])
    #expect(try offers("rung simulate a.yaml --objective c") == ["curves"])
    #expect(try offers("rung simulate a.yaml --algorithm pas") == ["pasha", "pasha-bo"])
    #expect(try offers("rung check here/") == ["here/study.yaml"])
    #expect(try offers("rung status h") == ["here"])
  }

  @Test func bashCompletesTheTrialsOfAStudy() throws {
    let bench = try ProgramBench(study: JSONTests.study, trial: "")
    _ = try bench.folder.write("train.sh", JSONTests.trial)
    #expect(try bench.rung("run", bench.study, "--slots", "1", "--quiet").status == 0)
    #expect(try offers("rung explain \(bench.directory) ") == ["0", "1", "2", "3"])
  }

  /// A terminal in which a shell runs that has read its completions.
  private func terminal(_ shell: String, _ start: String) throws -> TerminalBench {
    guard executablePath(shell) != nil else {
      throw Missing(description: "no '\(shell)'; run 'jobscripts/install --tests'")
    }
    let terminal = try TerminalBench(folder: folder.path)
    // Whatever the shell keeps for itself is kept here.
    try terminal.type(
      "HOME='\(folder.path)' PATH=\(StudyHandle.parent(of: try rungProgram())):$PATH \(start)")
    return terminal
  }

  @Test func fishCompletes() throws {
    let terminal = try terminal("fish", "fish --private --no-config")
    try terminal.type("source '\(prefix)/share/fish/vendor_completions.d/rung.fish'; echo re''ady")
    #expect(try terminal.shows("ready"))
    try terminal.begin("rung stat")
    try terminal.press("Tab")
    #expect(try terminal.shows("rung status"))
    try terminal.press("C-u")
    try terminal.begin("rung check a.yaml --site jurec")
    try terminal.press("Tab")
    #expect(try terminal.shows("--site jureca-dc"))
  }

  @Test func zshCompletes() throws {
    let terminal = try terminal("zsh", "zsh -f")
    try terminal.type(
      "fpath=('\(prefix)/share/zsh/site-functions' $fpath); autoload -U compinit; compinit -u; echo re''ady"
    )
    #expect(try terminal.shows("ready"))
    try terminal.begin("rung stat")
    try terminal.press("Tab")
    #expect(try terminal.shows("rung status"))
    try terminal.press("C-u")
    try terminal.begin("rung check a.yaml --site jurec")
    try terminal.press("Tab")
    #expect(try terminal.shows("--site jureca-dc"))
  }
}
