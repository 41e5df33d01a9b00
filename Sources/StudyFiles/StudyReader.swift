import StudyModel

/// Reads the study file's fields into a ``Study``; each part stands in an extension of its own.
struct StudyReader {
  static let keys = [
    "name", "metric", "fidelity", "space", "parameters", "constraints", "points", "algorithm",
    "trial",
    "environment", "slurm", "stop", "baseline", "seed", "table", "finish", "prior", "model",
  ]

  let ledger: Ledger

  /// Reads the whole file.
  ///
  /// - Parameters:
  ///   - root: The document.
  ///   - stem: The file's name without folder and extension, the default of `name`.
  /// - Returns: `nil` where mistakes were found.
  func study(_ root: YAMLNode, stem: String) -> Study? {
    let file = Field(path: "", node: root, ledger: ledger)
    guard let top = Fields(file, keys: Self.keys, example: "metric: {name: loss, goal: minimize}")
    else { return nil }
    let name = name(top, stem: stem)
    let fidelity = fidelity(top)
    let metrics = metrics(top, fidelity: fidelity)
    let hasTable = top["table"] != nil
    let written = space(top, isRequired: !hasTable)
    var trial = trial(top, parameters: written?.names ?? [], isRequired: !hasTable)
    var algorithm = algorithm(top, fidelity: fidelity)
    let space = written?.choosingSizes(of: trial).seen(by: algorithm)
    collect(top, in: space, &algorithm)
    let points = points(top, in: space)
    if let scale = scale(top, of: trial, in: written, algorithm?.schedule) { trial?.scale = scale }
    let environment = environment(top["environment"])
    let slurm = slurm(top["slurm"])
    let stop = stop(top)
    let baseline = top["baseline"].flatMap { $0.number() }
    let seed = top["seed"].flatMap { $0.whole(from: 0, through: .max) }
    let table = table(
      top, fidelity: fidelity, metrics: metrics?.count ?? 1, parameters: space?.names ?? [])
    let finish = finish(top["finish"])
    let prior = prior(top["prior"])
    let machine = MachineReader(ledger: ledger).machine(top["model"])
    if let metrics, metrics.count > 1, let algorithm {
      check(algorithm, with: top["algorithm"], forMetrics: metrics.count)
    }
    if algorithm?.schedule.widens == true, trial?.gpus == 0, ledger.purpose == .running {
      top["algorithm"]?.mistake(Wording.widensNothing)
    }
    if let algorithm, algorithm.schedule.first == .samples, algorithm.search.kind != .grid,
      stop.trials == nil
    {
      top["algorithm"]?.mistake(Wording.samplesWithoutEnd)
    }
    guard !ledger.hasMistakes, let name, let metrics, let fidelity, let space, let trial else {
      return nil
    }
    var study = Study(
      name: name, metrics: metrics, fidelity: fidelity, space: space.space, points: points,
      algorithm: algorithm ?? Algorithm(), trial: trial, environment: environment, slurm: slurm,
      stop: stop, finish: finish, prior: prior, baseline: baseline, seed: UInt64(seed ?? 0),
      table: table)
    study.machine = machine
    return study
  }

  /// Notes an algorithm that cannot judge trials by several metrics.
  private func check(_ algorithm: Algorithm, with field: Field?, forMetrics count: Int) {
    guard !algorithm.takesSeveralMetrics else { return }
    field?.mistake(Wording.oneMetricOnly(algorithm.label, metrics: count))
  }

  /// The study's name, which becomes a job's name and part of paths.
  private func name(_ top: Fields, stem: String) -> String? {
    guard let field = top["name"] else {
      if !isStudyName(stem) { ledger.mistake(at: top.place, Wording.missingName(stem)) }
      return stem
    }
    guard let name = field.line() else { return nil }
    guard isStudyName(name) else {
      field.mistake(Wording.badName(name, of: "study", Wording.studyName))
      return nil
    }
    return name
  }

  /// Reads `metric`: one, or a list of several with different names.
  private func metrics(_ top: Fields, fidelity: Fidelity?) -> [Metric]? {
    let example = "metric: {name: val_accuracy, goal: maximize}"
    guard let field = top.required("metric", example: example) else { return nil }
    guard case .list = field.node.content, let items = field.list(Wording.example(example)) else {
      return metric(field, fidelity: fidelity).map { [$0] }
    }
    guard !items.isEmpty else {
      field.mistake(Wording.emptyList(field.path))
      return nil
    }
    guard items.count <= Self.mostMetrics else {
      field.mistake(Wording.tooMany(field.path, Self.mostMetrics))
      return nil
    }
    var metrics: [Metric] = []
    for item in items {
      guard let metric = metric(item, fidelity: fidelity) else { continue }
      if metrics.contains(where: { $0.name == metric.name }) {
        item.mistake(Wording.metricTwice(metric.name))
      }
      metrics.append(metric)
    }
    return metrics.count == items.count ? metrics : nil
  }

  private static let mostMetrics = 10

  private func metric(_ field: Field, fidelity: Fidelity?) -> Metric? {
    let example = "metric: {name: val_accuracy, goal: maximize}"
    guard let fields = Fields(field, keys: ["name", "goal"], example: example) else { return nil }
    let name = fields.required("name", example: "name: val_accuracy")?.line()
    let goal = fields.required("goal", example: "goal: maximize")
      .flatMap { field -> Goal? in
        let shorthands = ["max": "maximize", "min": "minimize"]
        guard case .scalar(.word(let word), _) = field.node.content, let goal = shorthands[word]
        else { return field.choice() }
        field.mistake(Wording.misspelt(field.path, word, near: goal))
        return nil
      }
    if let name, name == fidelity?.name {
      fields["name"]?.mistake(Wording.metricIsFidelity(name))
    }
    guard let name, let goal else { return nil }
    return Metric(name: name, goal: goal)
  }

  private func fidelity(_ top: Fields) -> Fidelity? {
    let example = "fidelity: {name: epoch, min: 1, max: 81}"
    guard let field = top.required("fidelity", example: example),
      let fields = Fields(field, keys: ["name", "min", "max", "levels"], example: example)
    else { return nil }
    guard let name = fields["name"].map({ $0.line() }) ?? "epoch" else { return nil }
    if let levels = fields["levels"] {
      for key in ["min", "max"] {
        if let other = fields[key] { other.mistake(Wording.boundBesideLevels(other.path)) }
      }
      guard let budgets = self.levels(levels) else { return nil }
      return Fidelity(name: name, levels: budgets)
    }
    let low = fields["min"].map { $0.whole(from: 1) } ?? 1
    let high = fields.required("max", example: "max: 81").flatMap { $0.whole(from: 1) }
    guard let low, let high else { return nil }
    guard low <= high else {
      fields["min"]?.mistake(Wording.reversed(field.path, low: "\(low)", high: "\(high)"))
      return nil
    }
    return Fidelity(name: name, minimum: Budget(low), maximum: Budget(high))
  }

  private func levels(_ field: Field) -> [Budget]? {
    guard let items = field.list(Wording.example("levels: [1, 9, 81]")) else { return nil }
    let levels = items.compactMap { $0.whole(from: 1) }
    guard levels.count == items.count else { return nil }
    guard !levels.isEmpty, zip(levels, levels.dropFirst()).allSatisfy(<) else {
      field.mistake(levels.isEmpty ? Wording.emptyList(field.path) : Wording.levelsNotAscending)
      return nil
    }
    return levels.map { Budget($0) }
  }
}

/// Whether a text can name a study or a site: it is used in paths and as a job's name.
func isStudyName(_ text: String) -> Bool {
  isWord(text, extra: "._-") && text.utf8.count <= 100 && !".-".contains(text.first ?? ".")
}

/// Whether a text consists of ASCII letters, digits and `extra` characters, and is not empty.
func isWord(_ text: String, extra: String) -> Bool {
  !text.isEmpty
    && text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: extra.utf8.contains(byte)
      }
    }
}
