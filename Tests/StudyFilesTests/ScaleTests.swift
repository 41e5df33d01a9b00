import StudyFiles
import StudyModel
import Testing

/// `trial.scale`: settings that follow a trial's GPUs.
@Suite struct ScaleTests {
  private func text(_ scale: String, gpus: String = "1", algorithm: String = "asha") -> String {
    StudyParts(
      """
      parameters:
        rate: {min: 1e-4, max: 1e-1}
        batch: {values: [32, 64]}
        steps: {value: 0.5}
      """,
      "trial: {command: [./train], gpus: \(gpus), scale: {\(scale)}}", "algorithm: \(algorithm)"
    ).text
  }

  private func scale(_ scale: String) throws -> [Scaling] {
    let read = try readStudy(text(scale), file: "s.yaml")
    #expect(read.warnings.isEmpty)
    return read.value.trial.scale
  }

  @Test func aRuleIsAWordAListOrAMapping() throws {
    #expect(
      try scale("rate: linear, batch: inverse") == [
        Scaling("rate", [.linear]), Scaling("batch", [.inverse]),
      ])
    #expect(try scale("rate: square-root") == [Scaling("rate", [.squareRoot])])
    #expect(try scale("rate: [inverse, linear]") == [Scaling("rate", [.linear, .inverse])])
    #expect(
      try scale("rate: {rule: linear, warmup: 5}, steps: {rule: [linear, inverse]}") == [
        Scaling("rate", [.linear], warmup: 5), Scaling("steps", [.linear, .inverse]),
      ])
    #expect(try scale("rate: null") == [])
    #expect(try readStudy(StudyParts("name").text, file: "s.yaml").value.trial.scale == [])
  }

  @Test func aRuleThatCanChangeNothingIsWarnedOf() throws {
    #expect(
      try warnings(text("rate: linear", gpus: "0")).map { $0.drop { $0 != "'" } } == [
        """
        'trial.scale' lets settings follow a trial's GPUs, but 'trial.gpus' is 0, so it changes \
        nothing; remove it, or write 'gpus: 1'
        """
      ])
    let both = "rate: linear, batch: inverse"
    #expect(
      try warnings(text(both, gpus: "[1, 2]")).map { $0.drop { $0 != "'" } } == [
        """
        'trial.scale.batch' is 'inverse', but no trial shares its GPU, so it changes nothing; remove it
        """
      ])
    #expect(
      try warnings(text(both, gpus: "[0.5, 1]")).map { $0.drop { $0 != "'" } } == [
        """
        'trial.scale.rate' is 'linear', but no trial has more than one GPU, so it changes nothing; \
        remove it
        """
      ])
    #expect(try warnings(text(both, gpus: "[0.5, 1]", algorithm: "rasda")) == [])
    #expect(try warnings(text(both, gpus: "4")) == [], "a run may give trials another size")
    let simulated = try readStudy(text(both, gpus: "0"), file: "s.yaml", for: .simulating)
    #expect(simulated.warnings.isEmpty)
  }
}
