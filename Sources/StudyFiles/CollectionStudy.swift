public import StudyModel

/// The text of the study file that trains a part of a collection.
///
/// What belongs to a search alone is left out: `algorithm`, `points`, `prior` and `finish`.
///
/// - Parameters:
///   - text: The study file of the whole.
///   - file: Its name, as messages show it.
///   - name: The new study's name.
///   - collection: What is collected, from which training on.
///   - trainings: How many; `nil` for all that follow.
/// - Returns: The text, without comments.
/// - Throws: ``StudyFileError`` with every mistake of the study file.
public func collectionStudy(
  _ text: String, file: String, name: String, collection: CollectionSettings, trainings: Int?
) throws(StudyFileError) -> String {
  let ledger = Ledger(file: file)
  guard let root = yamlDocument(text, ledger) else { throw ledger.error }
  var study = root.replacing("name", by: .plain(name))
    .replacing("algorithm", by: .algorithm(of: collection))
  for key in ["points", "prior", "finish"] { study = study.without(key) }
  // A study needs an end; without a number of trainings it is that of the collection.
  let most = trainings ?? 1_000_000_000
  study = study.replacing("stop", by: .mapping([("trials", .plain("\(most)"))]))
  return study.block
}

extension YAMLNode {
  fileprivate static func algorithm(of collection: CollectionSettings) -> YAMLNode {
    let source: YAMLNode =
      switch collection.configurations {
      case .grid(let points): .mapping([("grid", .plain("\(points)"))])
      case .sobol(let count): .mapping([("sobol", .plain("\(count)"))])
      case .random(let count): .mapping([("random", .plain("\(count)"))])
      case .list(let list):
        .mapping([("list", .list(of: list.map { .configuration($0.wrappedValue) }))])
      }
    var entries: [(String, YAMLNode)] = [
      ("searcher", .plain(Search.Kind.collection.rawValue)), ("configurations", source),
      ("seeds", .list(of: collection.seeds.map { .plain("\($0)") })),
      ("from", .plain("\(collection.first)")),
    ]
    if collection.keepsCheckpoints { entries.append(("keep", .plain("checkpoints"))) }
    return .mapping(entries)
  }

  private static func configuration(_ configuration: Configuration) -> YAMLNode {
    .mapping(
      configuration.settings.map { setting in
        guard case .word(let word) = setting.value else {
          return (setting.name, .plain(setting.value.description))
        }
        return (
          setting.name, YAMLNode(content: .scalar(.word(word), text: word), place: .start)
        )
      })
  }

  private static func list(of items: [YAMLNode]) -> YAMLNode {
    YAMLNode(content: .list(items), place: .start)
  }

  fileprivate static func plain(_ text: String) -> YAMLNode {
    YAMLNode(content: .scalar(Scalar(plain: text), text: text), place: .start)
  }

  fileprivate static func mapping(_ entries: [(String, YAMLNode)]) -> YAMLNode {
    let entries = entries.map { Entry(key: $0.0, place: .start, value: $0.1) }
    return YAMLNode(content: .mapping(entries), place: .start)
  }

  fileprivate func without(_ key: String) -> YAMLNode {
    guard case .mapping(let entries) = content else { return self }
    return YAMLNode(content: .mapping(entries.filter { $0.key != key }), place: place)
  }
}
