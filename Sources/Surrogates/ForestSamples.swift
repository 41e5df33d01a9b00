/// The data of a forest, sorted by each column once for all trees.
struct ForestSamples {
  let columns: [RandomForest.Column]
  let targets: [Double]
  /// The different numbers of each ordered column, ascending; empty for categories.
  private(set) var values: [[Double]] = []
  /// Column after column the place of each sample's number among the different ones, or its
  /// category.
  private(set) var ranks: [Int32] = []
  /// Column after column the samples by ascending rank.
  private(set) var sorted: [Int32] = []

  var count: Int { targets.count }

  init(rows: [Double], columns: [RandomForest.Column], targets: [Double]) {
    self.columns = columns
    self.targets = targets
    for column in columns.indices {
      let numbers = stride(from: column, to: rows.count, by: columns.count).map { rows[$0] }
      let order = numbers.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) }
      sorted += order.map { Int32($0) }
      switch columns[column] {
      case .ordered: rank(numbers, by: order)
      case .unordered:
        ranks += numbers.map { Int32($0) }
        values.append([])
      }
    }
  }

  private mutating func rank(_ numbers: [Double], by order: [Int]) {
    var distinct: [Double] = []
    var ranks = [Int32](repeating: 0, count: numbers.count)
    for sample in order {
      if distinct.last != numbers[sample] { distinct.append(numbers[sample]) }
      ranks[sample] = Int32(distinct.count - 1)
    }
    self.ranks += ranks
    values.append(distinct)
  }
}
