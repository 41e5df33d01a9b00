public import Simulation
public import StudyModel

/// A study joined with its table: the study searches the table's rows alone.
public struct TabulatedStudy: Sendable {
  /// The study, its space restricted to the rows.
  public let study: Study
  /// The rows' curves.
  public let table: Table
  /// What a reader should know, such as a parameter that was added.
  public let notes: [String]
}

/// Reads the table of a study.
///
/// Every row is a configuration of its own: where two rows have the same settings, or the study
/// names no parameters, a parameter `row` tells them apart. Parameters that a row leaves empty are
/// inactive there.
///
/// - Parameters:
///   - study: With `table`.
///   - settings: Its table, or another.
///   - path: The file.
/// - Returns: The study on the table's rows, and the table.
/// - Throws: ``TableFileError``.
public func readTable(
  of study: Study, by settings: TableSettings, at path: String
) throws(TableFileError) -> TabulatedStudy {
  if CollectionTable.isOne(path) {
    return try CollectionTable(reading: path).tabulated(study, by: settings)
  }
  let reader = TableReader(
    file: path, cells: try CommaSeparated(readText(path), file: path), study: study,
    settings: settings)
  return try reader.read()
}

struct TableReader {
  let file: String
  let cells: CommaSeparated
  let study: Study
  let settings: TableSettings

  func read() throws(TableFileError) -> TabulatedStudy {
    let rows = try atFullFidelity(wantedRows())
    guard !rows.isEmpty else { throw .noRow(file: file) }
    var configurations = try self.configurations(rows)
    let curves = try self.curves(rows)
    var space = study.space
    var notes: [String] = []
    if Set(configurations).count < rows.count {
      let isNameless = space.parameters.isEmpty
      space = SearchSpace(
        parameters: space.parameters + [
          Parameter(
            name: Self.row, domain: .integer(low: 0, high: cells.rowCount - 1, step: 1, log: false))
        ], constraints: space.constraints)
      for (place, row) in rows.enumerated() { configurations[place][Self.row] = .integer(row) }
      notes.append(
        isNameless
          ? "the study has no parameters, so rows are proposed by their number"
          : "some rows of the table have equal settings; the parameter 'row' tells them apart")
    }
    var study = study
    study.space = space.restricted(to: configurations)
    return TabulatedStudy(
      study: study, table: Table(configurations: configurations, curves: curves), notes: notes)
  }

  /// The parameter that tells rows apart.
  static let row = "row"

  /// The rows that `where` keeps.
  private func wantedRows() throws(TableFileError) -> [Int] {
    var filters: [(column: Int, value: String)] = []
    for (name, value) in settings.rows.sorted(by: { $0.key < $1.key }) {
      filters.append((try column(name, key: "table.where"), value))
    }
    return (0..<cells.rowCount).filter { row in
      filters.allSatisfy { cells.text(row: row, column: $0.column) == $0.value }
    }
  }

  /// Those of some rows that have the fidelities of the study, which searches at the last value of each.
  private func atFullFidelity(_ rows: [Int]) throws(TableFileError) -> [Int] {
    var rows = rows
    for parameter in study.space.parameters where parameter.isFidelity {
      guard case .constant = parameter.domain,
        let column = cells.header.firstIndex(of: settings.column(of: parameter))
      else { continue }
      rows = rows.filter { row in
        parameter.domain.value(ofText: cells.text(row: row, column: column)) != nil
      }
    }
    return rows
  }

  private func column(_ name: String, key: String) throws(TableFileError) -> Int {
    guard let column = cells.header.firstIndex(of: name) else {
      throw .noColumn(file: file, column: name, key: key, near: Array(cells.header.prefix(12)))
    }
    return column
  }

  // MARK: Configurations

  private func configurations(_ rows: [Int]) throws(TableFileError) -> [Configuration] {
    var columns: [(parameter: Parameter, column: Int)] = []
    for parameter in study.space.parameters {
      if case .constant = parameter.domain, settings.parameters[parameter.name] == nil,
        !cells.header.contains(parameter.name)
      {
        continue
      }
      let name = settings.column(of: parameter)
      columns.append((parameter, try column(name, key: "parameters.\(parameter.name)")))
    }
    var configurations: [Configuration] = []
    configurations.reserveCapacity(rows.count)
    for row in rows {
      var configuration = Configuration()
      for parameter in study.space.parameters {
        if case .constant(let value) = parameter.domain { configuration[parameter.name] = value }
      }
      for (parameter, column) in columns where !cells.isEmpty(row: row, column: column) {
        let text = cells.text(row: row, column: column)
        guard let value = parameter.domain.value(ofText: text) else {
          throw .noValue(
            file: file, line: cells.lines[row], column: cells.header[column], text: text,
            parameter: parameter.name)
        }
        configuration[parameter.name] = value
      }
      configurations.append(configuration)
    }
    return configurations
  }

  // MARK: Curves

  private func curves(_ rows: [Int]) throws(TableFileError) -> [LearningCurve] {
    var metrics: [[Int]] = []
    for pattern in settings.metrics { metrics.append(try steps(pattern, key: "table.metric")) }
    let times = try timeColumns()
    var curves: [LearningCurve] = []
    curves.reserveCapacity(rows.count)
    for row in rows {
      var values: [[Double]] = []
      for columns in metrics { values.append(try self.values(row, columns)) }
      let length = values.map(\.count).min() ?? 0
      let seconds = try self.seconds(row, times, length)
      curves.append(
        LearningCurve(
          values: values.map { Array($0[..<length]) }, seconds: seconds,
          epochs: study.fidelity.levels?.map(\.epochs), row: row))
    }
    return curves
  }

  /// The columns of a pattern from epoch 1 to the study's maximum, as far as the table has them;
  /// a fidelity with `levels` reads those epochs alone.
  private func steps(_ pattern: String, key: String) throws(TableFileError) -> [Int] {
    let parts = pattern.split(
      separator: "{\(study.fidelity.name)}", maxSplits: 1, omittingEmptySubsequences: false)
    var columns: [Int] = []
    let places = Dictionary(
      zip(cells.header, cells.header.indices), uniquingKeysWith: { first, _ in first })
    let epochs = study.fidelity.levels?.map(\.epochs) ?? Array(1...study.fidelity.maximum.epochs)
    for epoch in epochs {
      guard let column = places[parts.joined(separator: String(epoch))] else { break }
      columns.append(column)
    }
    guard !columns.isEmpty else {
      throw .noColumn(
        file: file, column: parts.joined(separator: String(epochs[0])), key: key,
        near: Array(cells.header.prefix(12)))
    }
    return columns
  }

  private func values(_ row: Int, _ columns: [Int]) throws(TableFileError) -> [Double] {
    var values: [Double] = []
    values.reserveCapacity(columns.count)
    for (step, column) in columns.enumerated() {
      if cells.isEmpty(row: row, column: column) {
        guard columns[step...].allSatisfy({ cells.isEmpty(row: row, column: $0) }) else {
          throw .gap(file: file, line: cells.lines[row], column: cells.header[column])
        }
        break
      }
      values.append(try number(row, column))
    }
    return values
  }

  private func number(_ row: Int, _ column: Int) throws(TableFileError) -> Double {
    guard let number = cells.number(row: row, column: column) else {
      throw .noNumber(
        file: file, line: cells.lines[row], column: cells.header[column],
        text: cells.text(row: row, column: column))
    }
    return number
  }

  // MARK: Times

  private enum Times {
    case elapsed([Int])
    case each([Int])
    case constant(Int)
    case unit
  }

  private func timeColumns() throws(TableFileError) -> Times {
    switch settings.time {
    case .elapsed(let pattern): .elapsed(try steps(pattern, key: "table.elapsed"))
    case .seconds(let pattern): .each(try steps(pattern, key: "table.seconds"))
    case .secondsPerStep(let name): .constant(try column(name, key: "table.seconds_per_step"))
    case .unit: .unit
    }
  }

  private func seconds(
    _ row: Int, _ times: Times, _ length: Int
  ) throws(TableFileError) -> LearningCurve.Seconds {
    func time(_ column: Int, atLeast low: Double) throws(TableFileError) -> Double {
      let seconds = try number(row, column)
      guard seconds.isFinite, seconds >= low else {
        throw .badTime(
          file: file, line: cells.lines[row], column: cells.header[column],
          text: cells.text(row: row, column: column))
      }
      return seconds
    }
    switch times {
    case .unit: return .perEpoch(1)
    case .constant(let column): return .perEpoch(try time(column, atLeast: 0))
    case .each(let columns):
      guard columns.count >= length else {
        throw .gap(file: file, line: cells.lines[row], column: "of the last seconds")
      }
      var seconds: [Double] = []
      for column in columns[..<length] { seconds.append(try time(column, atLeast: 0)) }
      return .each(seconds)
    case .elapsed(let columns):
      guard columns.count >= length else {
        throw .gap(file: file, line: cells.lines[row], column: "of the last elapsed seconds")
      }
      var seconds: [Double] = []
      var elapsed = 0.0
      for column in columns[..<length] {
        let next = try time(column, atLeast: elapsed)
        seconds.append(next - elapsed)
        elapsed = next
      }
      return .each(seconds)
    }
  }
}

extension TableSettings {
  /// The name of a parameter's column.
  func column(of parameter: Parameter) -> String { parameters[parameter.name] ?? parameter.name }
}
