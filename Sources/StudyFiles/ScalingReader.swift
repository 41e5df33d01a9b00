import StudyModel

/// Reads a campaign file of the kind `strong-scaling`.
struct ScalingReader {
  static let keys = [
    "kind", "name", "study", "algorithms", "gpus", "trial_gpus", "seeds", "sites", "time", "queue",
  ]

  let shared: CampaignReader

  private var ledger: Ledger { shared.ledger }

  /// Reads the whole file.
  ///
  /// - Parameters:
  ///   - root: The document.
  ///   - stem: The file's name without folder and extension, the default of `name`.
  /// - Returns: `nil` where mistakes were found.
  func campaign(_ root: YAMLNode, stem: String) -> ScalingCampaign? {
    let file = Field(path: "", node: root, ledger: ledger)
    guard let top = Fields(file, keys: Self.keys, example: "kind: strong-scaling") else {
      return nil
    }
    let name = shared.name(top, stem: stem)
    let study = top.required("study", example: "study: study.yaml")?.line()
    let methods = top.required("algorithms", example: "algorithms: [random, asha]")
      .flatMap(shared.methods)
    let gpus = top.required("gpus", example: "gpus: [1, 2, 4, 8]").flatMap(counts)
    let sizes = top["trial_gpus"].map(sizes) ?? []
    let seeds = top["seeds"].map(shared.seeds) ?? [1]
    let sites = top["sites"].map(shared.sites) ?? []
    let time = top["time"].map { $0.time() }
    let queue = top["queue"].map { $0.whole(from: 1) } ?? ScalingCampaign.usualQueue
    guard !ledger.hasMistakes, let name, let study, let methods, let gpus, let sizes,
      let seeds, let sites, let queue
    else { return nil }
    let campaign = ScalingCampaign(
      name: name, study: study, methods: methods, gpus: gpus, sizes: sizes, seeds: seeds,
      sites: sites, time: time ?? nil, queue: queue)
    // Every study gets a name of the campaign's, the method's and the site's.
    for point in campaign.points where !isStudyName(campaign.studyName(of: point)) {
      ledger.mistake(at: top.place, Wording.longStudyName(campaign.studyName(of: point)))
      return nil
    }
    return campaign
  }

  /// Reads ascending numbers of GPUs.
  private func counts(_ field: Field) -> [Int]? {
    guard let items = shared.items(field, example: "gpus: [1, 2, 4, 8]") else { return nil }
    let counts = items.compactMap { $0.whole(from: 1) }
    guard counts.count == items.count else { return nil }
    guard zip(counts, counts.dropFirst()).allSatisfy(<) else {
      field.mistake(Wording.notAscending(field.path))
      return nil
    }
    return counts
  }

  /// Reads ascending GPUs of a trial.
  private func sizes(_ field: Field) -> [TrialSize]? {
    guard let items = shared.items(field, example: "trial_gpus: [1, 2]") else { return nil }
    let sizes = items.compactMap { item -> TrialSize? in
      guard let number = item.number() else { return nil }
      if number > 0, let size = TrialSize(number) { return size }
      item.mistake(expected: Wording.gpus(isInList: true))
      return nil
    }
    guard sizes.count == items.count else { return nil }
    guard zip(sizes, sizes.dropFirst()).allSatisfy({ $0.number < $1.number }) else {
      field.mistake(Wording.notAscending(field.path))
      return nil
    }
    return sizes
  }
}
