import StudyModel
import Testing

/// How wide a trial is, as a multiple of its own GPUs.
struct WidthTests {
  private func widths(_ name: Algorithm.Name, _ edit: (inout Schedule) -> Void = { _ in }) -> [Int]
  {
    var algorithm = Algorithm(name)
    edit(&algorithm.schedule)
    let study = Study(
      name: "study", metric: Metric(name: "loss", goal: .minimize),
      fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(16)),
      space: SearchSpace(parameters: []), algorithm: algorithm,
      trial: TrialSettings(command: ["train"]))
    return study.comparedBudgets.map { study.width(upTo: $0) }
  }

  @Test func everyPromotionOfSuccessiveDoublingDoublesTheGPUs() {
    #expect(widths(.rasda) == [1, 2, 4, 8, 16])
    #expect(widths(.rasda) { $0.growthLimit = 4 } == [1, 2, 4, 4, 4])
    #expect(widths(.rasda) { $0.growthLimit = 6 } == [1, 2, 4, 6, 6])
    #expect(widths(.rasda) { $0.growth = 3 } == [1, 3, 9, 27, 81])
    #expect(widths(.rasda) { $0.growth = .max / 2 } == [1, .max / 2, .max, .max, .max])
    #expect(widths(.rasda) { $0.eta = 4 } == [1, 2, 4])
  }

  @Test func noOtherScheduleChangesATrialsGPUs() {
    for name in Algorithm.Name.allCases where name != .rasda {
      #expect(widths(name).allSatisfy { $0 == 1 })
    }
  }
}
