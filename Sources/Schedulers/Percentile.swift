/// A percentile, interpolated between neighbours.
///
/// Source: NumPy 1.26, `numpy.percentile` with its default method `linear` (type 7 of Hyndman and
/// Fan, The American Statistician 50, 1996), with the same rounding.
///
/// - Parameters:
///   - percent: From 0 to 100.
///   - numbers: Ascending; not empty.
/// - Returns: The percentile.
func interpolatedPercentile(_ percent: Double, of numbers: [Double]) -> Double {
  interpolatedPercentile(percent, count: numbers.count) { numbers[$0] }
}

/// The same of numbers that are looked up by their place.
func interpolatedPercentile(
  _ percent: Double, count: Int, number: (Int) -> Double
) -> Double {
  let place = Double(count - 1) * (percent / 100)
  let below = min(Int(place.rounded(.down)), count - 1)
  let low = number(below)
  let high = number(min(below + 1, count - 1))
  let gap = high - low
  let share = place - Double(below)
  return share < 0.5 ? low + gap * share : high - gap * (1 - share)
}
