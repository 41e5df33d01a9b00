import Glibc
import Processes
import ProgramSupport
import Resources
import Testing

struct InitTests {
  private let folder: TemporaryFolder
  private let program: String

  init() throws {
    folder = try TemporaryFolder()
    program = try rungProgram()
  }

  /// `rung` with this Python before others.
  private func rung(_ arguments: String..., python: String? = nil) throws -> CommandResult {
    let interpreter = try python ?? ProgramSupport.python()
    let place = interpreter.split(separator: "/").dropLast().joined(separator: "/")
    let path = "/\(place):" + (environmentPath() ?? "/usr/bin:/bin")
    return try runCommand(
      ["env", "PATH=\(path)", program] + arguments, in: folder.path)
  }

  private func environmentPath() -> String? {
    currentEnvironment().first { $0.hasPrefix("PATH=") }.map { String($0.dropFirst(5)) }
  }

  /// Debian's interpreter is the one that has PyTorch.
  private func interpreter(of kind: String) throws -> String {
    kind == "pytorch" ? "/usr/bin/python3" : try ProgramSupport.python()
  }

  @Test(arguments: ["plain", "scikit-learn", "pytorch"])
  func whatItWritesRunsAsItIs(kind: String) throws {
    let python = try interpreter(of: kind)
    let written = try rung("init", "new", "--kind", kind)
    #expect(written.status == 0, "\(text(written.errors))")
    let check = try rung("check", "new/study.yaml", python: python)
    #expect(check.status == 0 && text(check.output).contains("no mistakes"))
    // Fewer trials than in the file, which is what a user would change first.
    let study = try folder.read("new/study.yaml").replacing("trials: 64", with: "trials: 9")
    _ = try folder.write("new/study.yaml", study)
    let run = try rung("run", "new/study.yaml", "--slots", "3", "--quiet", python: python)
    #expect(run.status == 0, "\(text(run.errors))")
    let status = text(try rung("status", "new/study.rung").output)
    #expect(status.contains("9 (0 running") && status.contains("0 failed"), "\(status)")
    // Where promotions came in an unlucky order, one of nine trials gets as far as 27.
    let highest = status.split(separator: "\n").first { $0.hasPrefix("best at the highest rung") }
    #expect(
      highest?.hasSuffix("at epoch 9") == true || highest?.hasSuffix("at epoch 27") == true,
      "\(status)")
  }

  @Test(arguments: ["plain", "scikit-learn", "pytorch"])
  func whatItWritesRunsByHandToo(kind: String) throws {
    let python = try interpreter(of: kind)
    #expect(try rung("init", "new", "--kind", kind).status == 0)
    let script = try folder.read("new/train.py")
    let line = try #require(script.split(separator: "\n").first { $0.hasPrefix("By hand: ") })
    let words = line.dropFirst("By hand: python3 ".count).split(separator: " ").map(String.init)
    _ = try folder.write("new/rung.py", String(decoding: Resource.client, as: UTF8.self))
    let result = try runCommand([python] + words, in: folder.file("new"))
    #expect(result.status == 0, "\(text(result.errors))")
    #expect(text(result.output).split(separator: "\n").count >= 27, "\(text(result.output))")
  }

  @Test func nothingIsWrittenOver() throws {
    #expect(try rung("init").status == 0)
    _ = try folder.write("train.py", "mine")
    let again = try rung("init", "--kind", "pytorch")
    #expect(again.status == 64)
    #expect(
      text(again.errors)
        == "rung: 'study.yaml' is there already, and stays as it is; name another folder\n")
    #expect(try folder.read("train.py") == "mine")
  }

  @Test func aStudyInCIsBuiltAndRunsAsItIs() throws {
    let written = try rung("init", "new", "--kind", "c")
    #expect(written.status == 0, "\(text(written.errors))")
    let command = try #require(
      text(written.output).split(separator: "\n").first { $0.hasPrefix("  cc ") })
    #expect(try runCommand(["sh", "-c", String(command)], in: folder.path).status == 0)
    let hand = try runCommand(
      ["./train", "--learning_rate", "0.001", "--momentum", "0.9"], in: folder.file("new"))
    #expect(text(hand.output).split(separator: "\n").count == 27)
    let run = try rung("run", "new/study.yaml", "--slots", "3", "--quiet")
    #expect(run.status == 0, "\(text(run.errors))")
    let status = text(try rung("status", "new/study.rung").output)
    #expect(status.contains("64 (0 running") && status.contains("0 failed"), "\(status)")
    // Promoted trials go on from their checkpoints, as the program checks.
    #expect(status.contains("at epoch 27"))
  }

  /// Makes a file with another tool's own package.
  private func make(_ program: String) throws {
    let result = try runCommand([try ProgramSupport.python(), "-c", program], in: folder.path)
    #expect(result.status == 0, "\(text(result.errors))")
  }

  /// A study on a file's space runs to its end.
  private func runStudy(from file: String) throws -> String {
    let written = try rung("init", "new", "--from", file)
    #expect(written.status == 0, "\(text(written.errors))")
    let check = try rung("check", "new/study.yaml")
    #expect(check.status == 0, "\(text(check.errors))")
    let study = try folder.read("new/study.yaml")
    _ = try folder.write("new/study.yaml", study.replacing("trials: 64", with: "trials: 9"))
    let run = try rung("run", "new/study.yaml", "--slots", "3", "--quiet")
    #expect(run.status == 0, "\(text(run.errors))")
    return study
  }

  @Test func aSpaceOfConfigSpaceIsSearched() throws {
    try make(
      """
      from ConfigSpace import Categorical, ConfigurationSpace, EqualsCondition, Float
      from ConfigSpace import ForbiddenAndConjunction, ForbiddenEqualsClause, Integer
      space = ConfigurationSpace(seed=1)
      rate = Float("rate", (1e-4, 1e-1), log=True, default=1e-2)
      momentum = Float("momentum", (0.0, 0.99))
      depth = Integer("depth", (1, 5))
      optimizer = Categorical("optimizer", ["sgd", "adam"])
      space.add(rate, momentum, depth, optimizer)
      space.add(EqualsCondition(momentum, optimizer, "sgd"))
      space.add(ForbiddenAndConjunction(ForbiddenEqualsClause(optimizer, "adam"),
                                        ForbiddenEqualsClause(depth, 1)))
      space.to_json("space.json")
      """)
    let study = try runStudy(from: "space.json")
    #expect(study.contains("when: {optimizer: sgd}"))
    #expect(study.contains("not (") && study.contains("# the defaults"))
  }

  @Test func distributionsAndJournalsOfOptunaAreSearched() throws {
    try make(
      """
      import json
      import optuna
      from optuna.distributions import distribution_to_json
      def objective(trial):
          rate = trial.suggest_float("rate", 1e-4, 1e-1, log=True)
          trial.suggest_int("units", 8, 64, step=8)
          return rate + len(trial.suggest_categorical("kind", ["a", "b"]))
      storage = optuna.storages.JournalStorage(
          optuna.storages.journal.JournalFileBackend("optuna.log"))
      study = optuna.create_study(storage=storage, direction="maximize")
      study.optimize(objective, n_trials=3)
      distributions = study.trials[0].distributions
      with open("distributions.json", "w") as file:
          json.dump({name: distribution_to_json(value) for name, value in distributions.items()}, file)
      """)
    let journal = try runStudy(from: "optuna.log")
    #expect(journal.contains("goal: maximize"))
    _ = try runCommand(["rm", "-r", folder.file("new")])
    let distributions = try runStudy(from: "distributions.json")
    for study in [journal, distributions] {
      #expect(study.contains("rate: {min: 0.0001, max: 0.1, scale: log, type: real}"))
      #expect(study.contains("units: {min: 8, max: 64, step: 8, type: integer}"))
      #expect(study.contains("kind: {values: [a, b]}"))
    }
  }

  @Test func aSweepIsSearched() throws {
    _ = try folder.write(
      "sweep.yaml",
      """
      program: main.py
      method: random
      metric: {name: "val loss", goal: minimize}
      parameters:
        rate: {distribution: log_uniform_values, min: 1.0e-4, max: 0.1}
        batch: {values: [32, 64]}
        depth: {min: 1, max: 4}
      early_terminate: {type: hyperband, min_iter: 3}

      """)
    let study = try runStudy(from: "sweep.yaml")
    #expect(study.contains("algorithm: asha"))
    #expect(exists(folder.file("new/main.py")))
  }

  @Test func aFileThatIsNoSpaceIsSaid() throws {
    _ = try folder.write("other.json", "{\"a\": 1}")
    let result = try rung("init", "new", "--from", "other.json")
    #expect(result.status == 65)
    #expect(text(result.errors).hasPrefix("rung: other.json: it is no space that is known; give "))
    #expect(!exists(folder.file("new")))
  }

  /// Learning curves of six trials, with times, and a row that was cut short.
  private static let table = """
    config_id,lr,kind,status,val_acc_1,val_acc_2,val_acc_3,test_acc_3,elapsed_1,elapsed_2,elapsed_3
    0,0.0001,a,OK,0.1,0.2,0.3,0.31,1,2,3
    1,0.0002,a,OK,0.2,0.3,0.4,0.41,1,2,3
    2,0.001,b,OK,0.3,0.4,0.5,0.51,2,4,6
    3,0.002,b,OK,0.4,0.5,,,2,4,
    4,0.1,a,OK,0.5,nan,,,2,4,
    5,0.2,b,FAILED,,,,,,,
    """

  @Test(arguments: [false, true])
  func aTableOfCurvesIsSearched(compressed: Bool) throws {
    var table = try folder.write("curves.csv", Self.table + "\n")
    if compressed {
      _ = try runCommand(["gzip", table])
      table += ".gz"
    }
    let written = try rung("init", "new", "--from-table", table)
    #expect(written.status == 0, "\(text(written.errors))")
    #expect(text(written.errors).contains("'config_id' is not searched"))
    #expect(!exists(folder.file("new/train.py")))
    let study = try folder.read("new/study.yaml")
    for line in [
      "metric: {name: val_acc, goal: maximize}", "fidelity: {name: epoch, min: 1, max: 3}",
      "  lr: {values: [0.0001, 0.0002, 0.001, 0.002, 0.1]}", "  kind: {values: [a, b]}",
      "  metric: \"val_acc_{epoch}\"", "  elapsed: \"elapsed_{epoch}\"",
      "  where: {\"status\": \"OK\"}",
    ] {
      // The row that 'where' leaves out has a learning rate of its own.
      let wanted = line.replacing("0.1]", with: "0.1, 0.2]")
      #expect(study.contains(wanted + "\n"), "\(wanted)")
    }
    let check = try rung("check", "new/study.yaml")
    #expect(check.status == 0, "\(text(check.errors))")
    let run = try rung("simulate", "new/study.yaml", "--slots", "2", "--json")
    #expect(run.status == 0, "\(text(run.errors))")
    #expect(text(run.output).contains("\"best_value\" : 0.5"))
  }

  @Test func aTableBesideTheStudyIsNamedAloneAndNothingIsWrittenOver() throws {
    _ = try folder.write("curves.csv", Self.table + "\n")
    let written = try rung("init", "--from-table", "curves.csv", "--json")
    #expect(text(written.output).contains("\"study\" : \"study.yaml\""))
    #expect(!text(written.output).contains("script"))
    #expect(try folder.read("study.yaml").contains("  file: \"curves.csv\"\n"))
    #expect(try rung("simulate", "study.yaml", "--slots", "1").status == 0)
    #expect(try rung("init", "--from-table", "curves.csv").status == 64)
    #expect(try rung("init", "x", "--from-table", "curves.csv", "--from", "y").status == 64)
  }

  @Test func aTableWithoutCurvesIsSaid() throws {
    _ = try folder.write("other.csv", "a,b\n1,2\n")
    let result = try rung("init", "new", "--from-table", "other.csv")
    #expect(result.status == 65)
    #expect(text(result.errors).hasPrefix("rung: other.csv: no columns look like a learning curve"))
    _ = try folder.write("gap.csv", "x,acc_1,acc_2\n1,,2\n")
    let gap = try rung("init", "new", "--from-table", "gap.csv")
    #expect(gap.status == 0)
    #expect(text(gap.errors).contains("'rung simulate' will want a change: gap.csv:2: column"))
  }
}
