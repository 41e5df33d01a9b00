/// Ranks from 1 for the least value; those that are equal share the mean of their ranks.
///
/// - Parameter values: None of them is NaN; infinite ones are equal to each other.
/// - Returns: As many ranks, in the order of the values.
public func sharedRanks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
  var ranks = [Double](repeating: 0, count: values.count)
  for group in ties(order.map { values[$0] }) {
    let rank = Double(group.lowerBound + group.upperBound + 1) / 2
    for place in group { ranks[order[place]] = rank }
  }
  return ranks
}

/// The places of equal values among ascending ones.
func ties(_ ascending: [Double]) -> [Range<Int>] {
  var groups: [Range<Int>] = []
  for place in ascending.indices {
    if let last = groups.last, ascending[last.lowerBound] == ascending[place] {
      groups[groups.count - 1] = last.lowerBound..<(place + 1)
    } else {
      groups.append(place..<(place + 1))
    }
  }
  return groups
}

/// The mean rank of each treatment over blocks.
///
/// - Parameter blocks: Of each block a value for each treatment, the least being the best; at least one.
/// - Returns: A rank from 1 for each treatment.
public func averageRanks(_ blocks: [[Double]]) -> [Double] {
  let sums = blocks.map(sharedRanks).reduce([Double](repeating: 0, count: blocks[0].count)) {
    zip($0, $1).map(+)
  }
  return sums.map { $0 / Double(blocks.count) }
}
