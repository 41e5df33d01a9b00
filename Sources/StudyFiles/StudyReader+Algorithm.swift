import StudyModel

extension StudyReader {
  /// Reads `algorithm`: a name, or a mapping with settings; ASHA where it is left out.
  func algorithm(_ top: Fields, fidelity: Fidelity?) -> Algorithm? {
    top["algorithm"].flatMap { algorithm($0, fidelity: fidelity) }
  }

  func algorithm(_ field: Field, fidelity: Fidelity?) -> Algorithm? {
    if case .scalar = field.node.content { return name(field).map { Algorithm($0) } }
    let keys = ["name", "scheduler", "searcher"] + Setting.keys + Self.collectionKeys
    guard let fields = Fields(field, keys: keys, example: "algorithm: {name: asha, eta: 3}"),
      var algorithm = method(fields)
    else { return nil }
    for setting in Setting.all {
      guard let field = fields[setting.key] else { continue }
      if setting.isOf(algorithm) {
        setting.read(field, &algorithm)
      } else {
        field.mistake(Wording.notOfAlgorithm(field.path, algorithm.label, of: setting.owners))
      }
    }
    if algorithm.schedule.kind == .asha, algorithm.schedule.halving == .stopping {
      for key in ["quantile", "first"] {
        if let field = fields[key] { field.mistake(Wording.notOfStopping(field.path)) }
      }
    }
    readCollection(fields, &algorithm)
    if let rungs = fidelity?.rungs(eta: algorithm.schedule.eta).count,
      algorithm.schedule.brackets > rungs
    {
      fields["brackets"]?.mistake(
        Wording.tooManyBrackets(algorithm.schedule.brackets, rungs: rungs))
    }
    return algorithm
  }

  /// The method with its defaults: by its name, or by its two parts.
  private func method(_ fields: Fields) -> Algorithm? {
    let scheduler = fields["scheduler"]
    let searcher = fields["searcher"]
    guard scheduler != nil || searcher != nil else {
      guard let field = fields["name"] else { return Algorithm() }
      return name(field).map { Algorithm($0) }
    }
    if let name = fields["name"] { name.mistake(Wording.nameBesideParts) }
    let schedule: Schedule.Kind? = scheduler.map { $0.choice() } ?? .full
    let search: Search.Kind? = searcher.map { $0.choice() } ?? .random
    guard let schedule, let search else { return nil }
    if let cause = misfit(schedule, search) { (searcher ?? scheduler)?.mistake(cause) }
    return Algorithm(schedule: Schedule(schedule), search: Search(search))
  }

  /// Why two parts do not fit, and what to write instead.
  private func misfit(_ schedule: Schedule.Kind, _ search: Search.Kind) -> String? {
    switch (schedule, search) {
    case (.untrained, .random): nil
    case (.untrained, _): Wording.untrainedNeedsRandom(search.rawValue)
    case (.full, .collection): nil
    case (_, .collection): Wording.collectionNeedsFull(schedule.rawValue)
    default: nil
    }
  }

  private func name(_ field: Field) -> Algorithm.Name? {
    guard case .scalar(.word(let word), _) = field.node.content else {
      field.mistake(expected: Wording.example("algorithm: asha"))
      return nil
    }
    if let name = Algorithm.Name(rawValue: word) { return name }
    let names = Algorithm.Name.allCases.map(\.rawValue)
    if let near = nearestWord(to: word, among: names) {
      field.mistake(Wording.misspelt(field.path, word, near: near))
    } else {
      field.mistake(Wording.unknownAlgorithm(field.path, word, now: names))
    }
    return nil
  }
}

/// One key of `algorithm` with what it sets.
private struct Setting {
  let key: String
  /// The schedulers and searchers that it belongs to, as messages name them.
  let owners: [String]
  let isOf: (Algorithm) -> Bool
  let read: (Field, inout Algorithm) -> Void

  static let keys = all.map(\.key).reduce(into: [String]()) { keys, key in
    if !keys.contains(key) { keys.append(key) }
  }

  private static func schedule<Value>(
    _ key: String, _ kinds: [Schedule.Kind], _ path: WritableKeyPath<Schedule, Value>,
    _ read: @escaping (Field) -> Value?
  ) -> Setting {
    Setting(
      key: key, owners: kinds.map(\.rawValue), isOf: { kinds.contains($0.schedule.kind) },
      read: { field, algorithm in
        if let value = read(field) { algorithm.schedule[keyPath: path] = value }
      })
  }

  private static func search<Value>(
    _ key: String, _ kinds: [Search.Kind], _ path: WritableKeyPath<Search, Value>,
    _ read: @escaping (Field) -> Value?
  ) -> Setting {
    Setting(
      key: key, owners: kinds.map(\.rawValue), isOf: { kinds.contains($0.search.kind) },
      read: { field, algorithm in
        if let value = read(field) { algorithm.search[keyPath: path] = value }
      })
  }

  private static func whole(from low: Int, through high: Int = 1_000_000_000) -> (Field) -> Int? {
    { $0.whole(from: low, through: high) }
  }

  private static let halving: [Schedule.Kind] = [
    .successiveHalving, .hyperband, .asha, .pasha, .rasda,
  ]
  private static let evolving: [Search.Kind] = [.age, .agebo, .mixedAgE]
  private static let forest: [Search.Kind] = [.agebo, .mixedBO]

  static var all: [Setting] {
    [
      schedule("eta", halving, \.eta, whole(from: 2, through: 1000)),
      schedule("type", [.asha], \.halving) { $0.choice() },
      schedule("brackets", [.asha], \.brackets, whole(from: 1)),
      schedule("quantile", [.asha, .pasha], \.quantile) { $0.choice() },
      schedule("first", [.asha], \.first) { $0.choice() },
      schedule("ranking", [.pasha], \.ranking, RankingReader.ranking),
      schedule("growth", [.rasda], \.growth, whole(from: 2, through: 1000)),
      schedule("growth_limit", [.rasda], \.growthLimit) { field in
        field.whole(from: 1).map { Optional($0) }
      },
      search("grid_points", [.grid], \.grid.points, whole(from: 2, through: 1000)),
      search("min_points_in_model", [.bohb], \.density.minimumPoints) { field in
        field.whole(from: 1).map { Optional($0) }
      },
      search("levels", [.bohb], \.density.levels) { $0.choice() },
      search("top_n_percent", [.bohb], \.density.topPercent) { $0.number(above: 0, below: 100) },
      search("num_samples", [.bohb], \.density.samples, whole(from: 1)),
      search("random_fraction", [.bohb], \.density.randomFraction) {
        $0.number(from: 0, through: 1)
      },
      search("bandwidth_factor", [.bohb], \.density.bandwidthFactor) { $0.number(above: 0) },
      search("min_bandwidth", [.bohb], \.density.minimumBandwidth) { $0.number(above: 0) },
      search("resource", [.mobster], \.process.resource) { $0.choice() },
      search("num_init_random", [.mobster], \.process.initialRandom, whole(from: 1)),
      search("max_size_data_for_model", [.mobster], \.process.maximumData, whole(from: 2)),
      search("num_init_candidates", [.mobster], \.process.candidates, whole(from: 1)),
      search("num_fantasy_samples", [.mobster], \.process.fantasies, whole(from: 1)),
      search("margin", [.mobster], \.process.margin) { field in
        field.number(from: 0).map { Optional($0) }
      },
      search("population", evolving, \.evolution.population, whole(from: 2)),
      search("sample", evolving, \.evolution.sample, whole(from: 1)),
      search("kappa", forest, \.forest.kappa) { $0.number(from: 0) },
      search("lie", forest, \.forest.lie) { $0.choice() },
      search("trees", forest, \.forest.trees, whole(from: 1, through: 10_000)),
      search("candidates", forest, \.forest.candidates, whole(from: 1)),
      search("initial_random", [.mixedBO], \.forest.initialRandom, whole(from: 1)),
    ]
  }
}
