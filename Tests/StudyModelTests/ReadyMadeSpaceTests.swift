import StudyModel
import Testing

struct ReadyMadeSpaceTests {
  private func space(_ name: String) throws -> SearchSpace {
    SearchSpace(parameters: try #require(ReadyMadeSpace(rawValue: name)).parameters)
  }

  @Test(arguments: [
    ("nats-bench-size", 32_768), ("nas-bench-201", 15_625), ("resnet50-widths", 256),
  ])
  func benchmarksHaveTheSizesThatTheirAuthorsState(name: String, count: Int) throws {
    let space = try space(name)
    #expect(space.countBound == count)
    #expect(space.parameters.allSatisfy { $0.isArchitecture })
  }

  @Test func aTabularNetworkIsOf37Decisions() throws {
    let parameters = try space("agebo-tabular").parameters
    let architecture = parameters.filter(\.isArchitecture)
    #expect(architecture.count == 37)
    #expect(architecture.count { $0.domain.count == 391 } == 10)
    #expect(architecture.count { $0.domain.count == 2 } == 27)
    #expect(
      architecture.map(\.name).filter { $0.hasPrefix("skip") }.suffix(6) == [
        "skip_6_10", "skip_7_10", "skip_8_10", "skip_7_output", "skip_8_output", "skip_9_output",
      ])
    #expect(
      architecture.prefix(6).map(\.name) == [
        "layer_1", "layer_2", "skip_input_2", "layer_3", "skip_input_3", "skip_1_3",
      ])
    #expect(
      parameters.filter { !$0.isArchitecture }.map(\.name) == [
        "batch_size", "learning_rate", "optimizer", "patience_plateau", "patience_stopping",
      ])
  }

  @Test func layersAreFrom50To1975UnitsWide() throws {
    let space = try space("agebo-tabular")
    let first = try #require(space.parameter(named: "layer_1"))
    guard case .categorical(let types) = first.domain else {
      Issue.record("\(first.domain)")
      return
    }
    #expect(Set(types).count == 391)
    #expect(types.prefix(2) == [.word("identity"), .word("dense_50_identity")])
    #expect(types.last == .word("dense_1975_sigmoid"))
  }

  @Test(arguments: ReadyMadeSpace.allCases)
  func namesAreDistinctAndInOrder(space: ReadyMadeSpace) {
    let names = space.parameters.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(SearchSpace.ordered(space.parameters) == space.parameters)
  }
}
