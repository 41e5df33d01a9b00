import StudyFiles
import StudyModel
import Testing

@Suite struct ParameterTests {
  @Test(arguments: [
    ("{min: 1, max: 9}", Parameter.Domain.integer(low: 1, high: 9, step: 1, log: false)),
    ("{min: -9, max: 010}", .integer(low: -9, high: 10, step: 1, log: false)),
    ("{min: 1, max: 9.0}", .real(low: 1, high: 9, step: nil, log: false)),
    ("{min: 1e0, max: 9}", .real(low: 1, high: 9, step: nil, log: false)),
    ("{min: 0, max: 1, step: 0.25}", .real(low: 0, high: 1, step: 0.25, log: false)),
    ("{min: 1, max: 9, type: real}", .real(low: 1, high: 9, step: nil, log: false)),
    ("{min: 1.0, max: 9e0, type: integer}", .integer(low: 1, high: 9, step: 1, log: false)),
    ("{min: 1, max: 9, scale: log, type: real}", .real(low: 1, high: 9, step: nil, log: true)),
    (
      "{min: 1, max: 9, scale: log, type: integer}", .integer(low: 1, high: 9, step: 1, log: true)
    ),
    ("{min: 1, max: 9, scale: linear}", .integer(low: 1, high: 9, step: 1, log: false)),
    ("{values: [3, 1, 2]}", .ordinal([.integer(1), .integer(2), .integer(3)])),
    ("{values: [1, 0.5]}", .ordinal([.real(0.5), .real(1)])),
    ("{values: [1, 2], type: real}", .ordinal([.real(1), .real(2)])),
    ("{values: [1.0, 2e0], type: integer}", .ordinal([.integer(1), .integer(2)])),
    ("{values: [no, yes]}", .categorical([.word("no"), .word("yes")])),
    ("{values: [true, false]}", .categorical([.truth(true), .truth(false)])),
    ("{values: [1, auto]}", .categorical([.integer(1), .word("auto")])),
    ("{values: ['1', '2']}", .categorical([.word("1"), .word("2")])),
    ("{values: [only]}", .categorical([.word("only")])),
    ("{value: 1e-3}", .constant(.real(0.001))),
    ("{value: 5}", .constant(.integer(5))),
    ("{value: 5, type: real}", .constant(.real(5))),
    ("{value: on}", .constant(.word("on"))),
    ("{value: 24:00:00}", .constant(.word("24:00:00"))),
  ])
  func domainsAreReadByTheRules(text: String, domain: Parameter.Domain) throws {
    let study = try readStudy(StudyParts("parameters: {x: \(text)}").text, file: "s.yaml").value
    #expect(study.space.parameters.map(\.domain) == [domain])
  }

  @Test func aParameterMayNameALaterOneInItsConditions() throws {
    let text = StudyParts(
      "parameters: {a: {value: 1, when: {b: [2, 4], c: true}}, b: {min: 1, max: 4}, "
        + "c: {values: [true, false]}}"
    ).text
    let parameters = try readStudy(text, file: "s.yaml").value.space.parameters
    #expect(parameters.map(\.name) == ["b", "c", "a"])
    #expect(
      parameters[2].conditions == [
        .init(parameter: "b", values: [.integer(2), .integer(4)]),
        .init(parameter: "c", values: [.truth(true)]),
      ])
  }

  @Test func conditionsTakeTheTypeOfTheOtherParameter() throws {
    let text = StudyParts(
      "parameters: {a: {value: 1, when: {b: 1}}, b: {values: [0.5, 1.0]}}"
    ).text
    let parameters = try readStudy(text, file: "s.yaml").value.space.parameters
    #expect(parameters[1].conditions[0].values == [.real(1)])
  }

  @Test(arguments: ["lr", "_x", "model.lr", "optimizer/name", "batch-size", "Ünicode", "9x", "a b"])
  func namesFitACommandLine(name: String) {
    let found = mistakes(StudyParts("parameters: {\(name): {value: 1}}").text)
    #expect(found.isEmpty == !["Ünicode", "9x", "a b"].contains(name))
  }

  @Test func warningsNameWhatIsProbablyNotMeant() throws {
    let text = StudyParts(
      """
      parameters:
        dropout: {min: 0, max: 1}
        hidden: {min: 16, max: 1024, scale: log}
        width: {min: 8, max: 63, step: 8}
        rate: {min: 0.0, max: 1.0, step: 0.4}
        flag: {min: 0, max: 1, type: integer}
        real: {min: 1, max: 10, scale: log, type: real}
        good: {min: 0.0, max: 1.0, step: 0.1}
        mixed: {min: 1, max: 10.0, scale: log}
      """
    ).text
    #expect(
      try warnings(text) == [
        """
        5: 'dropout' is an integer that is 0 or 1; write 'min: 0.0, max: 1.0' for a real number, \
        or 'type: integer'
        """,
        """
        6: 'hidden' is a real number from 16 to 1024, because of its log scale; write \
        'type: integer' for an integer, or 'type: real'
        """,
        "7: no step of 'width' ends at its max 63; write 'max: 56', where the last one does",
        "8: no step of 'rate' ends at its max 1.0; write 'max: 0.8', where the last one does",
      ])
  }

  @Test func tooManyParametersAreRefused() {
    let many = (0...1000).map { "x\($0): {value: 1}" }.joined(separator: ", ")
    #expect(
      mistakes(StudyParts("parameters: {\(many)}").text)
        == ["4: 'parameters' has more than 1000 items; write fewer"])
  }

  @Test func aLongChainOfConditionsIsNoCircle() throws {
    let chain = (0..<199).map { "x\($0): {value: 1, when: {x\($0 + 1): 1}}" }
    let text = StudyParts("parameters: {\(chain.joined(separator: ", ")), x199: {value: 1}}").text
    #expect(try readStudy(text, file: "s.yaml").value.space.parameters.first?.name == "x199")
  }
}

@Suite struct PointTests {
  private let parameters = """
    parameters:
      lr: {min: 0.0, max: 1.0}
      width: {min: 8, max: 64, step: 8}
      opt: {values: [sgd, adam]}
      momentum: {min: 0.0, max: 0.9, when: {opt: sgd}}
      kind: {value: mlp}
      depth: {min: 1, max: 3, when: {kind: mlp}}
      heads: {min: 1, max: 3, when: {kind: cnn}}
    constraints: [width * lr <= 32]
    """

  private func study(points: String) -> String {
    // `heads` can never be active, so its condition must name a value that `kind` has.
    StudyParts(parameters.replacing("kind: cnn", with: "opt: adam"), "points: \(points)").text
  }

  @Test func aPointMayLeaveParametersOut() throws {
    let text = study(points: "[{}, {lr: 1}, {opt: sgd, momentum: 0, depth: 2, kind: mlp}]")
    #expect(
      try readStudy(text, file: "s.yaml").value.points == [
        Configuration(),
        Configuration([("lr", .real(1))]),
        Configuration([
          ("opt", .word("sgd")), ("momentum", .real(0)), ("depth", .integer(2)),
          ("kind", .word("mlp")),
        ]),
      ])
  }

  @Test func aCompletePointConforms() throws {
    let text = study(
      points: "[{lr: 0.5, width: 32, opt: adam, kind: mlp, depth: 1, heads: 2}]")
    let study = try readStudy(text, file: "s.yaml").value
    #expect(study.space.conforming(study.points[0]) == study.points[0])
  }

  @Test(arguments: [
    (
      "{momentum: 0.5}",
      """
      parameter 'momentum' needs 'opt' to be 'sgd', which here is not set; \
      set 'opt' to it, or remove 'momentum'
      """
    ),
    (
      "{momentum: 0.5, opt: adam}",
      """
      parameter 'momentum' needs 'opt' to be 'sgd', which here is 'adam'; \
      set 'opt' to it, or remove 'momentum'
      """
    ),
    ("{width: 30}", "'30' is no value of 'width'; write a whole number from 8 to 64 in steps of 8"),
    ("{lr: 2}", "'2' is no value of 'lr'; write a number from 0.0 to 1.0"),
    ("{lr: high}", "'high' is no value of 'lr'; write a number from 0.0 to 1.0"),
    ("{kind: cnn}", "'cnn' is no value of 'kind'; write 'mlp'"),
    (
      "{lr: 1, width: 64}",
      """
      this point breaks the constraint 'width * lr <= 32' with width = 64, lr = 1.0; \
      write one that keeps it
      """
    ),
  ])
  func aPointSaysWhichParameterIsWrongAndWhy(point: String, message: String) {
    #expect(mistakes(study(points: "[\(point)]")) == ["15: \(message)"])
  }
}
