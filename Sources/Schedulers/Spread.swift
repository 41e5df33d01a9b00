import StudyModel

/// How far the losses of some trials lie apart: the thresholds of PASHA's ablation.
struct Spread: Sendable {
  private var losses: [Double] = []
  private var mean = 0.0
  private var squares = 0.0
  private var distanceSum = 0.0
  private var distances = OrderedSums<Double, Int>()

  /// Adds a loss: in O(1), or with the distances in O(n) where a threshold is made of them.
  ///
  /// - Parameters:
  ///   - loss: The loss.
  ///   - settings: What is wanted of them.
  mutating func insert(_ loss: Double, for settings: Ranking) {
    switch settings.threshold {
    case .noise, .fixed: return
    case .deviations: break
    case .meanDistance:
      for other in losses { distanceSum += abs(loss - other) }
    case .medianDistance:
      for other in losses { distances.add(1, at: abs(loss - other)) }
    }
    losses.append(loss)
    // Welford, "Note on a method for calculating corrected sums of squares", Technometrics 4 (1962).
    let difference = loss - mean
    mean += difference / Double(losses.count)
    squares += difference * (loss - mean)
  }

  /// The standard deviation of the losses as a population; 0 of none.
  var deviation: Double {
    losses.isEmpty ? 0 : (squares / Double(losses.count)).squareRoot()
  }

  /// The mean distance of any two; 0 where there are no two.
  var meanDistance: Double {
    losses.count < 2 ? 0 : distanceSum / Double(losses.count * (losses.count - 1) / 2)
  }

  /// The median distance of any two; 0 where there are no two.
  var medianDistance: Double {
    guard let count = distances.sum else { return 0 }
    return interpolatedPercentile(50, count: count) { distances.key(at: $0) ?? 0 }
  }
}
