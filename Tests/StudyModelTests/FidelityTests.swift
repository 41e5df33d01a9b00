import StudyModel
import TestSupport
import Testing

struct FidelityTests {
  private func rungs(_ minimum: Int, _ maximum: Int, eta: Int) -> [Int] {
    Fidelity(name: "epoch", minimum: Budget(minimum), maximum: Budget(maximum))
      .rungs(eta: eta).map(\.epochs)
  }

  @Test func rungsGrowByEtaUpToTheMaximum() {
    #expect(rungs(1, 81, eta: 3) == [1, 3, 9, 27, 81])
    #expect(rungs(1, 100, eta: 3) == [1, 3, 9, 27, 81, 100])
    #expect(rungs(1, 80, eta: 3) == [1, 3, 9, 27, 80])
    #expect(rungs(5, 50, eta: 4) == [5, 20, 50])
    #expect(rungs(1, 1, eta: 3) == [1])
    #expect(rungs(7, 7, eta: 2) == [7])
    #expect(rungs(2, 3, eta: 2) == [2, 3])
    #expect(rungs(1, Int.max, eta: 2).count == 64)
    #expect(rungs(Int.max / 2 + 1, Int.max, eta: 2) == [Int.max / 2 + 1, Int.max])
  }

  @Test(arguments: seeds(200, from: 220_000))
  func rungsAscendAndEndAtTheMaximum(seed: UInt64) {
    var random = SeededGenerator(seed)
    let minimum = random.integer(1...50)
    let maximum = random.integer(minimum...1000)
    let eta = random.integer(2...5)
    let rungs = rungs(minimum, maximum, eta: eta)
    #expect(rungs.first == minimum)
    #expect(rungs.last == maximum)
    #expect(zip(rungs, rungs.dropFirst()).allSatisfy { $0 < $1 && $1 <= $0 * eta })
    #expect(zip(rungs.dropLast(), rungs.dropFirst().dropLast()).allSatisfy { $0 * eta == $1 })
  }

  @Test func givenLevelsAreTheRungs() {
    let fidelity = Fidelity(name: "epoch", levels: [Budget(12), Budget(200)])
    #expect(fidelity.rungs(eta: 3) == [Budget(12), Budget(200)])
    #expect(fidelity.minimum == Budget(12))
    #expect(fidelity.maximum == Budget(200))
  }

  @Test func aLossIsFiniteOrDiverged() {
    #expect(Loss(0.5) == .finite(0.5))
    #expect(Loss(0.5, goal: .maximize) == .finite(-0.5))
    #expect(Loss(0.5, goal: .minimize).value == 0.5)
    for value in [Double.nan, .infinity, -.infinity, -.nan] {
      #expect(Loss(value) == .diverged)
      #expect(Loss(value, goal: .maximize) == .diverged)
    }
    #expect(Loss.diverged.value == nil)
  }
}

struct StudyTimeTests {
  @Test func aTimeIsKeptInMicroseconds() {
    #expect(StudyTime(seconds: 1.5).microseconds == 1_500_000)
    #expect(StudyTime(microseconds: 2_500_000).seconds == 2.5)
    #expect(StudyTime.zero < StudyTime(microseconds: 1))
    #expect(Duration.milliseconds(1500).seconds == 1.5)
  }

  @Test func aTimeBeyondAllMeasureIsTheLastOne() {
    // A rule such as `gpu-hours: 1e12` asks for a deadline that no clock reaches.
    #expect(StudyTime(seconds: 1e30).microseconds == Int.max)
    #expect(StudyTime(seconds: .infinity).microseconds == Int.max)
    #expect(StudyTime(seconds: -1e30).microseconds == Int.min)
  }
}
