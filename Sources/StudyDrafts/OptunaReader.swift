import StudyModel

/// Reads Optuna's distributions: a mapping from parameter to distribution, or a journal of a study.
///
/// Source: Optuna 5.0, `optuna.distributions.distribution_to_json`, `json_to_distribution`;
/// `optuna.storages.journal.JournalStorage`.
enum OptunaReader {
  /// Whether a value is a distribution, as JSON or as a text of it.
  static func isDistribution(_ value: ForeignValue) -> Bool {
    guard let value = unwrapped(value) else { return false }
    let words = ["Distribution", "float", "int", "categorical"]
    let name = value["name"]?.word ?? value["type"]?.word ?? ""
    return words.contains { name == $0 || name.hasSuffix("Distribution") }
  }

  private static func unwrapped(_ value: ForeignValue) -> ForeignValue? {
    // A text that is no JSON is no distribution.
    value.word.map { try? ForeignValue(parsing: $0) } ?? value
  }

  /// A mapping from parameter to distribution.
  static func readDistributions(_ file: ForeignValue) throws(ForeignSpaceError) -> ForeignSpace {
    var space = ForeignSpace(.optuna)
    for entry in file.entries ?? [] { try add(entry.key, entry.value, to: &space) }
    return space
  }

  /// A journal: the distributions of its trials, and what the study optimises.
  static func readJournal(_ text: String) throws(ForeignSpaceError) -> ForeignSpace {
    var space = ForeignSpace(.optuna)
    for line in text.split(separator: "\n") {
      let operation = try ForeignValue(parsing: String(line))
      switch operation["op_code"]?.integer {
      case 0:
        let direction = operation["directions"]?.list?.first?.integer
        space.metric = Metric(name: "value", goal: direction == 2 ? .maximize : .minimize)
        if operation["directions"]?.list?.count ?? 1 > 1 {
          space.notes.append("the study has several metrics, of which the first is taken")
        }
      case 4:
        for entry in operation["distributions"]?.entries ?? [] {
          try add(entry.key, entry.value, to: &space)
        }
      case 5:
        if let name = operation["param_name"]?.word, let value = operation["distribution"] {
          try add(name, value, to: &space)
        }
      default: break
      }
    }
    guard !space.parameters.isEmpty else { throw .empty }
    return space
  }

  private static func add(
    _ name: String, _ value: ForeignValue, to space: inout ForeignSpace
  ) throws(ForeignSpaceError) {
    guard !space.parameters.contains(where: { $0.name == name }) else { return }
    guard let value = unwrapped(value), let kind = value["name"]?.word ?? value["type"]?.word else {
      throw .parameter(name, "it is no distribution of Optuna's")
    }
    space.parameters.append(
      Parameter(name: name, domain: try domain(name, kind, value["attributes"] ?? value)))
  }

  private static func domain(
    _ name: String, _ kind: String, _ attributes: ForeignValue
  ) throws(ForeignSpaceError) -> Parameter.Domain {
    if ["CategoricalDistribution", "categorical"].contains(kind) {
      guard let values = attributes["choices"]?.scalars, !values.isEmpty else {
        throw .parameter(name, "its choices are no words, numbers or truth values")
      }
      return values.domain
    }
    guard let low = attributes["low"], let high = attributes["high"] else {
      throw .parameter(name, "it has no 'low' and 'high'")
    }
    let log = attributes["log"]?.truth ?? kind.hasPrefix("Log") || kind.hasPrefix("IntLog")
    let step = (attributes["step"] ?? attributes["q"])?.number
    if kind.hasPrefix("Int") || kind == "int" {
      guard let low = low.integer, let high = high.integer else {
        throw .parameter(name, "its bounds are no whole numbers")
      }
      return .integer(low: low, high: high, step: log ? 1 : Int(step ?? 1), log: log)
    }
    guard let low = low.number, let high = high.number else {
      throw .parameter(name, "its bounds are no numbers")
    }
    return .real(low: low, high: high, step: log ? nil : step, log: log)
  }
}
