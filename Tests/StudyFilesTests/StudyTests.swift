import StudyFiles
import StudyModel
import TestSupport
import Testing

@Suite struct StudyTests {
  @Test func theDocumentedExampleLoads() throws {
    let read = try readStudy(exampleStudy, file: "digits.yaml")
    let study = read.value
    #expect(read.warnings.isEmpty)
    #expect(study.name == "digits-mlp")
    #expect(study.metric == Metric(name: "val_accuracy", goal: .maximize))
    #expect(study.fidelity == Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(81)))
    #expect(
      study.space.parameters == [
        Parameter(
          name: "learning_rate", domain: .real(low: 1e-4, high: 0.1, step: nil, log: true)),
        Parameter(name: "width", domain: .integer(low: 8, high: 64, step: 8, log: false)),
        Parameter(name: "hidden", domain: .integer(low: 16, high: 1024, step: 1, log: true)),
        Parameter(
          name: "batch_size", domain: .ordinal([.integer(32), .integer(64), .integer(128)])),
        Parameter(name: "optimizer", domain: .categorical([.word("sgd"), .word("adam")])),
        Parameter(
          name: "momentum", domain: .real(low: 0, high: 0.99, step: nil, log: false),
          conditions: [.init(parameter: "optimizer", values: [.word("sgd")])]),
        Parameter(
          name: "cell", domain: .categorical([.word("none"), .word("skip"), .word("conv3x3")]),
          isArchitecture: true),
        Parameter(name: "activation", domain: .constant(.word("relu"))),
      ])
    #expect(study.space.constraints == [try Expression("width * batch_size <= 8192")])
    #expect(
      study.points == [Configuration([("learning_rate", .real(0.01)), ("width", .integer(32))])])
    #expect(study.algorithm == Algorithm())
    #expect(
      study.trial
        == TrialSettings(
          command: ["python3", "train.py"], gpus: 1, cpus: 4, memoryMiB: 8192, arguments: .append,
          directory: .study, checkpointEvery: 5, silence: .seconds(1800), retries: 2))
    #expect(
      study.environment
        == EnvironmentSettings(
          modules: ["CUDA/12"], activate: ".venv",
          variables: [.init(name: "NCCL_DEBUG", value: "WARN")]))
    #expect(study.slurm == SlurmSettings(account: "proj", partition: "dc-gpu", qos: "normal"))
    var stop = StopRules()
    stop.trials = 128
    #expect(study.stop == stop)
    #expect(study.baseline == 0.902)
    #expect(study.seed == 1)
    #expect(
      study.table
        == TableSettings(
          file: "curves.csv.gz", metrics: ["val_acc_{epoch}"],
          time: .elapsed("elapsed_seconds_{epoch}")))
  }

  @Test func whichCPUsATrialMayUseIsRead() throws {
    func affinity(_ keys: String) throws -> TrialSettings.Affinity? {
      let text = StudyParts("trial: {command: [./train]\(keys)}").text
      return try readStudy(text, file: "s.yaml").value.trial.affinity
    }
    #expect(try affinity("") == nil)
    #expect(try affinity(", cpus: 4") == nil)
    #expect(try affinity(", cpus: 4, affinity: share") == .share)
    #expect(try affinity(", affinity: none") == .unbound)
    #expect(try affinity(", affinity: cores") == .cores)
  }

  @Test func whatIsLeftOutHasDefaults() throws {
    let study = try readStudy(StudyParts("name").text, file: "dir/my-study.yaml").value
    #expect(study.name == "my-study")
    #expect(study.trial == TrialSettings(command: ["./train"]))
    #expect(study.algorithm == Algorithm())
    #expect(study.environment == EnvironmentSettings())
    #expect(study.slurm == SlurmSettings())
    #expect(study.points.isEmpty)
    #expect(study.seed == 0)
    #expect(study.baseline == nil)
    #expect(study.table == nil)
  }

  @Test func aFileWhoseNameDoesNotDoNeedsAName() {
    let text = StudyParts("name").text
    let error = #expect(throws: StudyFileError.self) { try readStudy(text, file: "my study.yaml") }
    #expect(
      error?.description == """
        my study.yaml:1: 'name' is missing, and the file's own, 'my study', does not do; \
        write for example 'name: digits-mlp'
        """)
  }

  @Test func nullMeansLeftOut() throws {
    let text = StudyParts(
      "points: null", "constraints: ~", "table:", "trial: {command: [./t], memory: null}"
    ).text
    let study = try readStudy(text, file: "s.yaml").value
    #expect(study.trial.memoryMiB == nil)
    #expect(study.table == nil)
  }

  @Test func severalMistakesAreReportedTogetherByLine() {
    let text = """
      name: digits mlp
      metric: {name: val_accuracy, goal: maximise}
      fidelity: {min: 0, max: 81}
      parameters:
        learning_rate: {min: 0, max: 0.1, scale: log}
        width: {min: 64, max: 8}
        width: {min: 8, max: 64}
      epochs: 3
      stop: {trails: 3}
      """
    let error = #expect(throws: StudyFileError.self) { try readStudy(text, file: "a/s.yaml") }
    #expect(
      error?.description == """
        a/s.yaml:1: 'trial' is missing; write for example 'trial: {command: [python3, train.py]}'
        a/s.yaml:1: 'digits mlp' cannot be the name of a study; write letters, digits, '-', '_' \
        and '.', beginning with a letter, a digit or '_'
        a/s.yaml:2: 'metric.goal' is 'maximise'; write 'maximize'
        a/s.yaml:3: 'fidelity.min' is '0'; write a whole number, at least 1
        a/s.yaml:5: 'parameters.learning_rate' has a log scale and the min 0, but only numbers \
        above 0 have a logarithm; write a min above 0, such as 1e-4
        a/s.yaml:6: 'parameters.width' has the min 64 above the max 8; write 'min: 8, max: 64'
        a/s.yaml:7: the key 'width' is given twice, first in line 6; remove one
        a/s.yaml:8: unknown key 'epochs'; write 'fidelity: {max: 81}'
        a/s.yaml:9: unknown key 'trails' in 'stop'; write 'trials'
        """)
  }

  @Test func theDescriptionOfAMistakeInTheWholeFileHasNoLine() {
    #expect(mistakes("").description.contains("1: the file is empty"))
    let mistake = Mistake(file: "s.yaml", line: 0, column: 0, message: "it burns; put it out")
    #expect(mistake.description == "s.yaml: it burns; put it out")
  }

  @Test func algorithmsHaveSettings() throws {
    let text = StudyParts("algorithm: {name: asha, eta: 4, type: stopping, brackets: 2}").text
    #expect(
      try readStudy(text, file: "s.yaml").value.algorithm
        == .halving(eta: 4, .stopping, brackets: 2))
    let random = StudyParts("algorithm: {name: random}").text
    #expect(try readStudy(random, file: "s.yaml").value.algorithm.name == .random)
  }

  /// What comes after all samples never comes where there is no last one.
  @Test func samplesComeFirstOnlyWhereTheyAreCounted() throws {
    let text = """
      metric: {name: loss, goal: minimize}
      fidelity: {max: 9}
      parameters: {lr: {min: 0.1, max: 1.0}}
      trial: {command: [./train]}
      algorithm: {name: asha, first: samples}
      stop:
      """
    #expect(
      try readStudy(text + " {trials: 9, started: 9}", file: "s.yaml").value.algorithm.schedule
        .first
        == .samples)
    #expect(
      mistakes(text + " {started: 9}") == [
        "5: 'algorithm.first' is 'samples', but nothing says how many there are, so that no trial would ever "
          + "be promoted; write for example 'stop: {trials: 128}'"
      ])
    let grid = text.replacing("{name: asha,", with: "{scheduler: asha, searcher: grid,")
    #expect(mistakes(grid + " {started: 9}").isEmpty)
  }

  @Test func fidelityTakesLevels() throws {
    let text = StudyParts("fidelity: {name: steps, levels: [12, 200]}").text
    #expect(
      try readStudy(text, file: "s.yaml").value.fidelity
        == Fidelity(name: "steps", levels: [Budget(12), Budget(200)]))
  }

  @Test func everyStopRuleIsRead() throws {
    let text = StudyParts(
      "stop: {trials: 1, started: 2, reports: 3, wallclock: 24:00:00, gpu-hours: 1.5, target: 1}"
    ).text
    let stop = try readStudy(text, file: "s.yaml").value.stop
    #expect(stop.trials == 1)
    #expect(stop.started == 2)
    #expect(stop.reports == 3)
    #expect(stop.wallclock == .seconds(86_400))
    #expect(stop.gpuHours == 1.5)
    #expect(stop.target == 1)
  }

  @Test func textsAreTakenAsWritten() throws {
    let text = StudyParts(
      "name: 2026", "trial: {command: [python3, --epochs, 010, --x, 1e3, --y, true, '']}",
      "environment: {modules: [3.10], variables: {A: 1, B: on, C: '', D: 0x1F}}",
      "slurm: {account: 12345}"
    ).text
    let study = try readStudy(text, file: "s.yaml").value
    #expect(study.name == "2026")
    #expect(
      study.trial.command == ["python3", "--epochs", "010", "--x", "1e3", "--y", "true", ""])
    #expect(study.environment.modules == ["3.10"])
    #expect(study.environment.variables.map(\.value) == ["1", "on", "", "0x1F"])
    #expect(study.slurm.account == "12345")
  }

  @Test func placeholdersNameParameters() throws {
    let text = StudyParts("trial: {command: [./t, '--w={width}', '{{\"a\": {act}}', '}']}").text
    #expect(
      try readStudy(text, file: "s.yaml").value.trial.command
        == ["./t", "--w={width}", "{{\"a\": {act}}", "}"])
  }

  @Test func aStudyOfATableNeedsNeitherParametersNorATrial() throws {
    let text = StudyParts(
      "parameters", "trial",
      "table: {file: a.csv, metric: 'a_{epoch}', parameters: {lr: rate}, where: {status: OK, n: 1}}"
    ).text
    let study = try readStudy(text, file: "s.yaml").value
    #expect(study.space.parameters.isEmpty)
    #expect(study.trial.command.isEmpty)
    #expect(study.table?.time == .unit)
    #expect(study.table?.parameters == ["lr": "rate"])
    #expect(study.table?.rows == ["status": "OK", "n": "1"])
  }

  @Test(arguments: [
    ("elapsed: 'e_{epoch}'", TableSettings.Time.elapsed("e_{epoch}")),
    ("seconds: '{epoch}s'", .seconds("{epoch}s")),
    ("seconds_per_step: s", .secondsPerStep("s")),
  ])
  func aTableTakesItsTimeFromColumns(field: String, time: TableSettings.Time) throws {
    let text = StudyParts("table: {file: a.csv, metric: 'a_{epoch}', \(field)}").text
    #expect(try readStudy(text, file: "s.yaml").value.table?.time == time)
  }
}
