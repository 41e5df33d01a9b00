import StudyModel

// Reads `trial.scale`: which settings follow the GPUs of a trial, and how.
extension StudyReader {
  private static let scaleExample = "scale: {learning_rate: linear, batch_size: inverse}"
  private static let warmupExample = "learning_rate: {rule: linear, warmup: 5}"

  /// Reads `trial.scale`, and warns of rules that can never change anything.
  ///
  /// - Parameters:
  ///   - top: The file.
  ///   - trial: What else stands in `trial`.
  ///   - written: The parameters of the file; `nil` where they have mistakes.
  ///   - schedule: The study's schedule.
  /// - Returns: `nil` where it is left out.
  func scale(
    _ top: Fields, of trial: TrialSettings?, in written: SpaceReading?, _ schedule: Schedule?
  ) -> [Scaling]? {
    guard let trial, let settings = top["trial"]?.entries(""),
      let field = settings.first(where: { $0.key == "scale" && !$0.field.node.isNull })?.field,
      let entries = field.entries(Wording.example(Self.scaleExample))
    else { return nil }
    let isWidened = schedule?.widens ?? false
    if trial.gpus == 0, ledger.purpose == .running, !entries.isEmpty {
      ledger.warning(at: field.place, Wording.scaleWithoutGPUs)
    }
    return entries.filter { !$0.field.node.isNull }.compactMap { name, place, field in
      guard let scaling = scaling(name, field) else { return nil }
      check(scaling, field, at: place, in: written)
      if trial.gpus > 0 {
        for rule in scaling.rules where !trial.canFollow(rule, isWidened: isWidened) {
          ledger.warning(at: place, Wording.uselessRule(field.path, rule))
        }
      }
      return scaling
    }
  }

  private func scaling(_ name: String, _ field: Field) -> Scaling? {
    guard case .mapping = field.node.content else {
      return rules(field).map { Scaling(name, $0) }
    }
    guard
      let fields = Fields(field, keys: ["rule", "warmup"], example: Self.warmupExample),
      let rules = fields.required("rule", example: "rule: linear").flatMap(rules)
    else { return nil }
    return Scaling(name, rules, warmup: fields["warmup"]?.whole(from: 1))
  }

  /// One rule, or a list of a rule that follows the GPUs and `inverse`.
  private func rules(_ field: Field) -> [Scaling.Rule]? {
    guard case .list = field.node.content, let items = field.list("") else {
      return field.choice().map { [$0] }
    }
    guard !items.isEmpty else {
      field.mistake(Wording.emptyList(field.path))
      return nil
    }
    let rules: [Scaling.Rule] = items.compactMap { $0.choice() }
    guard rules.count == items.count else { return nil }
    guard rules.count(where: \.followsGPUs) <= 1, Set(rules).count == rules.count else {
      field.mistake(Wording.rulesOfAKind(field.path))
      return nil
    }
    return rules.sorted { $0.followsGPUs && !$1.followsGPUs }
  }

  private func check(
    _ scaling: Scaling, _ field: Field, at place: Place, in written: SpaceReading?
  ) {
    guard let written else { return }
    let name = scaling.parameter
    guard written.names.contains(name) else {
      return ledger.mistake(at: place, Wording.unknownScaled(name, known: written.names))
    }
    guard let domain = written.space.parameter(named: name)?.domain else { return }
    if !domain.isNumeric {
      ledger.mistake(at: place, Wording.scaledWords(field.path, name))
    } else if domain.isWhole, scaling.warmup != nil {
      ledger.mistake(at: place, Wording.warmupOfWhole(field.path, name))
    }
  }
}
