/// The cells of a table as text, before a study says what they mean.
public struct TableText: Sendable {
  private let cells: CommaSeparated

  /// Reads a whole file, plain or compressed by gzip.
  ///
  /// - Parameter path: The file.
  /// - Throws: ``TableFileError``.
  public init(contentsOf path: String) throws(TableFileError) {
    cells = try CommaSeparated(readText(path), file: path)
  }

  /// The columns' names.
  public var header: [String] { cells.header }
  /// Rows, the header not counted.
  public var rowCount: Int { cells.rowCount }

  /// The texts of a column, row by row; an empty one where a cell is.
  public func texts(ofColumn column: Int) -> [String] {
    (0..<rowCount).map { cells.text(row: $0, column: column) }
  }
}
