import Foundation
import StudyFiles
import StudyModel
import Testing

/// Fidelities and collections in study files and campaign files.
@Suite struct CollectionTests {
  private static let study = """
    metric: {name: loss, goal: minimize}
    fidelity: {name: epoch, min: 1, max: 9}
    parameters:
      rate: {min: 1e-4, max: 1e-1, scale: log}
      kind: {values: [plain, "a: b"]}
      fraction: {values: [0.25, 0.5, 1.0], fidelity: true}
      resolution: {min: 8, max: 32, step: 8, fidelity: true}
    constraints: ["rate < 0.05"]
    trial: {command: [python3, train.py]}
    seed: 5
    """

  private func read(_ algorithm: String, _ more: String = "stop: {trials: 9}") throws -> Study {
    let text = Self.study + "\nalgorithm: \(algorithm)\n" + more
    return try readStudy(text, file: "s.yaml").value
  }

  @Test func aSearchHasTheLastValueOfEachFidelityAndACollectionAll() throws {
    let search = try read("asha")
    #expect(search.space.parameter(named: "fraction")?.domain == .constant(.real(1)))
    #expect(search.space.parameter(named: "resolution")?.domain == .constant(.integer(32)))
    #expect(search.space.parameters.filter(\.isFidelity).count == 2)
    let collection = try read(
      "{searcher: collection, configurations: {sobol: 500}, seeds: [3, 1], from: 12, keep: checkpoints}"
    )
    #expect(
      collection.algorithm.search.collection
        == CollectionSettings(
          configurations: .sobol(500), seeds: [3, 1], first: 12, keepsCheckpoints: true))
    #expect(collection.trainingNumbers?.perConfiguration == 24)
    #expect(collection.training(of: TrialID(3)) == 15)
    #expect(collection.trainingSeed(of: TrialID(3)) == 1)
    #expect(search.trainingNumbers == nil && search.trainingSeed(of: TrialID(0)) == nil)
    // A point of a search does not have another value.
    #expect(throws: StudyFileError.self) {
      try read("asha", "stop: {trials: 9}\npoints: [{fraction: 0.5}]")
    }
  }

  /// What is written for a part of a collection says all of it, whatever its values are.
  @Test(arguments: [
    CollectionSettings.Configurations.grid(points: 7), .sobol(30), .random(40),
    .list(
      [
        ("rate", ParameterValue.real(0.001)), ("rate", .real(1e-4)), ("rate", .real(0.01)),
      ].enumerated().map { place, rate in
        TypedConfiguration(
          wrappedValue: Configuration([
            rate, ("kind", .word(place == 1 ? "a: b" : "plain")),
          ]))
      }),
  ])
  func aShardsStudyFileIsReadAsItIsMeant(source: CollectionSettings.Configurations) throws {
    for keeps in [true, false] {
      let settings = CollectionSettings(
        configurations: source, seeds: [1, 7], first: 48, keepsCheckpoints: keeps)
      let more = """
        algorithm: {name: asha, eta: 4}
        points: [{rate: 0.01}]
        finish: {seeds: 2}
        prior: [old.rung]
        stop: {gpu-hours: 3}
        """
      let text = try collectionStudy(
        Self.study + "\n" + more, file: "s.yaml", name: "c-shard-0003", collection: settings,
        trainings: 77)
      let study = try readStudy(text, file: "shard-0003.yaml").value
      #expect(study.algorithm.search.collection == settings)
      #expect(study.algorithm.schedule == Schedule(.full))
      #expect(study.name == "c-shard-0003" && study.seed == 5)
      var stop = StopRules()
      stop.trials = 77
      #expect(study.stop == stop)
      #expect(study.points.isEmpty && study.finish == nil && study.prior.isEmpty)
      #expect(study.space.parameters.map(\.domain.count) == [nil, 2, 3, 4])
    }
  }

  private func campaign(_ text: String) throws -> CollectionCampaign? {
    switch try readCampaign(text, file: "table.yaml").value {
    case .collection(let campaign): campaign
    default: nil
    }
  }

  @Test func everyFieldOfACampaignIsRead() throws {
    #expect(
      try campaign(
        """
        kind: collect
        name: jahs
        study: study.yaml
        configurations: {list: rows.csv}
        seeds: [0, 4]
        trainings: 250
        gpus: 8
        site: jureca-dc
        time: 12h
        queue: 40
        keep: checkpoints
        """)
        == CollectionCampaign(
          name: "jahs", study: "study.yaml", configurations: .file("rows.csv"), seeds: [0, 4],
          trainings: 250, size: .gpus(8), site: "jureca-dc", time: .seconds(43_200), queue: 40,
          keepsCheckpoints: true))
    #expect(
      try campaign("{kind: collect, study: s.yaml, configurations: grid, nodes: 3}")
        == CollectionCampaign(
          name: "table", study: "s.yaml", configurations: .generated(.grid(points: 5)),
          size: .nodes(3)))
  }

  private func mistakes(_ body: () throws -> Void) -> [String] {
    do { try body() } catch let error as StudyFileError {
      return error.mistakes.map(\.message)
    } catch { return ["\(error)"] }
    return []
  }

  private static let badStudies: [(String, String, String)] = [
    (
      "{searcher: collection, scheduler: asha, configurations: grid}", "",
      "a collection trains everything to the end, which the scheduler 'asha' does not; leave 'scheduler' out"
    ),
    (
      "{searcher: collection}", "",
      "'algorithm.configurations' is missing; write for example 'configurations: {sobol: 500}'"
    ),
    (
      "{searcher: collection, configurations: {sobol: 5, random: 5}}", "",
      "'algorithm.configurations' needs one source of configurations; write 'grid', '{grid: 10}', "
        + "'{sobol: 500}', '{random: 500}' or '{list: configurations.csv}'"
    ),
    (
      "{searcher: collection, configurations: {list: [{rate: 0.01, kind: other}]}}", "",
      "configuration 1 of 'algorithm.configurations' does not fit 'parameters' and 'constraints'; give "
        + "every active parameter but the fidelities one of its values"
    ),
    (
      "{searcher: collection, configurations: {list: [{rate: 0.09, kind: plain}]}}", "",
      "configuration 1 of 'algorithm.configurations' does not fit 'parameters' and 'constraints'; give "
        + "every active parameter but the fidelities one of its values"
    ),
    (
      "{searcher: collection, configurations: grid, seeds: [2, 2]}", "",
      "'algorithm.seeds' has an item twice; write each once"
    ),
    (
      "{name: asha, seeds: 3}", "",
      "'algorithm.seeds' is for 'searcher: collection' and not for asha; remove it, or write another algorithm"
    ),
    (
      "{searcher: collection, configurations: grid}", "points: [{rate: 0.01}]",
      "'points' are tried first by a search, but a collection trains what 'configurations' says; leave "
        + "'points' out, or write '{list: configurations.csv}' in a campaign file"
    ),
  ]

  @Test(arguments: badStudies)
  func aMistakeInACollectionIsTold(algorithm: String, more: String, message: String) {
    let found = mistakes { _ = try read(algorithm, "stop: {trials: 9}\n\(more)") }
    #expect(found == [message])
  }

  private static let badParameters: [(String, String)] = [
    (
      "{min: 0.0, max: 1.0, fidelity: true}",
      "'p' is a fidelity, of which every value is trained, so it needs at most 1000 of them; write for "
        + "example 'values: [0.25, 0.5, 1.0]'"
    ),
    (
      "{values: [1, 2], fidelity: true, when: {kind: plain}}",
      "'p' is a fidelity, which every training has; leave 'when' or 'fidelity' out"
    ),
    (
      "{values: [1, 2], fidelity: true, architecture: true}",
      "'p' cannot be both a fidelity and part of the architecture; leave one of them out"
    ),
    ("{values: [1, 2], fidelity: yes}", "'parameters.p.fidelity' is 'yes'; write true or false"),
  ]

  @Test(arguments: badParameters)
  func aParameterThatCannotBeAFidelityIsTold(parameter: String, message: String) {
    let text = Self.study.replacingOccurrences(
      of: "  fraction:", with: "  p: \(parameter)\n  fraction:")
    let found = mistakes { _ = try readStudy(text + "\nstop: {trials: 1}", file: "s.yaml") }
    #expect(found == [message])
  }

  @Test func whatDependsOnAFidelityCannotBeCollected() {
    let constrained = Self.study.replacingOccurrences(
      of: "\"rate < 0.05\"", with: "\"rate * resolution < 5\"")
    let conditional = Self.study.replacingOccurrences(
      of: "values: [plain, \"a: b\"]", with: "values: [plain, other], when: {resolution: 8}")
    let collection =
      "\nstop: {trials: 1}\nalgorithm: {searcher: collection, configurations: {random: 2}}"
    for (text, what) in [
      (constrained, "constraint rate * resolution < 5"), (conditional, "parameter kind"),
    ] {
      let found = mistakes { _ = try readStudy(text + collection, file: "s.yaml") }
      #expect(
        found == [
          "the '\(what)' depends on the fidelity 'resolution', so that not every configuration would be "
            + "trained at each fidelity; write it without"
        ])
      // A search at one fidelity has no such difficulty.
      #expect(mistakes { _ = try readStudy(text + "\nstop: {trials: 1}", file: "s.yaml") } == [])
    }
  }

  @Test func tooManyCombinationsAreTold() {
    let many = (0..<3).map { "  f\($0): {min: 1, max: 1000, fidelity: true}\n" }.joined()
    let text = Self.study.replacingOccurrences(of: "  fraction:", with: many + "  fraction:")
    let found = mistakes {
      _ = try readStudy(
        text
          + "\nstop: {trials: 1}\nalgorithm: {searcher: collection, configurations: {random: 2}}",
        file: "s.yaml")
    }
    #expect(
      found == [
        "the fidelities and seeds make more than 10000000 trainings of each configuration; write fewer values"
      ])
  }
}
