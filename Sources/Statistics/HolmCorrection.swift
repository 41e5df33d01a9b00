/// Probabilities of several tests, adjusted so that the chance of any false finding stays below the level.
///
/// Source: Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6
/// (1979); for the comparison of methods over data sets Benavoli, Corani and Mangili, "Should We Really Use
/// Post-Hoc Tests Based on Mean-Ranks?", JMLR 17 (2016).
///
/// - Parameter probabilities: From 0 to 1.
/// - Returns: As many, in the same order, none below its own, from 0 to 1.
public func holmAdjusted(_ probabilities: [Double]) -> [Double] {
  let order = probabilities.indices.sorted { (probabilities[$0], $0) < (probabilities[$1], $1) }
  var adjusted = probabilities
  var last = 0.0
  for (place, index) in order.enumerated() {
    last = max(last, min(1, Double(order.count - place) * probabilities[index]))
    adjusted[index] = last
  }
  return adjusted
}
