/// A way to divide the samples of a node in two.
struct Split {
  /// What goes left.
  enum Side {
    /// Ranks up to one, which are numbers up to a threshold.
    case ranks(upTo: Int, threshold: Double)
    /// The categories whose bits are set.
    case categories([UInt64])
  }

  let column: Int
  let left: Side
  /// The sum of the squared sums by weights: the more, the less variance is left.
  let score: Double

  func goesLeft(_ rank: Int) -> Bool {
    switch left {
    case .ranks(let last, _): rank <= last
    case .categories(let bits): bits[rank / 64] >> UInt64(rank % 64) & 1 == 1
    }
  }
}

/// Looks for the best split of a node by one column.
struct SplitSearch {
  let column: Int
  /// The node's sums.
  let content: RandomForest.Leaf
  /// Where its samples are, in the column's order.
  let places: Range<Int>

  func isConstant(_ orders: Span<Int32>, _ samples: ForestSamples) -> Bool {
    let first = column * samples.count
    return samples.ranks[first + Int(orders[places.lowerBound])]
      == samples.ranks[first + Int(orders[places.upperBound - 1])]
  }

  /// The column's best split, unless an earlier one is as good.
  func bestSplit(
    _ orders: Span<Int32>, _ drawn: Span<SIMD2<Double>>, _ samples: ForestSamples,
    above other: Split?
  ) -> Split? {
    switch samples.columns[column] {
    case .ordered: threshold(orders, drawn, samples, above: other?.score ?? -.infinity)
    case .unordered(let count):
      grouping(orders, drawn, samples, count, above: other?.score ?? -.infinity)
    }
  }

  private func threshold(
    _ orders: Span<Int32>, _ drawn: Span<SIMD2<Double>>, _ samples: ForestSamples,
    above limit: Double
  ) -> Split? {
    let ranks = samples.ranks.span
    let first = column * samples.count
    var left = SIMD2<Double>()
    var best = (score: limit, low: -1, high: -1)
    var sample = Int(orders[places.lowerBound])
    var rank = ranks[first + sample]
    for place in places.lowerBound + 1..<places.upperBound {
      left += drawn[sample]
      sample = Int(orders[place])
      let next = ranks[first + sample]
      if next != rank {
        let score = score(of: left)
        if score > best.score { best = (score, Int(rank), Int(next)) }
        rank = next
      }
    }
    guard best.low >= 0 else { return nil }
    let (low, high) = (samples.values[column][best.low], samples.values[column][best.high])
    let middle = low + (high - low) / 2
    return Split(
      column: column, left: .ranks(upTo: best.low, threshold: middle < high ? middle : low),
      score: best.score)
  }

  /// The best of the divisions of the categories, ordered by their means, in two.
  private func grouping(
    _ orders: Span<Int32>, _ drawn: Span<SIMD2<Double>>, _ samples: ForestSamples, _ count: Int,
    above limit: Double
  ) -> Split? {
    var groups: [(category: Int, sum: SIMD2<Double>)] = []
    for place in places {
      let sample = Int(orders[place])
      let category = Int(samples.ranks[column * samples.count + sample])
      if groups.last?.category != category { groups.append((category, SIMD2())) }
      groups[groups.count - 1].sum += drawn[sample]
    }
    groups.sort { ($0.sum.y / $0.sum.x, $0.category) < ($1.sum.y / $1.sum.x, $1.category) }
    var left = SIMD2<Double>()
    var best = (score: limit, place: -1)
    for place in 0..<groups.count - 1 {
      left += groups[place].sum
      let score = score(of: left)
      if score > best.score { best = (score, place) }
    }
    guard best.place >= 0 else { return nil }
    // What the node has not seen goes where its own mean would.
    let (last, next) = (groups[best.place].sum, groups[best.place + 1].sum)
    let isBelow = content.mean < (last.y / last.x + next.y / next.x) / 2
    var bits = [UInt64](repeating: isBelow ? .max : 0, count: (count + 63) / 64)
    for (place, group) in groups.enumerated() {
      let bit: UInt64 = 1 << UInt64(group.category % 64)
      if place <= best.place {
        bits[group.category / 64] |= bit
      } else {
        bits[group.category / 64] &= ~bit
      }
    }
    return Split(column: column, left: .categories(bits), score: best.score)
  }

  private func score(of left: SIMD2<Double>) -> Double {
    let rest = SIMD2(content.weight, content.sum) - left
    return left.y * left.y / left.x + rest.y * rest.y / rest.x
  }
}
