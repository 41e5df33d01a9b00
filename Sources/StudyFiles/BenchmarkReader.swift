import StudyModel

/// Reads a campaign file of the kind `benchmark`.
struct BenchmarkReader {
  static let keys = [
    "kind", "name", "studies", "algorithms", "seeds", "slots", "value", "time", "queue",
  ]
  private static let studyKeys = ["file", "label", "objective"]

  let shared: CampaignReader

  private var ledger: Ledger { shared.ledger }

  /// Reads the whole file.
  ///
  /// - Parameters:
  ///   - root: The document.
  ///   - stem: The file's name without folder and extension, the default of `name`.
  /// - Returns: `nil` where mistakes were found.
  func campaign(_ root: YAMLNode, stem: String) -> BenchmarkCampaign? {
    let file = Field(path: "", node: root, ledger: ledger)
    guard let top = Fields(file, keys: Self.keys, example: "kind: benchmark") else { return nil }
    let name = shared.name(top, stem: stem)
    let studies = top.required("studies", example: Self.example).flatMap(studies)
    let methods = top.required("algorithms", example: "algorithms: [random, asha]")
      .flatMap(shared.methods)
    let seeds = top["seeds"].map(shared.seeds) ?? [1]
    let slots =
      top["slots"].map { $0.whole(from: 1, through: 1_000_000) } ?? BenchmarkCampaign.usualSlots
    let value: BenchmarkCampaign.Value? = top["value"].map { $0.choice() } ?? .reported
    let time = top["time"].map { $0.time() }
    let queue =
      top["queue"].map { $0.whole(from: 1, through: BenchmarkCampaign.mostJobs) }
      ?? BenchmarkCampaign.usualQueue
    guard !ledger.hasMistakes, let name, let studies, let methods, let seeds, let slots, let value,
      let queue
    else { return nil }
    return BenchmarkCampaign(
      name: name, studies: studies, methods: methods, seeds: seeds, slots: slots, value: value,
      time: time ?? nil, queue: queue)
  }

  private static let example = "studies: [lcbench.yaml, nats.yaml]"

  /// Reads `studies`: files, or mappings with a `label` or an `objective` besides.
  private func studies(_ field: Field) -> [BenchmarkCampaign.Entry]? {
    guard let items = shared.items(field, example: Self.example) else { return nil }
    var entries: [BenchmarkCampaign.Entry] = []
    for item in items {
      guard let entry = entry(item) else { continue }
      if entries.contains(where: { $0.label == entry.label }) {
        item.mistake(Wording.studyTwice(entry.label))
      }
      entries.append(entry)
    }
    return entries.count == items.count ? entries : nil
  }

  private func entry(_ item: Field) -> BenchmarkCampaign.Entry? {
    var file = item
    var label: Field?
    var objective: String?
    if case .mapping = item.node.content {
      let example = "studies: [{file: lcbench.yaml, label: lcbench}]"
      guard let fields = Fields(item, keys: Self.studyKeys, example: example),
        let named = fields.required("file", example: "file: lcbench.yaml")
      else { return nil }
      (file, label) = (named, fields["label"])
      if let field = fields["objective"] {
        guard let text = field.line() else { return nil }
        objective = text
      }
    }
    guard let path = file.line() else { return nil }
    guard let text = label.map({ $0.line() }) ?? StudyFiles.stem(of: path) else { return nil }
    guard isStudyName(text) else {
      (label ?? file).mistake(Wording.badName(text, of: "study", Wording.studyName))
      return nil
    }
    return BenchmarkCampaign.Entry(label: text, file: path, objective: objective)
  }
}
