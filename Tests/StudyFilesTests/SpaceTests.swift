import StudyFiles
import StudyModel
import Testing

@Suite struct SpaceTests {
  @Test(arguments: ReadyMadeSpace.allCases)
  func aReadyMadeSpaceStandsForItsParameters(space: ReadyMadeSpace) throws {
    let text = StudyParts("parameters", "space: \(space.rawValue)").text
    let study = try readStudy(text, file: "s.yaml").value
    #expect(study.space.parameters == space.parameters)
  }

  @Test func ownParametersComeAfterAndMayDependOnIt() throws {
    let text = StudyParts(
      "space: nas-bench-201",
      """
      parameters:
        learning_rate: {min: 1.0e-4, max: 0.1, scale: log}
        momentum: {min: 0.0, max: 0.9, when: {op_1_0: [none, skip_connect]}}
      """,
      "constraints: [op_1_0 != op_2_0 or learning_rate < 0.01]",
      "points: [{op_1_0: none, op_2_0: avg_pool_3x3, momentum: 0.5}]"
    ).text
    let study = try readStudy(text, file: "s.yaml").value
    let ready = ReadyMadeSpace.nasBench201.parameters
    #expect(study.space.parameters.count == 8)
    #expect(Array(study.space.parameters.prefix(6)) == ready)
    #expect(
      study.space.parameters.last?.conditions == [
        .init(parameter: "op_1_0", values: [.word("none"), .word("skip_connect")])
      ])
    #expect(study.points.count == 1)
  }

  @Test func aPointThatBreaksAConstraintIsAMistakeAtItsLine() {
    let text = StudyParts(
      "parameters", "space: resnet50-widths", "constraints: [stage_1 <= stage_2]",
      """
      points:
        - {stage_1: 64, stage_2: 64, stage_3: 128, stage_4: 256}
        - {stage_1: 128, stage_2: 64, stage_3: 64, stage_4: 64}
      """
    ).text
    #expect(
      mistakes(text) == [
        """
        10: this point breaks the constraint 'stage_1 <= stage_2' with stage_1 = 128, \
        stage_2 = 64; write one that keeps it
        """
      ])
  }
}
