/// A matrix of real numbers, kept column after column, as LAPACK has it.
struct Matrix: Hashable, Sendable {
  /// The number of rows.
  let rows: Int
  /// The number of columns.
  let columns: Int
  /// All of them, `rows` times `columns`.
  var elements: [Double]

  /// A matrix of zeros.
  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    elements = Array(repeating: 0, count: rows * columns)
  }

  /// A matrix of one column.
  init(column: [Double]) {
    rows = column.count
    columns = 1
    elements = column
  }

  subscript(row: Int, column: Int) -> Double {
    get { elements[column * rows + row] }
    set { elements[column * rows + row] = newValue }
  }

  /// The sum of the products of two columns, in the order of their rows.
  func product(ofColumn left: Int, with other: Matrix, column right: Int) -> Double {
    var sum = 0.0
    let (first, second) = (left * rows, right * other.rows)
    for row in 0..<min(rows, other.rows) {
      sum += elements[first + row] * other.elements[second + row]
    }
    return sum
  }
}
