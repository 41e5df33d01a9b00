import StudyModel

/// Ranks losses of several metrics: by fronts, and within a front so that the first ones are spread
/// over it.
///
/// Source: Schmucker et al., "Multi-objective Asynchronous Successive Halving", 2021,
/// <https://arxiv.org/abs/2106.12639>: non-dominated sorting, and within a front the epsilon-net of
/// Salinas et al., "A multi-objective perspective on jointly tuning hardware and hyperparameters",
/// 2021: first the best in the first metric, then whoever is farthest from those taken, as in Syne
/// Tune 0.14. Deviations: distances are taken after each metric was scaled to the range it has
/// within the front, so that units do not matter; ties go to the earlier trial, so that the ranking
/// does not depend on the order of arrival. (Syne Tune takes the ranks within a front for places in
/// it, and the sorted places for priorities, so its order is another one.)
///
/// Cost, with `n` entries: adding one takes O(n) comparisons where it moves few others to the next
/// front, at most O(n^2); the fronts are kept and mended (Li et al., "Efficient nondomination level
/// update", IEEE Transactions on Cybernetics 47, 2017). Ranking takes O(f^2) for each front of `f`
/// entries that has changed. For one metric there are heaps, which take O(log n).
struct ParetoRanking: Sendable {
  typealias Entry = ParetoFront.Member

  /// The entries in the order of their arrival.
  private(set) var entries: [Entry] = []
  /// The entries of each front, ascending by trial; an entry is dominated by one of the front
  /// before.
  private(set) var fronts: [[Int]] = []
  /// The fronts in the order of the ranking; `nil` after a change.
  private var spreads: [[Int]?] = []

  /// Adds an entry.
  ///
  /// - Parameter entry: With as many losses as those before.
  /// - Returns: Its place among the entries.
  @discardableResult
  mutating func insert(_ entry: Entry) -> Int {
    let place = entries.count
    entries.append(entry)
    var moving = [place]
    var level = firstFront(for: entry)
    while !moving.isEmpty {
      if level == fronts.count {
        fronts.append([])
        spreads.append(nil)
      }
      let joining = moving
      var staying = joining
      moving = []
      for member in fronts[level] {
        let isDominated = joining.contains {
          dominates(entries[$0].losses, entries[member].losses)
        }
        if isDominated { moving.append(member) } else { staying.append(member) }
      }
      fronts[level] = staying.sorted { entries[$0].trial < entries[$1].trial }
      spreads[level] = nil
      level += 1
    }
    return place
  }

  /// The first front of which no entry dominates this one; of those after it none does, either.
  private func firstFront(for entry: Entry) -> Int {
    var low = 0
    var high = fronts.count
    while low < high {
      let middle = (low + high) / 2
      if fronts[middle].contains(where: { dominates(entries[$0].losses, entry.losses) }) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /// The best entries, best first.
  ///
  /// - Parameter count: How many; at most as many as there are.
  /// - Returns: Their places among the entries.
  mutating func best(_ count: Int) -> [Int] {
    var best: [Int] = []
    for level in fronts.indices where best.count < count {
      let spread = spreads[level] ?? spread(fronts[level])
      spreads[level] = spread
      best += spread.prefix(count - best.count)
    }
    return best
  }

  /// Orders a front: each next entry is the farthest from those before it.
  private func spread(_ front: [Int]) -> [Int] {
    // The front is ascending by trial, and the first of the least is taken.
    guard let first = front.min(by: { entries[$0].losses[0] < entries[$1].losses[0] }) else {
      return []
    }
    let halfRanges = entries[first].losses.indices.map { metric in
      let values = front.map { entries[$0].losses[metric] }
      return (values.max() ?? 0) / 2 - (values.min() ?? 0) / 2
    }
    var order: [Int] = []
    var left = front.map { (place: $0, distance: Double.infinity) }
    var next = left.firstIndex { $0.place == first }
    while let taken = next {
      let place = left.remove(at: taken).place
      order.append(place)
      next = nil
      for index in left.indices {
        let distance = distance(left[index].place, place, halfRanges)
        left[index].distance = min(left[index].distance, distance)
        if next.map({ left[$0].distance < left[index].distance }) ?? true { next = index }
      }
    }
    return order
  }

  /// The square of the distance of two entries, each metric in units of its range.
  ///
  /// Reckons in halves, so that the difference of two large values is not infinite.
  private func distance(_ one: Int, _ other: Int, _ halfRanges: [Double]) -> Double {
    var sum = 0.0
    for (metric, halfRange) in halfRanges.enumerated() where halfRange > 0 {
      let halves = (entries[one].losses[metric] / 2, entries[other].losses[metric] / 2)
      let difference = (halves.0 - halves.1) / halfRange
      sum += difference * difference
    }
    return sum
  }
}

extension ParetoRanking: Codable {
  /// Rebuilds the fronts from the entries in the order of their arrival.
  init(from decoder: any Decoder) throws {
    for entry in try decoder.singleValueContainer().decode([Entry].self) { insert(entry) }
  }

  /// Writes the entries; the fronts follow from these.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(entries)
  }
}
