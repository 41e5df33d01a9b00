import FoundationEssentials
import StudyModel
import TableFiles

/// The table of a collection for other programs, block by block.
struct CollectionExport {
  private let path: String

  /// The table in a file.
  init(of path: String) { self.path = path }

  /// Prints it.
  ///
  /// - Parameters:
  ///   - format: Not `optuna`, which knows no fidelities and seeds.
  ///   - reports: Whether a row of CSV is an epoch.
  /// - Throws: `TableFileError`, or ``Failure``.
  func write(_ format: ExportCommand.Format, reports: Bool) throws {
    do {
      let table = try CollectionTable(reading: path)
      switch format {
      case .csv: try writeText(table, reports ? .reports : .trainings)
      case .table:
        try writeText(table, .curves)
        note(
          "rung: 'rung simulate STUDY --table \(path)' reads the collection as it is, which is faster"
        )
      case .json: try writeJSON(table)
      case .optuna:
        throw Failure(
          .usage,
          "a collection has fidelities and seeds, which Optuna's journal has no place for; write "
            + "'--format csv', json or table")
      }
    } catch let error as TableFileError { throw Failure(.wrongFile, error.description) }
  }

  private func writeText(
    _ table: borrowing CollectionTable, _ kind: CollectionText.Kind
  ) throws {
    let text = CollectionText(
      kind, parameters: table.head.parameters, metrics: table.head.metrics,
      epochs: table.head.epochs, fidelity: table.head.fidelity)
    try rung.write(text.header)
    try table.eachBlock { try rung.write(text.lines($0)) }
  }

  /// One object, written piece by piece: a collection may be larger than the memory.
  private func writeJSON(_ table: borrowing CollectionTable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let head = table.head
    let texts = [
      ("name", head.name), ("rung", head.rung), ("date", head.date), ("fidelity", head.fidelity),
      ("campaign", head.campaign), ("study", head.study),
    ]
    var open = "{"
    for (key, value) in texts {
      open += "\"\(key)\":\(String(decoding: try encoder.encode(value), as: UTF8.self)),"
    }
    try rung.write(open + "\"trainings\":[\n")
    var isFirst = true
    try table.eachBlock { block in
      var lines = ""
      for training in block.trainings {
        lines += isFirst ? "" : ",\n"
        isFirst = false
        lines += String(decoding: try encoder.encode(training), as: UTF8.self)
      }
      try rung.write(lines)
    }
    try rung.write("\n]}\n")
  }
}
