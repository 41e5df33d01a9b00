/// The longest stretches of treatments, in the order of their ranks, of which no two are told apart: the bars of a
/// diagram of critical differences.
///
/// A stretch lies in no other one. Two treatments that are not told apart have no bar in common where one
/// between them is told apart from either; the pairs' probabilities say so.
///
/// Source: Demšar, JMLR 7 (2006), figure 1.
///
/// - Parameters:
///   - ranks: The treatments' mean ranks.
///   - isToldApart: Whether two treatments, by their places in the ranks, differ.
/// - Returns: For each stretch of at least two its treatments, the best first.
public func stretchesNotToldApart(
  ranks: [Double], _ isToldApart: (Int, Int) -> Bool
) -> [[Int]] {
  let order = ranks.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
  var stretches: [[Int]] = []
  var reached = 0
  for start in order.indices {
    var end = start + 1
    while end < order.count,
      order[start..<end].allSatisfy({ !isToldApart($0, order[end]) })
    { end += 1 }
    // One that ends where an earlier one does lies in it.
    guard end > reached, end - start > 1 else { continue }
    stretches.append(Array(order[start..<end]))
    reached = end
  }
  return stretches
}
