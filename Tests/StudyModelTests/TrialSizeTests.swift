import StudyModel
import Testing

/// Sizes of trials as numbers and as text.
struct TrialSizeTests {
  @Test(arguments: [
    (0.0, 0, 1), (1, 1, 1), (4, 4, 1), (0.5, 1, 2), (0.25, 1, 4), (0.33, 1, 3), (0.333, 1, 3),
    (0.125, 1, 8), (0.1, 1, 10),
  ])
  func aNumberIsWholeOrOnePartOfAGPU(number: Double, gpus: Int, trials: Int) {
    let size = TrialSize(number)
    #expect(size?.gpus == gpus && size?.trialsPerGPU == trials)
  }

  @Test(arguments: [-1, 1.5, 0.3, 0.7, 0.001, 1e9, .nan, .infinity])
  func otherNumbersAreNone(number: Double) { #expect(TrialSize(number) == nil) }

  @Test func aSizeIsWrittenAsItIsRead() {
    for trials in 1...TrialSize.mostShares {
      let size = TrialSize(sharing: trials)
      #expect(Double(size.description).flatMap { TrialSize($0) } == size, "\(size)")
    }
    #expect(TrialSize(sharing: 8).description == "0.125")
    #expect(TrialSize(sharing: 3).description == "0.33333")
    #expect(TrialSize(gpus: 4).description == "4")
  }
}
