/// A table of text cells: a header and rows.
///
/// Source: RFC 4180, with line feeds alone accepted as line ends. Our own reader and not a
/// library's, since those for Swift make a `String` of every cell, and a table of curves has
/// millions of them that become numbers.
struct CommaSeparated {
  /// The columns' names.
  let header: [String]
  /// Rows, the header not counted.
  var rowCount: Int { (ends.count / max(header.count, 1)) - 1 }
  private let text: [UInt8]
  /// The first byte of each cell, row by row.
  private let starts: [Int]
  /// The byte after each cell.
  private let ends: [Int]
  /// The line on which each row begins, from 1.
  let lines: [Int]

  /// Parses a text.
  ///
  /// - Parameters:
  ///   - text: Of a whole file.
  ///   - file: Its name, for messages.
  init(_ text: [UInt8], file: String) throws(TableFileError) {
    var starts: [Int] = []
    var ends: [Int] = []
    var lines: [Int] = []
    var columns = 0
    var line = 1
    var place = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while place < text.count {
      lines.append(line)
      let first = starts.count
      rowLoop: while true {
        let isQuoted = place < text.count && text[place] == UInt8(ascii: "\"")
        let start = place
        if isQuoted {
          place += 1
          while place < text.count {
            if text[place] == UInt8(ascii: "\"") {
              place += 1
              guard place < text.count, text[place] == UInt8(ascii: "\"") else { break }
            } else if text[place] == UInt8(ascii: "\n") {
              line += 1
            }
            place += 1
          }
        }
        while place < text.count, text[place] != UInt8(ascii: ","),
          text[place] != UInt8(ascii: "\n")
        {
          place += 1
        }
        var end = place
        if place >= text.count || text[place] == UInt8(ascii: "\n"), end > start,
          text[end - 1] == UInt8(ascii: "\r")
        {
          end -= 1
        }
        starts.append(start)
        ends.append(end)
        guard place < text.count else { break rowLoop }
        place += 1
        if text[place - 1] == UInt8(ascii: "\n") {
          line += 1
          break rowLoop
        }
      }
      let count = starts.count - first
      if count == 1, starts[first] == ends[first] {
        // An empty line, such as the last.
        starts.removeLast()
        ends.removeLast()
        lines.removeLast()
      } else if columns == 0 {
        columns = count
      } else if count != columns {
        throw .unevenRow(file: file, line: lines[lines.count - 1], cells: count, columns: columns)
      }
    }
    guard columns > 0 else { throw .empty(file: file) }
    self.text = text
    self.starts = starts
    self.ends = ends
    self.lines = Array(lines.dropFirst())
    header = (0..<columns).map { Self.cell(text, starts[$0], ends[$0]) }
  }

  /// The text of a cell.
  func text(row: Int, column: Int) -> String {
    let cell = (row + 1) * header.count + column
    return Self.cell(text, starts[cell], ends[cell])
  }

  /// Whether a cell is empty.
  func isEmpty(row: Int, column: Int) -> Bool {
    let cell = (row + 1) * header.count + column
    return starts[cell] == ends[cell]
  }

  /// A cell as a number, `nan` and infinities included; `nil` where it is none.
  func number(row: Int, column: Int) -> Double? { Double(text(row: row, column: column)) }

  private static func cell(_ text: [UInt8], _ start: Int, _ end: Int) -> String {
    guard end - start >= 2, text[start] == UInt8(ascii: "\""), text[end - 1] == UInt8(ascii: "\"")
    else { return String(decoding: text[start..<end], as: UTF8.self) }
    var bytes: [UInt8] = []
    var place = start + 1
    while place < end - 1 {
      bytes.append(text[place])
      // A doubled quote stands for one.
      place += text[place] == UInt8(ascii: "\"") ? 2 : 1
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
