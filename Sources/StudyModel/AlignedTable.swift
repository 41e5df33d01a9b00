/// Sets rows in columns two blanks apart: words to the left, numbers to the right.
///
/// - Parameters:
///   - rows: All of one length, the header first.
///   - wordColumns: How many columns, from the left, hold words.
/// - Returns: One line a row.
public func alignedTable(_ rows: [[String]], wordColumns: Int) -> [String] {
  let columns = rows.first?.count ?? 0
  let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    let cells = row.enumerated().map { column, cell in
      let blanks = String(repeating: " ", count: widths[column] - cell.count)
      return column < wordColumns ? cell + blanks : blanks + cell
    }
    return cells.joined(separator: "  ")
  }
}
