import StudyModel

extension StudyReader {
  /// Every algorithm of the study file, those of later versions among them.
  private static let allAlgorithms = [
    "random", "grid", "sobol", "successive-halving", "hyperband", "asha", "bohb", "pasha",
    "mobster", "pasha-bo", "age", "agebo", "agebo-sync", "mixed-bo", "mixed-age", "one-epoch",
    "random-baseline", "rasda",
  ]

  private static let built: [Algorithm.Name] = [.random, .asha]

  /// Reads `algorithm`: a name, or a mapping with settings; ASHA where it is left out.
  func algorithm(_ top: Fields, fidelity: Fidelity?) -> Algorithm? {
    guard let field = top["algorithm"] else { return nil }
    if case .scalar = field.node.content { return name(field).map { Algorithm($0) } }
    let keys = ["name", "eta", "type", "brackets", "scheduler", "searcher"]
    guard let fields = Fields(field, keys: keys, example: "algorithm: {name: asha, eta: 3}")
    else { return nil }
    for key in ["scheduler", "searcher"] {
      if let part = fields[key] { part.mistake(Wording.joinedAlgorithm(part.path)) }
    }
    guard let name = fields["name"].map({ name($0) }) ?? .asha else { return nil }
    var algorithm = Algorithm(name)
    let settings = ["eta", "type", "brackets"].compactMap { fields[$0] }
    guard name == .asha else {
      for field in settings { field.mistake(Wording.notOfAlgorithm(field.path, name.rawValue)) }
      return algorithm
    }
    let eta = fields["eta"].map { $0.whole(from: 2, through: 1000) } ?? algorithm.schedule.eta
    let halving: Schedule.Halving? =
      fields["type"].map { $0.choice() } ?? algorithm.schedule.halving
    let brackets = fields["brackets"].map { $0.whole(from: 1) } ?? algorithm.schedule.brackets
    guard let eta, let halving, let brackets else { return nil }
    if let rungs = fidelity?.rungs(eta: eta).count, brackets > rungs {
      fields["brackets"]?.mistake(Wording.tooManyBrackets(brackets, rungs: rungs))
    }
    algorithm.schedule.eta = eta
    algorithm.schedule.halving = halving
    algorithm.schedule.brackets = brackets
    return algorithm
  }

  private func name(_ field: Field) -> Algorithm.Name? {
    guard case .scalar(.word(let word), _) = field.node.content else {
      field.mistake(expected: Wording.example("algorithm: asha"))
      return nil
    }
    if let name = Algorithm.Name(rawValue: word), Self.built.contains(name) { return name }
    let ours = Self.built.map(\.rawValue)
    if Self.allAlgorithms.contains(word) {
      field.mistake(Wording.laterAlgorithm(field.path, word, now: ours))
    } else if let near = nearest(to: word, among: ours + Self.allAlgorithms) {
      field.mistake(Wording.misspelt(field.path, word, near: near))
    } else {
      field.mistake(Wording.unknownAlgorithm(field.path, word, now: ours))
    }
    return nil
  }
}
