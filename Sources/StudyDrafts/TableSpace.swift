public import StudyModel

/// What a table of learning curves says of a study: its metric, fidelity, times and parameters.
///
/// Names and cells are all there is to go by, so some of it is guessed; the notes say what.
public struct TableSpace: Hashable, Sendable {
  /// Why a table makes no study.
  public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// No columns look like a learning curve.
    case noCurve(columns: [String])
    /// There is nothing below the header.
    case noRow

    /// What is wrong, and what is looked for.
    public var description: String {
      switch self {
      case .noCurve(let columns):
        """
        no columns look like a learning curve, such as 'val_acc_1', 'val_acc_2' and so on, with an epoch in \
        the name; there are \(columns.map { "'\($0)'" }.joined(separator: ", "))
        """
      case .noRow: "has a header and no rows"
      }
    }
  }

  /// The metric.
  public internal(set) var metric: Metric
  /// The name of the fidelity.
  public let fidelity = "epoch"
  /// The epochs that the curves have, ascending.
  public internal(set) var epochs: [Int]
  /// Where curves and times stand; its file is still to be named.
  public internal(set) var table: TableSettings
  /// What differs between rows.
  public internal(set) var parameters: [Parameter] = []
  /// The rows of the table.
  public let rowCount: Int
  /// What was guessed or left out, in sentences without full stops.
  public internal(set) var notes: [String] = []

  /// Looks at a table.
  ///
  /// - Parameters:
  ///   - header: The columns' names.
  ///   - rowCount: How many rows there are.
  ///   - texts: The cells of a column.
  /// - Throws: ``Failure``.
  public init(
    header: [String], rowCount: Int, texts: (Int) -> [String]
  ) throws(Failure) {
    guard rowCount > 0 else { throw .noRow }
    self.rowCount = rowCount
    let series = ColumnSeries.all(in: header).filter { series in
      !series.epochs.isEmpty
        && series.steps.allSatisfy { Self.areNumbers(texts($0.column)) }
        && series.steps.contains { !texts($0.column).allSatisfy(\.isEmpty) }
    }
    guard let curve = Self.curve(of: series) else { throw .noCurve(columns: header) }
    epochs = curve.epochs
    metric = Metric(name: curve.title, goal: curve.name.goal ?? Self.trend(curve, texts))
    table = TableSettings(file: "", metrics: [curve.pattern(fidelity)])
    if curve.name.goal == nil {
      notes.append(
        "that '\(metric.name)' is better when it \(metric.goal == .maximize ? "rises" : "falls") is "
          + "guessed from the curves")
    }
    var taken = Set(series.flatMap { $0.name.isResult ? $0.steps.map(\.column) : [] })
    taken.formUnion(curve.steps.map(\.column))
    takeTimes(header, series)
    for (column, name) in header.enumerated() where !taken.contains(column) {
      take(name, texts(column))
    }
  }

  /// The series that a search would look at: of a metric by its name, validated rather than tested, of the
  /// most epochs; else the longest of all.
  private static func curve(of series: [ColumnSeries]) -> ColumnSeries? {
    func rank(_ series: ColumnSeries) -> [Int] {
      let name = series.name
      return [
        name.goal == nil ? 0 : 1, name.isValidated ? 1 : 0, name.isOtherPart ? 0 : 1,
        series.epochs.count,
      ]
    }
    let named = series.filter { !$0.name.isTime && ($0.name.goal != nil || $0.epochs.count > 2) }
    // Of equals the first.
    return named.max { rank($0).lexicographicallyPrecedes(rank($1)) }
  }

  /// Whether most curves rise.
  private static func trend(_ curve: ColumnSeries, _ texts: (Int) -> [String]) -> Goal {
    guard let first = curve.steps.first, let last = curve.steps.last else { return .minimize }
    let pairs = zip(texts(first.column), texts(last.column))
      .compactMap { begin, end in Double(begin).flatMap { begin in Double(end).map { $0 - begin } }
      }
    return pairs.count { $0 > 0 } * 2 > pairs.count ? .maximize : .minimize
  }

  private mutating func takeTimes(_ header: [String], _ series: [ColumnSeries]) {
    let fitting = series.filter {
      $0.name.isTime && !$0.name.isTimePerStep && Set($0.epochs).isSuperset(of: epochs)
    }
    if let times = fitting.first(where: { !$0.name.isOtherPart }) ?? fitting.first {
      // What stands at epoch 200 alone is the time up to there.
      let isSum = times.name.isElapsed || epochs != Array(1...epochs.count)
      let pattern = times.pattern(fidelity)
      table.time = isSum ? .elapsed(pattern) : .seconds(pattern)
    } else if let column = header.first(where: { ColumnName($0).isTimePerStep }) {
      table.time = .secondsPerStep(column)
    } else {
      notes.append("no column of times was found, so each epoch takes a second")
    }
  }

  /// Takes a column for a parameter, or says why not.
  private mutating func take(_ name: String, _ texts: [String]) {
    let column = ColumnName(name)
    let distinct = Set(texts).subtracting([""])
    if column.isStatus {
      guard let whole = distinct.first(where: { ["ok", "success"].contains($0.lowercased()) })
      else { return }
      table.rows[name] = whole
      notes.append("only rows whose '\(name)' is '\(whole)' are taken")
      return
    }
    // Digits behind a leading zero are a code, of which a number would lose some.
    let isCode = distinct.contains { text in
      text.count > 1 && text.first == "0" && text.allSatisfy(\.isNumber)
    }
    let numbers = !isCode && Self.areNumbers(texts) ? distinct.compactMap(Double.init) : []
    let hasNumbers = numbers.count == distinct.count
    if case .secondsPerStep(name) = table.time { return }
    if distinct.isEmpty { return notes.append("column '\(name)' is empty") }
    if column.isLabel || (hasNumbers && column.isResult) {
      let what = column.isLabel ? "the name of a row" : "a result"
      return notes.append("column '\(name)' is not searched, since it looks like \(what)")
    }
    guard hasNumbers || distinct.count <= Self.mostWords else {
      return notes.append(
        "column '\(name)' is not searched, since it has \(distinct.count) different texts")
    }
    let parameter = Self.parameterName(name, beside: parameters.map(\.name))
    if parameter != name { table.parameters[parameter] = name }
    parameters.append(
      Parameter(
        name: parameter,
        domain: hasNumbers ? Self.domain(numbers) : Self.domain(of: distinct.sorted())))
  }

  /// A name that a study file accepts.
  private static func parameterName(_ name: String, beside others: [String]) -> String {
    var result = String(
      name.map { character in
        let fits = character.isASCII && (character.isLetter || character.isNumber)
        return fits || "_-./".contains(character) ? character : "_"
      })
    if result.first.map({ $0.isLetter || $0 == "_" }) != true { result = "_" + result }
    while others.contains(result) { result += "_" }
    return result
  }

  /// Few numbers are listed; many become a range, on a log scale where it spans two decades.
  private static func domain(_ numbers: [Double]) -> Parameter.Domain {
    let sorted = Array(Set(numbers)).sorted()
    let low = sorted[0]
    let high = sorted[sorted.count - 1]
    let areWhole = sorted.allSatisfy { Int(exactly: $0) != nil && $0.magnitude <= 0x1p53 }
    let values: [ParameterValue] = sorted.map { number in
      if areWhole, let whole = Int(exactly: number) { return .integer(whole) }
      return .real(number)
    }
    if sorted.count == 1 { return .constant(values[0]) }
    if sorted.count <= mostNumbers { return .ordinal(values) }
    let isLog = low > 0 && high / low >= 100
    if areWhole, let low = Int(exactly: low), let high = Int(exactly: high) {
      return .integer(low: low, high: high, step: 1, log: isLog)
    }
    return .real(low: low, high: high, step: nil, log: isLog)
  }

  private static func domain(of words: [String]) -> Parameter.Domain {
    let truths: [String: ParameterValue] = ["true": .truth(true), "false": .truth(false)]
    let values = words.compactMap { truths[$0.lowercased()] }
    // Words that differ in their capitals alone stay words.
    guard values.count == words.count, Set(values).count == values.count else {
      let words = words.map(ParameterValue.word)
      return words.count == 1 ? .constant(words[0]) : .categorical(words)
    }
    return values.count == 1 ? .constant(values[0]) : .categorical(values)
  }

  /// Whether all cells but empty ones are numbers, `nan` among them.
  private static func areNumbers(_ texts: [String]) -> Bool {
    texts.allSatisfy { $0.isEmpty || Double($0) != nil }
  }

  private static let mostNumbers = 12
  private static let mostWords = 64
}
