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
    #expect(status.contains("at epoch 9"))
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
}
