public import StudyModel

/// Reads configurations from a file of comma-separated values, plain or compressed by gzip.
///
/// Columns are parameters; others are left aside. An empty cell is an inactive parameter.
///
/// - Parameters:
///   - space: The parameters.
///   - path: The file.
/// - Returns: At least one, in the file's order, no two alike.
/// - Throws: ``TableFileError``.
public func readConfigurations(
  of space: SearchSpace, at path: String
) throws(TableFileError) -> [Configuration] {
  let cells = try CommaSeparated(readText(path), file: path)
  var columns: [(parameter: Parameter, column: Int)] = []
  for parameter in space.parameters {
    if let column = cells.header.firstIndex(of: parameter.name) {
      columns.append((parameter, column))
      continue
    }
    if case .constant = parameter.domain { continue }
    throw .noColumn(
      file: path, column: parameter.name, key: "parameters.\(parameter.name)",
      near: Array(cells.header.prefix(12)))
  }
  var lines: [Configuration: Int] = [:]
  var configurations: [Configuration] = []
  for row in 0..<cells.rowCount {
    var given = Configuration()
    for parameter in space.parameters {
      if case .constant(let value) = parameter.domain { given[parameter.name] = value }
    }
    for (parameter, column) in columns where !cells.isEmpty(row: row, column: column) {
      let text = cells.text(row: row, column: column)
      guard let value = parameter.domain.value(ofText: text) else {
        throw .noValue(
          file: path, line: cells.lines[row], column: parameter.name, text: text,
          parameter: parameter.name)
      }
      given[parameter.name] = value
    }
    guard let configuration = space.conforming(given) else {
      throw .noConfiguration(file: path, line: cells.lines[row])
    }
    if let first = lines[configuration] {
      throw .configurationTwice(file: path, line: cells.lines[row], first: first)
    }
    lines[configuration] = cells.lines[row]
    configurations.append(configuration)
  }
  guard !configurations.isEmpty else { throw .noConfigurations(file: path) }
  return configurations
}

extension Parameter.Domain {
  /// A cell's text as a value of the parameter; `nil` where it is none.
  func value(ofText text: String) -> ParameterValue? {
    if let value = conforming(.word(text)) { return value }
    if let whole = Int(text), let value = conforming(.integer(whole)) { return value }
    if let number = Double(text), let value = conforming(.real(number)) { return value }
    switch text.lowercased() {
    case "true": return conforming(.truth(true))
    case "false": return conforming(.truth(false))
    default: return nil
    }
  }
}
