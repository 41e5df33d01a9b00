/// Distances, with a percentile of them at hand: adding or removing one costs O(log n).
struct Distances: Sendable {
  private var numbers = OrderedSums<Double, Int>()
  private var removals = 0

  /// How many there are.
  var count: Int { numbers.sum ?? 0 }

  /// Adds one.
  mutating func insert(_ distance: Double) { numbers.add(1, at: distance) }

  /// Removes one that is there.
  mutating func remove(_ distance: Double) {
    numbers.add(-1, at: distance)
    removals += 1
    guard removals > numbers.count else { return }
    removals = 0
    numbers.prune()
  }

  /// A percentile, interpolated between neighbours.
  ///
  /// Source: NumPy 1.26, `numpy.percentile` with its default method `linear` (type 7 of Hyndman and
  /// Fan, The American Statistician 50, 1996), with the same rounding.
  ///
  /// - Parameter percent: From 0 to 100.
  /// - Returns: `nil` of none.
  func percentile(_ percent: Double) -> Double? {
    let place = Double(count - 1) * (percent / 100)
    let below = Int(max(0, place).rounded(.down))
    guard count > 0, let low = numbers.key(at: min(below, count - 1)),
      let high = numbers.key(at: min(below + 1, count - 1))
    else { return nil }
    let share = place - Double(below)
    let gap = high - low
    return share < 0.5 ? low + gap * share : high - gap * (1 - share)
  }
}
