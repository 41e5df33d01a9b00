import StudyModel

/// Reads the fields of a campaign file of `kind: collect`.
struct CollectionReader {
  static let keys = [
    "kind", "name", "study", "configurations", "seeds", "trainings", "nodes", "gpus", "site",
    "time", "queue", "keep",
  ]
  /// A shard's study keeps all its trainings in memory, and its journal is read as a whole.
  static let mostTrainings = 100_000

  let shared: CampaignReader

  private var ledger: Ledger { shared.ledger }

  /// Reads the whole file.
  ///
  /// - Parameters:
  ///   - root: The document.
  ///   - stem: The file's name without folder and extension, the default of `name`.
  /// - Returns: `nil` where mistakes were found.
  func campaign(_ root: YAMLNode, stem: String) -> CollectionCampaign? {
    let file = Field(path: "", node: root, ledger: ledger)
    guard let top = Fields(file, keys: Self.keys, example: "kind: collect") else { return nil }
    let name = shared.name(top, stem: stem)
    let study = top.required("study", example: "study: study.yaml")?.line()
    let source = top.required("configurations", example: "configurations: {sobol: 500}")
      .flatMap { CollectionSource($0) }
    let seeds = top["seeds"].map(StudyReader(ledger: ledger).trainingSeeds) ?? [1]
    let trainings =
      top["trainings"].map { $0.whole(from: 1, through: Self.mostTrainings) }
      ?? CollectionCampaign.usualTrainings
    let size = size(top)
    let site = top["site"].map { $0.line() }
    if let text = site ?? nil, !isStudyName(text) {
      top["site"]?.mistake(Wording.badName(text, of: "site", Wording.studyName))
    }
    let time = top["time"].map { $0.time() }
    let queue = top["queue"].map { $0.whole(from: 1) } ?? ScalingCampaign.usualQueue
    let keeps = top["keep"].map { $0.choice(of: ["checkpoints"]) != nil } ?? false
    guard !ledger.hasMistakes, let name, let study, let source, let seeds, let trainings,
      let size, let queue
    else { return nil }
    let campaign = CollectionCampaign(
      name: name, study: study,
      configurations: source.file.map { .file($0) }
        ?? .generated(source.generated ?? .grid(points: GridSettings().points)),
      seeds: seeds, trainings: trainings, size: size, site: site ?? nil, time: time ?? nil,
      queue: queue, keepsCheckpoints: keeps)
    // Every study gets a name of the campaign's and the shard's.
    let longest = campaign.studyName(of: CollectionShard(number: 100_000_000, trainings: 0..<1))
    guard isStudyName(longest) else {
      ledger.mistake(at: top.place, Wording.longStudyName(longest))
      return nil
    }
    return campaign
  }

  private func size(_ top: Fields) -> CollectionCampaign.JobSize? {
    if let nodes = top["nodes"], let gpus = top["gpus"] {
      gpus.mistake(Wording.bothSizes(nodes.path, gpus.path))
      return nil
    }
    if let gpus = top["gpus"] { return gpus.whole(from: 1).map { .gpus($0) } }
    guard let nodes = top["nodes"] else { return .nodes(1) }
    return nodes.whole(from: 1).map { .nodes($0) }
  }
}
