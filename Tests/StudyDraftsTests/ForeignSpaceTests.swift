import StudyDrafts
import StudyFiles
import StudyModel
import Testing

struct ForeignSpaceTests {
  /// The study of a text, read again as a user's would be.
  private func study(on space: ForeignSpace) throws -> Study {
    try readStudy(studyText(on: space, from: "a file"), file: "study.yaml").value
  }

  @Test func configSpacesParametersConditionsAndClausesAreTaken() throws {
    let space = try ForeignSpace(
      reading: """
        {"name": "s", "hyperparameters": [
          {"type": "uniform_float", "name": "momentum", "lower": 0.0, "upper": 0.99, "default_value": 0.5,
           "log": false},
          {"type": "uniform_float", "name": "rate", "lower": 0.0001, "upper": 1, "default_value": 0.01,
           "log": true},
          {"type": "uniform_int", "name": "width", "lower": 16, "upper": 1024, "log": true,
           "default_value": 128},
          {"type": "uniform_int", "name": "depth", "lower": 1, "upper": 5, "log": false,
           "default_value": 3},
          {"type": "categorical", "name": "kind", "choices": ["sgd", "true", "1"], "weights": null,
           "default_value": "sgd"},
          {"type": "categorical", "name": "flag", "choices": [true, false], "default_value": true},
          {"type": "ordinal", "name": "batch", "sequence": [64, 32, 128], "default_value": 32},
          {"type": "constant", "name": "classes", "value": 10},
          {"type": "normal_float", "name": "decay", "mu": 0.001, "sigma": 0.1, "lower": 0.0,
           "upper": 0.01, "default_value": 0.001, "log": false}],
         "conditions": [
          {"type": "EQ", "child": "momentum", "parent": "kind", "value": "sgd"},
          {"type": "AND", "child": "decay", "conditions": [
            {"type": "GT", "child": "decay", "parent": "depth", "value": 2},
            {"type": "NEQ", "child": "decay", "parent": "kind", "value": "1"}]}],
         "forbiddens": [
          {"type": "AND", "clauses": [{"type": "EQUALS", "name": "kind", "value": "sgd"},
                                      {"type": "IN", "name": "depth", "values": [1, 2]}]},
          {"type": "RELATION_GT", "left": "depth", "right": "width"}], "format_version": 0.4}
        """)
    #expect(space.tool == .configSpace)
    let study = try study(on: space)
    #expect(study.space.parameters == space.parameters)
    #expect(
      study.space.parameters.map(\.name) == [
        "rate", "width", "depth", "kind", "momentum", "flag", "batch", "classes", "decay",
      ])
    func parameter(_ name: String) throws -> Parameter {
      try #require(study.space.parameters.first { $0.name == name })
    }
    #expect(
      try parameter("momentum").conditions == [.init(parameter: "kind", values: [.word("sgd")])])
    #expect(
      try parameter("decay").conditions == [
        .init(parameter: "depth", values: [.integer(3), .integer(4), .integer(5)]),
        .init(parameter: "kind", values: [.word("sgd"), .word("true")]),
      ])
    #expect(
      try parameter("batch").domain == .ordinal([.integer(32), .integer(64), .integer(128)]))
    #expect(
      try parameter("kind").domain == .categorical([.word("sgd"), .word("true"), .word("1")]))
    #expect(study.space.constraints.count == 2)
    #expect(
      space.notes == [
        "'decay' is drawn uniformly between its bounds, not as 'normal_float'"
      ])
    let point = try #require(study.points.first)
    #expect(point["rate"] == .real(0.01) && point["momentum"] == .real(0.5))
    #expect(point["classes"] == nil)
  }

  @Test func optunasDistributionsAreTakenInEachOfTheirForms() throws {
    let space = try ForeignSpace(
      reading: #"""
        {"rate": {"name": "FloatDistribution",
                  "attributes": {"low": 1e-05, "high": 0.1, "log": true, "step": null}},
         "units": "{\"name\": \"IntDistribution\", \"attributes\": {\"low\": 8, \"high\": 64, \"log\": false, \"step\": 8}}",
         "old": {"name": "LogUniformDistribution", "attributes": {"low": 0.1, "high": 10.0}},
         "short": {"type": "float", "low": 0, "high": 1, "step": 0.25},
         "kind": {"name": "CategoricalDistribution", "attributes": {"choices": ["a b", true, 3]}}}
        """#)
    #expect(space.tool == .optuna)
    #expect(
      space.parameters.map(\.domain) == [
        .real(low: 1e-5, high: 0.1, step: nil, log: true),
        .integer(low: 8, high: 64, step: 8, log: false),
        .real(low: 0.1, high: 10, step: nil, log: true),
        .real(low: 0, high: 1, step: 0.25, log: false),
        .categorical([.word("a b"), .truth(true), .integer(3)]),
      ])
    #expect(try study(on: space).space.parameters == space.parameters)
  }

  @Test func aSweepsParametersMetricMethodAndProgramAreTaken() throws {
    let space = try ForeignSpace(
      reading: """
        program: main.py
        method: bayes
        metric: {name: val_loss, goal: maximize}
        parameters:
          rate: {distribution: log_uniform_values, min: 1.0e-4, max: 0.1}
          batch: {values: [128, 32]}
          depth: {min: 1, max: 4}
          drop: {min: 0.0, max: 0.5}
          step: {distribution: q_uniform, min: 0, max: 1, q: 0.25}
          exponent: {distribution: log_uniform, min: 0, max: 1}
          seed: {value: 7}
          optimizer: {parameters: {kind: {values: [sgd, adam]}}}
        early_terminate: {type: hyperband, min_iter: 3}
        """)
    #expect(space.tool == .sweep)
    #expect(space.metric == Metric(name: "val_loss", goal: .maximize))
    #expect(space.algorithm == .bohb)
    #expect(space.program == ["python3", "main.py"])
    #expect(
      space.parameters.map(\.name) == [
        "rate", "batch", "depth", "drop", "step", "exponent", "seed", "optimizer.kind",
      ])
    #expect(space.parameters[2].domain == .integer(low: 1, high: 4, step: 1, log: false))
    #expect(space.parameters[4].domain == .real(low: 0, high: 1, step: 0.25, log: false))
    guard case .real(1, let high, nil, true) = space.parameters[5].domain else {
      Issue.record("\(space.parameters[5].domain)")
      return
    }
    #expect(abs(high - 2.718281828) < 1e-6)
    let study = try study(on: space)
    #expect(study.space.parameters == space.parameters)
    #expect(study.trial.command == ["python3", "main.py"])
  }

  @Test(arguments: [
    ("{}", ForeignSpaceError.unknown), ("[1, 2]", .unknown),
    (#"{"hyperparameters": []}"#, .empty),
    (
      #"{"hyperparameters": [{"type": "normal_float", "name": "x", "mu": 0, "sigma": 1}]}"#,
      .parameter("x", "it has no 'lower' and 'upper', without which Rung cannot search it")
    ),
    (
      #"{"hyperparameters": [{"type": "odd", "name": "x"}]}"#,
      .parameter("x", "type 'odd' is none that Rung knows of ConfigSpace's")
    ),
    ("parameters: {x: {}}", .parameter("x", "it has neither 'values' nor 'min' and 'max'")),
  ])
  func whatCannotBeReadIsSaid(text: String, error: ForeignSpaceError) {
    #expect(throws: error) { try ForeignSpace(reading: text) }
  }

  @Test func aTextThatIsNoYAMLIsSaid() {
    #expect(throws: ForeignSpaceError.self) { try ForeignSpace(reading: "{a: [}") }
  }

  @Test func hostileNamesAndValuesStayWhatTheyAre() throws {
    let words = ["no", "~", "null", "1e5", " a", "a: b", "#x", "- y", "\"q\"", "it's", "ä"]
    let choices = words.map { word in
      "\"" + word.unicodeScalars.map { "\\u00\(hexadecimal($0.value))" }.joined() + "\""
    }
    let space = try ForeignSpace(
      reading: "{\"hyperparameters\": [{\"type\": \"categorical\", \"name\": \"kind\", "
        + "\"choices\": [\(choices.joined(separator: ", "))]}]}")
    #expect(space.parameters[0].domain == .categorical(words.map { .word($0) }))
    #expect(try study(on: space).space.parameters == space.parameters)
  }

  private func hexadecimal(_ number: UInt32) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 2 - digits.count) + digits
  }
}
