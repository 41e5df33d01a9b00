public import StudyModel

/// Loads a campaign from its file.
///
/// - Parameter path: The file; messages show it as it is given here.
/// - Returns: The campaign, and what in it is probably not meant.
/// - Throws: ``StudyFileError`` with every mistake, or why the file cannot be read.
public func loadCampaign(
  _ path: String
) throws(StudyFileError) -> Checked<Campaign> {
  try readCampaign(contents(of: path), file: path)
}

/// Reads a campaign from the text of its file.
///
/// - Parameters:
///   - text: YAML, at most 1 MiB.
///   - file: The file's name, as messages show it; its stem is the campaign's name where the text
///     gives none.
/// - Returns: The campaign, and what in it is probably not meant.
/// - Throws: ``StudyFileError`` with every mistake.
public func readCampaign(
  _ text: String, file: String
) throws(StudyFileError) -> Checked<Campaign> {
  let ledger = Ledger(file: file, isOfStudy: false)
  guard let root = yamlDocument(text, ledger),
    let campaign = CampaignReader(ledger: ledger).campaign(root, stem: stem(of: file))
  else { throw ledger.error }
  return ledger.checked(campaign)
}

/// Reads a campaign file, and what the kinds of campaigns have in common.
struct CampaignReader {
  /// Numbers of GPUs, methods and the like in one list.
  private static let mostItems = 1000

  let ledger: Ledger

  /// Reads the whole file.
  ///
  /// - Parameters:
  ///   - root: The document.
  ///   - stem: The file's name without folder and extension, the default of `name`.
  /// - Returns: `nil` where mistakes were found.
  func campaign(_ root: YAMLNode, stem: String) -> Campaign? {
    switch kind(of: root) {
    case .scaling: ScalingReader(shared: self).campaign(root, stem: stem).map(Campaign.scaling)
    case .benchmark:
      BenchmarkReader(shared: self).campaign(root, stem: stem).map(Campaign.benchmark)
    case .collection:
      CollectionReader(shared: self).campaign(root, stem: stem).map(Campaign.collection)
    case nil: nil
    }
  }

  /// Reads `kind`, before all else: which keys there are depends on it.
  private func kind(of root: YAMLNode) -> Campaign.Kind? {
    let example = "kind: strong-scaling"
    let file = Field(path: "", node: root, ledger: ledger)
    guard case .mapping(let entries) = root.content else {
      file.mistake(expected: Wording.example(example))
      return nil
    }
    guard let node = entries.first(where: { $0.key == "kind" })?.value, !node.isNull else {
      // Of which the mistake in the key's name is noted too.
      return Fields(file, keys: ScalingReader.keys, example: example)?
        .required("kind", example: example)?.choice()
    }
    return Field(path: "kind", node: node, ledger: ledger).choice()
  }

  /// Reads `name`, by default the file's.
  func name(_ top: Fields, stem: String) -> String? {
    guard let field = top["name"] else {
      guard isStudyName(stem) else {
        ledger.mistake(at: top.place, Wording.missingName(stem))
        return nil
      }
      return stem
    }
    guard let name = field.line() else { return nil }
    guard isStudyName(name) else {
      field.mistake(Wording.badName(name, of: "campaign", Wording.studyName))
      return nil
    }
    return name
  }

  /// Reads `algorithms`: names, or mappings as in a study file, each with a `label` if two are of one
  /// name.
  func methods(_ field: Field) -> [ScalingCampaign.Method]? {
    guard let items = items(field, example: "algorithms: [random, asha]") else { return nil }
    let reader = StudyReader(ledger: ledger)
    var methods: [ScalingCampaign.Method] = []
    for item in items {
      var node = item.node
      var label: String?
      if case .mapping(let entries) = node.content,
        let entry = entries.first(where: { $0.key == "label" })
      {
        let field = Field(path: item.path + ".label", node: entry.value, ledger: ledger)
        guard let text = field.line() else { continue }
        guard isStudyName(text) else {
          field.mistake(Wording.badName(text, of: "method", Wording.studyName))
          continue
        }
        label = text
        node = YAMLNode(
          content: .mapping(entries.filter { $0.key != "label" }), place: node.place)
      }
      let field = Field(path: item.path, node: node, ledger: ledger)
      guard let algorithm = reader.algorithm(field, fidelity: nil) else { continue }
      let method = ScalingCampaign.Method(
        label: label ?? Self.label(of: algorithm), algorithm: node.flow)
      if methods.contains(where: { $0.label == method.label }) {
        item.mistake(Wording.labelTwice(method.label))
      }
      methods.append(method)
    }
    return methods.count == items.count ? methods : nil
  }

  /// What an algorithm is called in names of studies, in which no '+' may stand.
  private static func label(of algorithm: Algorithm) -> String {
    algorithm.label.split(separator: "+").joined(separator: "-")
  }

  /// Reads `seeds`: how many, from 1 on, or a list of them.
  func seeds(_ field: Field) -> [UInt64]? {
    guard case .list = field.node.content else {
      return field.whole(from: 1, through: Self.mostItems).map { (1...$0).map { UInt64($0) } }
    }
    guard let items = items(field, example: "seeds: [1, 2, 3]") else { return nil }
    let seeds = items.compactMap { $0.whole(from: 0, through: .max).map { UInt64($0) } }
    guard seeds.count == items.count else { return nil }
    guard Set(seeds).count == seeds.count else {
      field.mistake(Wording.itemTwice(field.path))
      return nil
    }
    return seeds
  }

  /// Reads the names of sites.
  func sites(_ field: Field) -> [String]? {
    guard let items = items(field, example: "sites: [jureca-dc]") else { return nil }
    let sites = items.compactMap { $0.line() }
    guard sites.count == items.count else { return nil }
    for (site, item) in zip(sites, items) where !isStudyName(site) {
      item.mistake(Wording.badName(site, of: "site", Wording.studyName))
    }
    guard Set(sites).count == sites.count else {
      field.mistake(Wording.itemTwice(field.path))
      return nil
    }
    return sites
  }

  /// The items of a list that is not empty.
  func items(_ field: Field, example: String) -> [Field]? {
    guard let items = field.list(Wording.example(example)) else { return nil }
    guard !items.isEmpty else {
      field.mistake(Wording.emptyList(field.path))
      return nil
    }
    guard items.count <= Self.mostItems else {
      field.mistake(Wording.tooMany(field.path, Self.mostItems))
      return nil
    }
    return items
  }
}
