import FoundationEssentials
import Processes
import ProgramSupport
import Testing

/// Texts of a study and of its trials that would be more than texts if anything took them for code.
@Suite struct HostileTextTests {
  /// A folder with a name that no shell should read, below the one that is looked through for
  /// `injected` afterwards.
  private static let place = #"a 'b' $(touch injected) `touch injected`; touch injected #"#

  /// Values of a parameter.
  private static let values = [
    "plain", "it's", #"a "quoted" one"#, "$(touch injected)", "`touch injected`",
    "; touch injected", "| touch injected", "--option", "-leading", "--checkpoint=/etc",
    "../../etc",
    "</script><script>document.documentElement.dataset.owned = 'yes'</script>",
    "<img src=x onerror=\"document.documentElement.dataset.owned = 'yes'\">",
    "' onmouseover='x", "=1+1", "@SUM(A1)", "a,b;c", "{kind}", "%s %n", "\\", "\\n",
    "#SBATCH --uid=0", "!!python/object/apply:os.system ['touch injected']", "é\u{301} 漢字 🤖",
    "null", "0x10", " blank ", "fails", "&& exit 75",
  ]

  /// Names of metrics that trials make up, and what they print; JSON can carry all of it.
  private static let lines = [
    "\u{1b}]0;owned\u{7}\u{1b}[31mred", "a\rb", "\u{202e}gnp.exe", "\u{0}null", "\u{9b}31m",
    "[rung] {\"epoch\": 99, \"loss\": -1", "\u{2028}separator", "x,\"y\n#SBATCH --uid=0",
  ]

  private static let metric = "</script><b>'loss\"; $(touch injected)"

  /// Fails where its `kind` says so, with a last line of the worst kind; otherwise prints, leaves
  /// files of all names, and reports.
  private static let trial = """
    import json, os, sys
    import rung
    trial = rung.trial()
    spoken = json.load(open("lines.json"))
    with open(os.environ["RUNG_CONFIG"]) as file: config = json.load(file)
    with open(f"seen-{trial.id}.json", "w") as file:
        json.dump({"argv": sys.argv[1:], "config": config}, file)
    for line in spoken["lines"]: print(line)
    if config["kind"] == "fails": sys.exit("\\u001b[2Jowned\\u009b31m\\u202e</script>")
    for name in spoken["files"]:
        with open(os.path.join(trial.checkpoint_dir, name), "w") as file: file.write(name)
    trial.report(1, **{spoken["metric"]: float(len(config["kind"])), **{
        name: 1.0 for name in spoken["lines"]}})
    """

  /// Names of files in a checkpoint.
  private static let files = [
    "new\nline", "$(touch injected)", "`touch injected`", "--option", "-rf", "; touch injected",
    "<script>", "a\\b", "\u{1b}[31m", "\u{202e}txt", "'", "\"", "...", " ", "*", "é",
  ]

  private let folder: TemporaryFolder
  private let program: String
  private var home: String { folder.file(Self.place) }
  private var study: String { home + "/study.yaml" }
  private var directory: String { home + "/study.rung" }

  init() throws {
    folder = try TemporaryFolder()
    program = try rungProgram()
    try makeFolder(home)
    func json(_ value: some Encodable) throws -> String {
      String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }
    struct Spoken: Encodable {
      var lines = HostileTextTests.lines
      var files = HostileTextTests.files
      var metric = HostileTextTests.metric
    }
    let values = try Self.values.map { try json($0) }.joined(separator: ", ")
    let file = """
      name: hostile
      metric: {name: \(try json(Self.metric)), goal: minimize}
      fidelity: {name: epoch, min: 1, max: 1}
      parameters: {kind: {values: [\(values)]}}
      algorithm: grid
      trial: {command: ["\(try python())", train.py], cpus: 1}
      stop: {trials: \(Self.values.count)}
      """
    try writeFile(study, Array(file.utf8))
    try writeFile(home + "/train.py", Array(Self.trial.utf8))
    try writeFile(home + "/lines.json", Array(try json(Spoken()).utf8))
  }

  private func rung(_ arguments: String...) throws -> CommandResult {
    try runCommand([program] + arguments, in: home)
  }

  /// Fails where a file shows that something ran.
  private func expectNothingInjected(_ moment: Comment) throws {
    let found = try runCommand(["find", folder.path, "-name", "injected"])
    #expect(text(found.output) == "", moment)
  }

  private func run() throws {
    let run = try rung("run", study, "--slots", "2", "--quiet")
    #expect(run.status == 0, "\(text(run.errors))")
    try expectNothingInjected("while it ran")
  }

  @Test func aTrialGetsItsValuesAsTheyAre() throws {
    try run()
    struct Seen: Decodable {
      var argv: [String]
      var config: [String: String]
    }
    var kinds: Set<String> = []
    for number in Self.values.indices {
      let bytes = try readFile("\(home)/seen-\(number).json")
      let seen = try JSONDecoder().decode(Seen.self, from: Data(bytes))
      let kind = try #require(seen.config["kind"])
      #expect(seen.argv == ["--kind", kind])
      kinds.insert(kind)
    }
    #expect(kinds == Set(Self.values))
    let verified = try rung("verify", directory)
    #expect(verified.status == 0, "\(text(verified.output))")
    let winner = folder.file("winner")
    let best = try rung("best", directory, "--checkpoint", winner)
    #expect(best.status == 0, "\(text(best.errors))")
    #expect(namesInFolder(winner) == Self.files.sorted())
    for name in Self.files { #expect(text(try readFile("\(winner)/\(name)")) == name) }
  }

  @Test func nothingThatIsToldMovesTheTerminalsCursor() throws {
    try run()
    var told = [try rung("status", directory), try rung("best", directory)]
    for number in Self.values.indices {
      told.append(try rung("explain", directory, String(number)))
    }
    for result in told {
      #expect(result.status == 0)
      let controls = text(result.output).unicodeScalars.filter { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: scalar != "\n"
        default: false
        }
      }
      #expect(controls.isEmpty, "\(text(result.output))")
    }
    let isShown = told.contains { text($0.output).contains(#"\u{1B}[2Jowned\u{009B}31m"#) }
    #expect(isShown, "the text is there all the same")
  }

  @Test func theTablesAreReadBackAsTheyWere() throws {
    try run()
    for options in [["--format", "csv"], ["--format", "csv", "--reports"], ["--format", "json"]] {
      let exported = try runCommand([program, "export", directory] + options)
      #expect(exported.status == 0)
      try writeFile(folder.file("export"), exported.output)
      let check = """
        import csv, json, sys
        spoken = json.load(open(sys.argv[1] + "/lines.json"))
        text = open(sys.argv[2], newline="").read()
        count, kinds = int(sys.argv[3]), set(json.loads(sys.argv[4]))
        if "json" in sys.argv:
            trials = json.loads(text)["trials"]
            assert len(trials) == count and {t["configuration"]["kind"] for t in trials} == kinds
        else:
            rows = list(csv.reader(open(sys.argv[2], newline="")))
            assert all(len(row) == len(rows[0]) for row in rows), "rows of several lengths"
            if "--reports" in sys.argv:
                assert len(rows) == count, len(rows)
                assert set(rows[0]) == {"trial", "attempt", "epoch", "seconds", spoken["metric"],
                                        *spoken["lines"]}, rows[0]
            else:
                assert len(rows) == count + 1, len(rows)
                assert {row[rows[0].index("config.kind")] for row in rows[1:]} == kinds
        """
      let kinds = String(decoding: try JSONEncoder().encode(Self.values), as: UTF8.self)
      let result = try runCommand(
        [
          try python(), "-c", check, home, folder.file("export"), String(Self.values.count), kinds,
        ] + options)
      #expect(result.status == 0, "\(options): \(text(result.errors))")
    }
  }

  /// What the browser makes of a page, once its scripts have run.
  private func shown(_ page: String) throws -> String {
    let result = try runCommand([
      "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000",
      "--user-data-dir=" + folder.file("browser"), "--dump-dom", "file://" + page,
    ])
    try #require(
      result.status == 0, "no page: \(text(result.errors)); 'jobscripts/install --tests' brings it")
    return text(result.output)
  }

  @Test func thePageShowsTextsAndRunsNone() throws {
    try run()
    let page = folder.file("report.html")
    #expect(try rung("report", directory, "--output", page).status == 0)
    let shown = try shown(page)
    #expect(shown.contains("&lt;/script&gt;"), "the texts are there")
    #expect(!shown.contains("data-owned"), "a script of a text has run")
    // Where it does run, that is seen.
    let script = Self.values.first { $0.hasPrefix("</script>") } ?? ""
    let open = folder.file("open.html")
    try writeFile(open, Array("<script>0\(script)".utf8))
    #expect(try self.shown(open).contains("data-owned"))
  }

  /// `srun` and `sbatch` are programs that take note of how they are called.
  @Test func aJobScriptHasTheLinesThatItShouldHave() throws {
    let calls = folder.file("calls")
    let bin = folder.file("bin")
    try makeFolder(bin)
    for (name, body) in [
      ("sbatch", "echo 17"), ("srun", "echo 0 >\"$RUNG_STATUS_FILE\""), ("scancel", ":"),
      ("squeue", "exit 1"), ("scontrol", "exit 1"),
    ] {
      try writeFile(
        "\(bin)/\(name)",
        Array("#!/bin/sh\nprintf '%s\\n' \(name) \"$@\" >>'\(calls)'\n\(body)\n".utf8))
      _ = try runCommand(["chmod", "+x", "\(bin)/\(name)"])
    }
    let path = "PATH=\(bin):/usr/bin:/bin"
    let submitted = try runCommand([
      "env", path, program, "submit", study, "--site", "private-cluster", "--nodes", "2",
    ])
    #expect(submitted.status == 0, "\(text(submitted.errors))")
    try expectNothingInjected("when it was submitted")
    let script = directory + "/jobs/job.sbatch"
    let checked = try runCommand(["bash", "-n", script])
    #expect(checked.status == 0, "\(text(checked.errors))")
    let lines = text(try readFile(script)).split(separator: "\n")
    let options = lines.filter { $0.hasPrefix("#SBATCH") }.map {
      $0.prefix { $0 != "=" }.dropFirst(8)
    }
    #expect(
      options == [
        "--chdir", "--output", "--open-mode", "--requeue", "--no-kill", "--job-name",
        "--partition", "--nodes", "--ntasks-per-node", "--cpus-per-task", "--mem", "--time",
      ])
    let ran = try runCommand(
      ["env", path, "SLURM_JOB_ID=17", "sh", "-c", "exec bash \"$0\" >/dev/null 2>&1", script],
      in: home)
    #expect(ran.status == 0)
    try expectNothingInjected("when the script ran")
    #expect(text(try readFile(calls)).contains("srun\n--mpi=pmix\n"))
    #expect(text(try readFile(calls)).contains("\nagent\n\(directory)\n"))
  }

  /// What could end a line, or hide what is on it, is refused where it is read.
  @Test(arguments: ["\\n", "\\r", "\\0", "\\x1b", "\\u202E", "\\u2028", "\\x85", "\\x7f"])
  func aStudyFileWithControlCharactersIsRefused(escape: String) throws {
    let hostile = "\"a\(escape)#SBATCH --uid=0\""
    let fields = [
      ("name", "name: \(hostile)\n"), ("metric.name", ""), ("parameters", ""), ("values", ""),
    ]
    for (field, line) in fields {
      let file = """
        \(line)metric: {name: \(field == "metric.name" ? hostile : "loss"), goal: minimize}
        fidelity: {name: epoch, min: 1, max: 1}
        parameters: {\(field == "parameters" ? hostile : "kind"): {values: [a, \
        \(field == "values" ? hostile : "b")]}}
        algorithm: random
        trial: {command: [sh, train.sh]}
        stop: {trials: 1}
        """
      try writeFile(study, Array(file.utf8))
      let checked = try rung("check", study)
      #expect(checked.status == 65, "\(field): \(text(checked.output))")
      #expect(text(checked.errors).unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 32 })
    }
  }
}
