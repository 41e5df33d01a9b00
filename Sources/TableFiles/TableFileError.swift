/// Why a file cannot stand in for trials.
public enum TableFileError: Error, Hashable, Sendable {
  /// The file cannot be read.
  case unreadable(file: String, cause: String)
  /// The file is larger than can be held.
  case tooLarge(file: String, bytes: Int)
  /// The file has no line.
  case empty(file: String)
  /// A row has more or fewer cells than the header.
  case unevenRow(file: String, line: Int, cells: Int, columns: Int)
  /// A column that is needed is not there.
  case noColumn(file: String, column: String, key: String, near: [String])
  /// A cell is no number.
  case noNumber(file: String, line: Int, column: String, text: String)
  /// A cell is no value of its parameter.
  case noValue(file: String, line: Int, column: String, text: String, parameter: String)
  /// A curve has a gap.
  case gap(file: String, line: Int, column: String)
  /// A time is negative, or the times of a row do not grow.
  case badTime(file: String, line: Int, column: String, text: String)
  /// No row is left.
  case noRow(file: String)
  /// A row is no configuration of the study.
  case noConfiguration(file: String, line: Int)
  /// Two rows are the same configuration.
  case configurationTwice(file: String, line: Int, first: Int)
  /// A list has no row.
  case noConfigurations(file: String)
  /// A training of a collection has no value of its parameter.
  case noValueOfTraining(file: String, training: Int, text: String, parameter: String)
  /// An HDF5 file is no table of a collection.
  case noCollection(file: String, cause: String)
}

extension TableFileError: CustomStringConvertible {
  /// What is wrong, where, and what to change.
  public var description: String {
    switch self {
    case .unreadable(let file, let cause):
      "\(file): cannot be read: \(cause); 'table.file' is a path beside the study file, or absolute"
    case .tooLarge(let file, let bytes):
      "\(file): holds more than \(bytes >> 30) GiB; keep the columns and rows that are needed"
    case .empty(let file):
      "\(file): is empty; the first line must be the header"
    case .unevenRow(let file, let line, let cells, let columns):
      "\(file):\(line): has \(cells) cells, but the header has \(columns)"
    case .noColumn(let file, let column, let key, let near):
      """
      \(file): has no column '\(column)', which '\(key)' names; it has \
      \(near.map { "'\($0)'" }.joined(separator: ", "))
      """
    case .noNumber(let file, let line, let column, let text):
      "\(file):\(line): column '\(column)' is '\(text)'; it must be a number, 'nan', or empty"
    case .noValue(let file, let line, let column, let text, let parameter):
      """
      \(file):\(line): column '\(column)' is '\(text)', which is no value of the parameter \
      '\(parameter)'; widen the parameter, or drop the row by 'table.where'
      """
    case .gap(let file, let line, let column):
      "\(file):\(line): column '\(column)' is empty, but a later one of the curve is not"
    case .badTime(let file, let line, let column, let text):
      "\(file):\(line): column '\(column)' is '\(text)'; seconds must not be negative or decrease"
    case .noConfiguration(let file, let line):
      """
      \(file):\(line): does not fit the study's parameters and constraints; give every active parameter \
      but the fidelities a value, and leave inactive ones empty
      """
    case .configurationTwice(let file, let line, let first):
      "\(file):\(line): is the same configuration as line \(first); write each once"
    case .noConfigurations(let file):
      "\(file): has no row below its header; write a configuration a line"
    case .noValueOfTraining(let file, let training, let text, let parameter):
      """
      \(file): training \(training) has '\(text)', which is no value of the parameter '\(parameter)'; widen \
      the parameter, or drop the training by 'table.where'
      """
    case .noCollection(let file, let cause):
      """
      \(file): is no table of a collection: \(cause); write one by 'rung campaign report FILE -o \
      table.h5'
      """
    case .noRow(let file):
      "\(file): no row is left; look at 'table.where'"
    }
  }
}
