import StudyModel

extension StudyReader {
  private static let tableKeys = [
    "file", "metric", "elapsed", "seconds", "seconds_per_step", "parameters", "where",
  ]

  /// Reads `table`.
  func table(
    _ top: Fields, fidelity: Fidelity?, metrics: Int, parameters: [String]
  ) -> TableSettings? {
    let example = "table: {file: curves.csv.gz, metric: \"val_acc_{epoch}\"}"
    guard let field = top["table"],
      let fields = Fields(field, keys: Self.tableKeys, example: example)
    else { return nil }
    let file = fields.required("file", example: "file: curves.csv.gz")?.line()
    let patterns = fields.required("metric", example: "metric: \"val_acc_{epoch}\"")
      .flatMap { self.patterns($0, fidelity, count: metrics) }
    let time = time(fields, fidelity)
    let columns = columns(fields["parameters"], parameters: parameters)
    let rows = texts(fields["where"], example: "where: {status: OK}")
    guard let file, let patterns else { return nil }
    return TableSettings(
      file: file, metrics: patterns, time: time,
      parameters: Dictionary(uniqueKeysWithValues: columns),
      rows: Dictionary(uniqueKeysWithValues: rows))
  }

  private func time(_ fields: Fields, _ fidelity: Fidelity?) -> TableSettings.Time {
    let given = ["elapsed", "seconds", "seconds_per_step"].compactMap { fields[$0] }
    if given.count > 1 { given[1].mistake(Wording.severalTimes(given.map(\.path))) }
    if let column = fields["elapsed"].flatMap({ pattern($0, fidelity) }) { return .elapsed(column) }
    if let column = fields["seconds"].flatMap({ pattern($0, fidelity) }) { return .seconds(column) }
    if let column = fields["seconds_per_step"]?.line() { return .secondsPerStep(column) }
    return .unit
  }

  /// One pattern, or a list with one for each metric of the study.
  private func patterns(_ field: Field, _ fidelity: Fidelity?, count: Int) -> [String]? {
    var items = [field]
    if case .list = field.node.content { items = field.list(Wording.text) ?? [] }
    let patterns = items.compactMap { pattern($0, fidelity) }
    guard patterns.count == items.count else { return nil }
    guard patterns.count == count else {
      field.mistake(Wording.columnsOfMetrics(patterns.count, metrics: count))
      return nil
    }
    return patterns
  }

  /// A column's name with the fidelity's name in braces.
  private func pattern(_ field: Field, _ fidelity: Fidelity?) -> String? {
    guard let pattern = field.line() else { return nil }
    guard let fidelity else { return pattern }
    guard
      pattern.split(separator: "{\(fidelity.name)}", omittingEmptySubsequences: false).count == 2
    else {
      field.mistake(Wording.noPlaceholder(field.path, pattern, fidelity: fidelity.name))
      return nil
    }
    return pattern
  }

  private func columns(_ field: Field?, parameters: [String]) -> [(String, String)] {
    let columns = texts(field, example: "parameters: {learning_rate: lr}")
    guard let field, !parameters.isEmpty else { return columns }
    for (name, place, _) in field.entries("") ?? [] where !parameters.contains(name) {
      ledger.mistake(at: place, Wording.unknownParameter(name, known: parameters))
    }
    return columns
  }

  /// The texts of a mapping.
  private func texts(_ field: Field?, example: String) -> [(String, String)] {
    guard let field, let entries = field.entries(Wording.example(example)) else { return [] }
    return entries.compactMap { name, _, field in field.line().map { (name, $0) } }
  }
}
