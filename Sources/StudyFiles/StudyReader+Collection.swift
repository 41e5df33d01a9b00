import StudyModel

// A study that trains a collection: `algorithm: {searcher: collection, configurations: {sobol: 500}}`.
extension StudyReader {
  static let collectionKeys = ["configurations", "seeds", "from", "keep"]
  /// Configurations of a list, and values of a fidelity.
  static let mostListed = 100_000
  /// Trainings of one configuration: more than a table can be read by.
  static let mostCombinations = 10_000_000

  /// Reads the keys of a collection.
  func readCollection(_ fields: Fields, _ algorithm: inout Algorithm) {
    guard algorithm.search.kind == .collection else {
      for key in Self.collectionKeys {
        guard let field = fields[key] else { continue }
        field.mistake(
          Wording.notOfAlgorithm(
            field.path, algorithm.label, of: ["'searcher: \(Search.Kind.collection.rawValue)'"]))
      }
      return
    }
    let configurations = fields.required(
      "configurations", example: "configurations: {sobol: 500}"
    ).flatMap(configurations)
    let seeds = fields["seeds"].map(trainingSeeds) ?? [1]
    let first = fields["from"].map { $0.whole(from: 0, through: 1 << 53) } ?? 0
    let keeps = fields["keep"].map { $0.choice(of: ["checkpoints"]) != nil } ?? false
    guard let configurations, let seeds, let first else { return }
    algorithm.search.collection = CollectionSettings(
      configurations: configurations, seeds: seeds, first: first, keepsCheckpoints: keeps)
  }

  private func configurations(_ field: Field) -> CollectionSettings.Configurations? {
    guard case .mapping(let entries) = field.node.content,
      entries.first?.key == "list", entries.count == 1
    else { return CollectionSource(field)?.generated }
    guard let items = field.entries("")?.first?.field.list(Self.listExample) else { return nil }
    guard items.count <= Self.mostListed else {
      field.mistake(Wording.tooMany(field.path, Self.mostListed))
      return nil
    }
    let list = items.compactMap { item -> Configuration? in
      guard let entries = item.entries(Self.listExample) else { return nil }
      var configuration = Configuration()
      for (name, _, field) in entries { configuration[name] = parameterValue(field) }
      return configuration.settings.count == entries.count ? configuration : nil
    }
    return list.count == items.count
      ? .list(list.map { TypedConfiguration(wrappedValue: $0) }) : nil
  }

  private static let listExample = Wording.example("list: [{learning_rate: 0.01, width: 32}]")

  /// Reads `seeds`: how many, from 1 on, or a list of them.
  func trainingSeeds(_ field: Field) -> [Int]? {
    guard case .list = field.node.content else {
      return field.whole(from: 1, through: Self.mostSeeds).map { Array(1...$0) }
    }
    guard let items = field.list("") else { return nil }
    let seeds = items.compactMap { $0.whole(from: 0, through: 1 << 53) }
    guard seeds.count == items.count else { return nil }
    guard !seeds.isEmpty, seeds.count <= Self.mostSeeds else {
      field.mistake(
        seeds.isEmpty ? Wording.emptyList(field.path) : Wording.tooMany(field.path, Self.mostSeeds))
      return nil
    }
    guard Set(seeds).count == seeds.count else {
      field.mistake(Wording.itemTwice(field.path))
      return nil
    }
    return seeds
  }

  private static let mostSeeds = 1000

  /// Notes a parameter that cannot be a fidelity.
  func checkFidelity(_ fields: Fields, name: String, _ domain: Parameter.Domain) {
    guard let field = fields["fidelity"] else { return }
    if let count = domain.count, count <= 1000 {
      if fields["when"] != nil { field.mistake(Wording.conditionalFidelity(name)) }
      if fields["architecture"]?.node.content == .scalar(.truth(true), text: "true") {
        field.mistake(Wording.fidelityIsArchitecture(name))
      }
    } else {
      field.mistake(Wording.manyFidelities(name))
    }
  }

  /// Puts the types of a space into the configurations of a collection, and notes what in the study
  /// cannot be collected.
  func collect(_ top: Fields, in reading: SpaceReading?, _ algorithm: inout Algorithm?) {
    guard let reading, var collection = algorithm?.search.collection,
      let field = top["algorithm"]
    else { return }
    let space = reading.space
    let fidelities = space.parameters.filter(\.isFidelity)
    let product = fidelities.reduce(Double(collection.seeds.count)) {
      $0 * Double($1.domain.count ?? 1)
    }
    if product > Double(Self.mostCombinations) {
      field.mistake(Wording.manyCombinations(Self.mostCombinations))
    }
    for fidelity in fidelities.map(\.name) {
      for parameter in space.parameters
      where parameter.conditions.contains(where: { $0.parameter == fidelity }) {
        field.mistake(Wording.dependsOnFidelity("parameter \(parameter.name)", fidelity))
      }
      for constraint in space.constraints where constraint.names.contains(fidelity) {
        field.mistake(Wording.dependsOnFidelity("constraint \(constraint.text)", fidelity))
      }
    }
    top["points"]?.mistake(Wording.pointsOfCollection)
    guard case .list(let list) = collection.configurations else { return }
    let plain = space.withoutFidelities
    var conforming: [TypedConfiguration] = []
    for (place, listed) in list.enumerated() {
      guard let configuration = plain.conforming(listed.wrappedValue) else {
        field.mistake(Wording.listedMisfit(place + 1))
        break
      }
      conforming.append(TypedConfiguration(wrappedValue: configuration))
    }
    collection.configurations = .list(conforming)
    algorithm?.search.collection = collection
  }
}

extension SpaceReading {
  /// The space as a method searches it: a collection has all values of the fidelities, every other one
  /// the last.
  func seen(by algorithm: Algorithm?) -> SpaceReading {
    guard algorithm?.search.kind != .collection,
      space.parameters.contains(where: \.isFidelity)
    else { return self }
    return SpaceReading(names: names, space: space.atFullFidelity)
  }
}
