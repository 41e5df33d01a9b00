import Testing

@testable import StudyModel

@Suite struct NearestWordTests {
  @Test(arguments: [
    ("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("ab", "ba", 1), ("same", "same", 0),
    ("trails", "trials", 1),
  ])
  func distancesAreThoseOfOptimalStringAlignment(left: String, right: String, distance: Int) {
    #expect(editDistance(Array(left), Array(right)) == distance)
    #expect(editDistance(Array(right), Array(left)) == distance)
  }

  @Test func aWordFarFromAllIsLeftAlone() {
    #expect(nearestWord(to: "zebra", among: ["name", "metric"]) == nil)
    #expect(nearestWord(to: "y", among: ["x"]) == nil)
    #expect(nearestWord(to: String(repeating: "a", count: 100), among: ["a"]) == nil)
  }

  @Test func aBeginningIsEnough() {
    #expect(nearestWord(to: "jureka", among: ["lumi-g", "jureca-dc"]) == "jureca-dc")
    #expect(
      nearestWord(to: "successive", among: ["asha", "successive-halving"]) == "successive-halving")
    #expect(nearestWord(to: "su", among: ["supermuc-ng"]) == nil)
  }

  @Test func capitalsDoNotCount() {
    #expect(nearestWord(to: "ASHA", among: ["random", "asha"]) == "asha")
  }

  @Test func theRemedyNamesTheNearestWordAndAllOthers() {
    #expect(correction(of: "gpuu", known: ["cpu", "gpu"]) == "write 'gpu', or another of cpu, gpu")
    #expect(correction(of: "big", known: ["cpu", "gpu"]) == "write one of cpu, gpu")
    #expect(correction(of: "big", known: ["cpu"]) == "write 'cpu'")
  }
}
