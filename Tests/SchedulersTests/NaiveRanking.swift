import Schedulers
import StudyModel

/// The order of losses written down as plainly as can be: for one metric a sort, for several the
/// fronts one after another, each as an epsilon-net.
///
/// Source: Salinas et al., "A multi-objective perspective on jointly tuning hardware and
/// hyperparameters", 2021; with distances scaled to the front's ranges, and ties to the earlier
/// trial.
///
/// - Parameter entries: Trials with their losses.
/// - Returns: Places among them, the best first.
func naiveRanking(_ entries: [(trial: TrialID, losses: [Double])]) -> [Int] {
  func isEarlier(_ left: Int, _ right: Int) -> Bool { entries[left].trial < entries[right].trial }
  var left = entries.indices.sorted(by: isEarlier)
  if entries.allSatisfy({ $0.losses.count == 1 }) {
    return entries.indices.sorted { left, right in
      (entries[left].losses[0], entries[left].trial)
        < (entries[right].losses[0], entries[right].trial)
    }
  }
  var order: [Int] = []
  while !left.isEmpty {
    let front = left.filter { one in
      !left.contains { other in
        let pairs = zip(entries[other].losses, entries[one].losses)
        return pairs.allSatisfy { $0 <= $1 } && pairs.contains { $0 < $1 }
      }
    }
    left.removeAll { front.contains($0) }
    order += net(of: front.map { entries[$0].losses }).map { front[$0] }
  }
  return order
}

/// The places of points in the order of an epsilon-net; ties go to the earlier place.
private func net(of points: [[Double]]) -> [Int] {
  let halfRanges = points[0].indices.map { metric in
    let values = points.map { $0[metric] }
    return (values.max() ?? 0) / 2 - (values.min() ?? 0) / 2
  }
  func distance(_ one: [Double], _ other: [Double]) -> Double {
    var sum = 0.0
    for metric in one.indices where halfRanges[metric] > 0 {
      let difference = (one[metric] / 2 - other[metric] / 2) / halfRanges[metric]
      sum += difference * difference
    }
    return sum
  }
  var order: [Int] = []
  var left = Array(points.indices)
  while !left.isEmpty {
    let distances = left.map { one in
      order.map { distance(points[one], points[$0]) }.min() ?? -points[one][0]
    }
    let next = distances.indices.max { (distances[$0], -$0) < (distances[$1], -$1) } ?? 0
    order.append(left.remove(at: next))
  }
  return order
}

extension Loss {
  /// All losses; `nil` when diverged.
  var all: [Double]? {
    switch self {
    case .finite(let value): [value]
    case .several(let values): values
    case .diverged: nil
    }
  }
}
