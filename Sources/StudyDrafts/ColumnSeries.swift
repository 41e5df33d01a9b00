/// Columns that differ in one number alone, as those of a learning curve do.
struct ColumnSeries {
  /// The name before and behind the number.
  let prefix: String, suffix: String
  /// The numbers, ascending, with the place of each column.
  private(set) var steps: [(number: Int, column: Int)] = []

  /// The epochs of the curve; nothing is known before the first.
  var epochs: [Int] { steps.map(\.number).filter { $0 > 0 } }
  /// What the columns are called without the number.
  var name: ColumnName { ColumnName(prefix + " " + suffix) }
  /// A name for the metric in it: `val_acc` of `val_acc_1`.
  var title: String {
    let text = prefix + suffix
    let first = text.drop { !($0.isLetter) }
    return String(first.reversed().drop { !($0.isLetter || $0.isNumber) }.reversed())
  }

  /// The column's pattern, with the fidelity in braces.
  func pattern(_ fidelity: String) -> String { "\(prefix){\(fidelity)}\(suffix)" }

  /// Every series of a header, those of one column among them; a column may be in several.
  static func all(in header: [String]) -> [ColumnSeries] {
    var series: [[String]: ColumnSeries] = [:]
    var order: [[String]] = []
    for (column, name) in header.enumerated() {
      for (prefix, number, suffix) in numbers(in: name) {
        let key = [prefix, suffix]
        if series[key] == nil { order.append(key) }
        series[key, default: ColumnSeries(prefix: prefix, suffix: suffix)].steps
          .append((number, column))
      }
    }
    return order.compactMap { key in
      guard var found = series[key], found.hasEpochs else { return nil }
      found.steps.sort { $0.number < $1.number }
      return found
    }
  }

  /// Whether the number may count epochs.
  private var hasEpochs: Bool {
    guard let last = ColumnName(prefix).words.last else { return false }
    return !ColumnName.isRepetition(last)
  }

  /// The whole numbers within a name, as they are written without leading zeros.
  private static func numbers(in name: String) -> [(String, Int, String)] {
    var found: [(String, Int, String)] = []
    var place = name.startIndex
    while place < name.endIndex {
      guard name[place].isASCII, name[place].isNumber else {
        place = name.index(after: place)
        continue
      }
      var end = place
      while end < name.endIndex, name[end].isASCII, name[end].isNumber {
        end = name.index(after: end)
      }
      let digits = name[place..<end]
      if let number = Int(digits), String(number) == digits {
        found.append((String(name[..<place]), number, String(name[end...])))
      }
      place = end
    }
    return found
  }
}
