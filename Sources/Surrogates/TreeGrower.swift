/// Grows the trees of a forest, one after another.
///
/// A tree's samples are sorted by every column before it grows, and stay sorted as nodes are split
/// (Mehta, Agrawal and Rissanen, "SLIQ", EDBT 1996), so that a node looks at each of its samples
/// once a column.
struct TreeGrower {
  /// A node that is not split yet: a part of the tree's samples, in each column's order.
  private struct Open {
    let node: Int
    let samples: Range<Int>
  }

  let samples: ForestSamples
  let settings: RandomForest.Settings
  private let columnsPerSplit: Int

  private(set) var nodes: [RandomForest.Node] = []
  private(set) var leaves: [RandomForest.Leaf] = []
  private(set) var sides: [UInt64] = []

  /// How often each sample was drawn for the tree, and its target times that.
  private var drawn: [SIMD2<Double>]
  /// The tree's samples, column after column in its order.
  private var orders: [Int32] = []
  /// How many samples the tree has.
  private var count = 0
  private var isLeft: [Bool]
  private var moved: [Int32]
  private var columns: [Int]

  init(samples: ForestSamples, settings: RandomForest.Settings) {
    self.samples = samples
    self.settings = settings
    columns = Array(samples.columns.indices)
    columnsPerSplit = max(Int(settings.columnShare * Double(samples.columns.count)), 1)
    drawn = Array(repeating: SIMD2(), count: samples.count)
    isLeft = Array(repeating: false, count: samples.count)
    moved = Array(repeating: 0, count: samples.count)
  }

  /// Grows one more tree.
  mutating func grow(using random: inout some RandomNumberGenerator) {
    drawSamples(using: &random)
    nodes.append(RandomForest.Node())
    var open = [Open(node: nodes.count - 1, samples: 0..<count)]
    while let next = open.popLast() {
      let (leaf, isPure) = content(of: next.samples)
      guard !isPure, next.samples.count >= settings.minimumSplit,
        let split = bestSplit(of: next.samples, leaf, using: &random)
      else {
        nodes[next.node].child = Int32(leaves.count)
        leaves.append(leaf)
        continue
      }
      nodes[next.node] = node(for: split)
      let middle = partition(next.samples, by: split)
      nodes += [RandomForest.Node(), RandomForest.Node()]
      open.append(Open(node: nodes.count - 1, samples: middle..<next.samples.upperBound))
      open.append(Open(node: nodes.count - 2, samples: next.samples.lowerBound..<middle))
    }
  }

  private mutating func drawSamples(using random: inout some RandomNumberGenerator) {
    for sample in drawn.indices { drawn[sample] = SIMD2(settings.isBootstrapped ? 0 : 1, 0) }
    if settings.isBootstrapped {
      for _ in 0..<min(settings.sampleLimit ?? .max, samples.count) {
        drawn[Int.random(in: 0..<samples.count, using: &random)].x += 1
      }
    }
    for sample in drawn.indices { drawn[sample].y = drawn[sample].x * samples.targets[sample] }
    orders.removeAll(keepingCapacity: true)
    for sample in samples.sorted where drawn[Int(sample)].x > 0 { orders.append(sample) }
    count = orders.count / columns.count
  }

  private func content(of range: Range<Int>) -> (RandomForest.Leaf, isPure: Bool) {
    var leaf = RandomForest.Leaf(weight: 0, sum: 0, squares: 0)
    let first = samples.targets[Int(orders[range.lowerBound])]
    var isPure = true
    for place in range {
      let sample = Int(orders[place])
      let target = samples.targets[sample]
      leaf.weight += drawn[sample].x
      leaf.sum += drawn[sample].y
      leaf.squares += drawn[sample].y * target
      if target != first { isPure = false }
    }
    return (leaf, isPure)
  }

  /// The best split by any of some columns drawn at random; constant ones do not count.
  private mutating func bestSplit(
    of range: Range<Int>, _ content: RandomForest.Leaf,
    using random: inout some RandomNumberGenerator
  ) -> Split? {
    var best: Split?
    var looked = 0
    for place in columns.indices where looked < columnsPerSplit {
      if columnsPerSplit < columns.count {
        columns.swapAt(place, Int.random(in: place..<columns.count, using: &random))
      }
      let column = columns[place]
      let node = SplitSearch(
        column: column, content: content,
        places: column * count + range.lowerBound..<column * count + range.upperBound)
      guard !node.isConstant(orders.span, samples) else { continue }
      looked += 1
      best = node.bestSplit(orders.span, drawn.span, samples, above: best) ?? best
    }
    return best
  }

  private mutating func node(for split: Split) -> RandomForest.Node {
    var node = RandomForest.Node(column: Int32(split.column), child: Int32(nodes.count))
    switch split.left {
    case .ranks(_, let threshold): node.threshold = threshold
    case .categories(let bits):
      node.side = Int32(sides.count)
      sides += bits
    }
    return node
  }

  /// Moves the samples that go left before the others, in the order of every column.
  ///
  /// - Returns: The first place of the others.
  private mutating func partition(_ range: Range<Int>, by split: Split) -> Int {
    let first = split.column * samples.count
    for place in range {
      let sample = Int(orders[place])
      isLeft[sample] = split.goesLeft(Int(samples.ranks[first + sample]))
    }
    return Self.partition(&orders, range, of: count, columns.count, isLeft, &moved)
  }

  /// Moves those that go left to the front of a range in each of some columns, keeping the order.
  ///
  /// - Returns: The first place behind them.
  private static func partition(
    _ orders: inout [Int32], _ range: Range<Int>, of count: Int, _ columns: Int, _ isLeft: [Bool],
    _ moved: inout [Int32]
  ) -> Int {
    var orders = orders.mutableSpan
    var moved = moved.mutableSpan
    var middle = range.lowerBound
    for start in stride(from: 0, to: columns * count, by: count) {
      var (left, right) = (start + range.lowerBound, 0)
      for place in start + range.lowerBound..<start + range.upperBound {
        let sample = orders[place]
        // Both are written and one counts: a jump here would be guessed wrong every other time.
        orders[left] = sample
        moved[right] = sample
        let step = isLeft[Int(sample)] ? 1 : 0
        left += step
        right += 1 - step
      }
      for place in 0..<right { orders[left + place] = moved[place] }
      middle = left - start
    }
    return middle
  }
}
