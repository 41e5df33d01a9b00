import Foundation
import StudyFiles
import StudyModel
import Testing

/// Campaign files, and the study files that are made of one for them.
@Suite struct CampaignTests {
  private struct OtherKind: Error {}

  private func benchmark(_ text: String, file: String = "b.yaml") throws -> BenchmarkCampaign {
    guard case .benchmark(let campaign) = try readCampaign(text, file: file).value else {
      throw OtherKind()
    }
    return campaign
  }

  @Test func everyFieldOfABenchmarkIsRead() throws {
    let text = """
      kind: benchmark
      name: all
      studies:
        - tables/lcbench.yaml
        - {file: nats.yaml, label: nats-12}
        - {file: nats.yaml, objective: curves, label: made-up}
      algorithms: [random, {name: asha, eta: 4, label: asha-4}]
      seeds: [3, 0]
      slots: 8
      value: trained
      time: 2h
      queue: 16
      """
    #expect(
      try benchmark(text)
        == BenchmarkCampaign(
          name: "all",
          studies: [
            .init(label: "lcbench", file: "tables/lcbench.yaml"),
            .init(label: "nats-12", file: "nats.yaml"),
            .init(label: "made-up", file: "nats.yaml", objective: "curves"),
          ],
          methods: [
            .init(label: "random", algorithm: "random"),
            .init(label: "asha-4", algorithm: "{name: asha, eta: 4}"),
          ], seeds: [3, 0], slots: 8, value: .trained, time: .seconds(7200), queue: 16))
    let short = try benchmark("{kind: benchmark, studies: [s.yaml], algorithms: [asha]}")
    #expect(short.name == "b" && short.seeds == [1] && short.slots == 4)
    #expect(short.value == .reported && short.time == nil && short.queue == 8)
  }

  private func scaling(_ text: String, file: String) throws -> ScalingCampaign {
    guard case .scaling(let campaign) = try readCampaign(text, file: file).value else {
      throw OtherKind()
    }
    return campaign
  }

  @Test func everyFieldIsRead() throws {
    let text = """
      kind: strong-scaling
      name: figure-1
      study: digits/study.yaml
      algorithms:
        - random
        - {name: asha, type: stopping, label: asha-stopping}
        - {scheduler: asha, searcher: bohb}
      gpus: [1, 2, 4]
      trial_gpus: [0.25, 1, 2]
      seeds: [3, 0]
      sites: [jureca-dc, juwels-booster]
      time: 2h
      queue: 20
      """
    let campaign = try scaling(text, file: "c.yaml")
    #expect(
      campaign
        == ScalingCampaign(
          name: "figure-1", study: "digits/study.yaml",
          methods: [
            .init(label: "random", algorithm: "random"),
            .init(label: "asha-stopping", algorithm: "{name: asha, type: stopping}"),
            .init(label: "asha-bohb", algorithm: "{scheduler: asha, searcher: bohb}"),
          ],
          gpus: [1, 2, 4],
          sizes: [TrialSize(sharing: 4), TrialSize(gpus: 1), TrialSize(gpus: 2)],
          seeds: [3, 0], sites: ["jureca-dc", "juwels-booster"], time: .seconds(7200), queue: 20))
  }

  @Test func whatIsLeftOutHasADefault() throws {
    let text = "{kind: strong-scaling, study: s.yaml, algorithms: [asha], gpus: [1, 8], seeds: 3}"
    let campaign = try scaling(text, file: "scaling.yaml")
    #expect(campaign.name == "scaling" && campaign.seeds == [1, 2, 3])
    #expect(campaign.sites.isEmpty && campaign.sizes.isEmpty && campaign.time == nil)
    #expect(campaign.queue == ScalingCampaign.usualQueue)
  }

  /// Of every method there is, and of parts that are joined, a study can be made.
  @Test func everyPointHasAStudyThatIsRead() throws {
    let names = Algorithm.Name.allCases.map(\.rawValue).joined(separator: ", ")
    let text = """
      kind: strong-scaling
      study: s.yaml
      algorithms: [\(names), {scheduler: pasha, searcher: bohb}]
      gpus: [1, 2]
      trial_gpus: [0.25, 2]
      sites: [here]
      """
    let campaign = try scaling(text, file: "c.yaml")
    #expect(campaign.points.count == (Algorithm.Name.allCases.count + 1) * 3)
    for point in campaign.points {
      let method = try #require(campaign.methods.first { $0.label == point.method })
      let study = try readStudy(
        variedStudy(
          exampleStudy, file: "s.yaml", name: campaign.studyName(of: point),
          algorithm: method.algorithm, size: point.size, seed: point.seed), file: "p.yaml",
        for: .simulating
      ).value
      #expect(study.name == "c-\(point.name)" && study.seed == 1)
      #expect(study.algorithm.label.split(separator: "+").joined(separator: "-") == point.method)
    }
  }

  /// A study file that is written anew means what it meant.
  @Test(arguments: [
    exampleStudy,
    """
    metric: {name: loss, goal: minimize}
    fidelity: {max: 3}
    parameters:
      a: {values: [no, "yes", "1", "true", "null", "it's", 'a "b"', "a\\\\b", "", "# c", "- d", "é"]}
      "a.b/c-d": {min: 0, max: 1.0}
      b: {values: [1, 2.50, -3e2]}
    trial: {command: [sh, "-c", "echo {a}: {b}\\nexit 0\\t", "--x=*", "&y", "@z"], silence: 1-00:00:00}
    environment: {variables: {A: "", B: "a: b"}, modules: [3.10, "010"]}
    stop: {trials: 3}
    """,
  ])
  func aStudyIsVariedAndNothingElseInIt(text: String) throws {
    let study = try readStudy(text, file: "study.yaml", for: .simulating).value
    let varied = try readStudy(
      variedStudy(
        text, file: "study.yaml", name: "other", algorithm: "{name: asha, eta: 4}",
        size: TrialSize(gpus: 2), seed: 77), file: "other.yaml", for: .simulating
    ).value
    var expected = study
    expected.name = "other"
    expected.algorithm.schedule.eta = 4
    expected.trial.gpus = 2
    expected.seed = 77
    #expect(varied == expected)
  }

  @Test func theExamplesOfTheRepositoryCanBeVaried() throws {
    for folder in ["digits", "digits-forest", "digits-parallel", "digits-sizes"] {
      let text = try String(
        contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
          .appending(path: "../../jobscripts/\(folder)/study.yaml"), encoding: .utf8)
      let study = try readStudy(text, file: "study.yaml").value
      let varied = try readStudy(
        variedStudy(
          text, file: "study.yaml", name: study.name, algorithm: "hyperband", size: nil, seed: 5),
        file: "study.yaml"
      ).value
      var expected = study
      expected.algorithm = Algorithm(.hyperband)
      expected.seed = 5
      #expect(varied == expected, "\(folder)")
    }
  }
}
