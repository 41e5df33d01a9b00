/// The value below which a share of some values lies, linear between neighbours.
///
/// Source: Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50 (1996),
/// definition 7.
///
/// - Parameters:
///   - share: From 0 to 1.
///   - ascending: At least one value; those that are infinite are at the end.
/// - Returns: Infinite where a neighbour with any weight is.
public func quantile(_ share: Double, of ascending: [Double]) -> Double {
  let place = share * Double(ascending.count - 1)
  let low = min(Int(place), ascending.count - 1)
  let weight = place - Double(low)
  guard weight > 0, low + 1 < ascending.count else { return ascending[low] }
  guard ascending[low + 1].isFinite else { return .infinity }
  return ascending[low] + weight * (ascending[low + 1] - ascending[low])
}
