import StudyFiles
import StudyModel
import Testing

/// `trial.stage`: what is carried to the nodes.
@Suite struct StageTests {
  private func stage(_ stage: String) throws -> [StagedItem] {
    let read = try readStudy(
      StudyParts("trial: {command: [./train], stage: \(stage)}").text, file: "s.yaml")
    #expect(read.warnings.isEmpty)
    return read.value.trial.stage
  }

  @Test func whatIsStagedHasAPathAndAPlace() throws {
    #expect(
      try stage(
        "[{from: data/digits.h5, to: node}, {from: /shared/images/, to: memory}, {from: x}]")
        == [
          StagedItem(from: "data/digits.h5", to: .node),
          StagedItem(from: "/shared/images/", to: .memory), StagedItem(from: "x", to: .node),
        ])
    #expect(try stage("null") == [])
  }

  @Test func itsNameIsTheLastPartOfItsPath() {
    let names = ["a", "a/b", "/a/b/", "..", "a/..", "/", "", ".", "a/...", "a//b//"]
    #expect(
      names.map { StagedItem(from: $0).name } == ["a", "b", "b", "", "", "", "", "", "...", "b"])
    #expect(StagedItem(from: "a/b").path(in: "/s") == "/s/a/b")
    #expect(StagedItem(from: "/a/b").path(in: "/s") == "/a/b")
  }
}
