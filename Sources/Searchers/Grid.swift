import RealModule
import StudyModel

/// Every combination of a grid's values, each found by its place alone.
///
/// A list, and a range of at most ``finest`` values, is taken whole; any other range is taken at
/// evenly spaced values on its scale, both ends among them. A conditional parameter multiplies only
/// the combinations in which it is active. Constraints are not looked at.
///
/// The places run through the combinations in strides of about the golden section of their number,
/// as Kronecker's sequence does, so that any first part of them is spread over the space. Nothing
/// is listed: with n parameters a combination takes O(n) steps, and the counts that it needs are
/// made once.
struct Grid: Hashable, Sendable {
  /// The most values of a range that is taken whole.
  static let finest = 100

  private let space: SearchSpace
  private let points: Int
  private let axes: [Axis]
  /// For each axis, by the axes from it on that are known to be inactive: how many combinations
  /// follow. More than `Int.max` count as so many.
  private let counts: [[[Int]: Int]]
  /// How many combinations there are.
  let count: Int
  private let stride: Int

  /// One parameter with the values that the grid takes of it.
  private struct Axis: Hashable, Sendable {
    let parameter: Parameter
    let values: [ParameterValue]
    /// The later axes that name this one in their conditions, ascending.
    let dependents: [Int]
    /// For each value, those of them that it makes inactive.
    let excluded: [[Int]]
  }

  /// The grid of a space, or its rows where it has any.
  ///
  /// - Parameters:
  ///   - space: The parameters; the constraints are not looked at.
  ///   - points: How many values of a range that is not taken whole; at least 2.
  init(_ space: SearchSpace, points: Int) {
    self.space = space
    self.points = points
    guard space.rows == nil else {
      (axes, counts) = ([], [])
      count = space.rows?.count ?? 0
      stride = 1
      return
    }
    let axes = Self.axes(space, points: points)
    var counts = Array(repeating: [[Int]: Int](), count: axes.count + 1)
    count = Self.count(from: 0, inactive: [], axes, &counts)
    stride = Self.stride(through: count)
    self.axes = axes
    self.counts = counts
  }

  /// The combination at a place.
  ///
  /// - Parameter place: From 0 to ``count`` - 1.
  /// - Returns: A value for each active parameter.
  func configuration(at place: Int) -> Configuration {
    if let rows = space.rows { return rows[place] }
    let product = place.multipliedFullWidth(by: stride)
    var index = count.dividingFullWidth(product).remainder
    var configuration = Configuration()
    var inactive: [Int] = []
    for (number, axis) in axes.enumerated() {
      guard inactive.first != number else {
        inactive = Self.merged(inactive, axis.dependents, after: number)
        continue
      }
      var value = 0
      if axis.dependents.isEmpty {
        let following = counts[number + 1][inactive] ?? 1
        (value, index) = index.quotientAndRemainder(dividingBy: following)
      } else {
        while let following = counts[number + 1][
          Self.merged(inactive, axis.excluded[value], after: number)],
          index >= following, value + 1 < axis.values.count
        {
          index -= following
          value += 1
        }
        inactive = Self.merged(inactive, axis.excluded[value], after: number)
      }
      configuration[axis.parameter.name] = axis.values[value]
    }
    return configuration
  }

  /// The axes, each soon after those that its conditions name: so few conditions are open at any
  /// of them, and few counts are needed.
  private static func axes(_ space: SearchSpace, points: Int) -> [Axis] {
    var ordered: [Parameter] = []
    var numbers: [String: Int] = [:]
    var waiting = space.parameters
    while !waiting.isEmpty {
      let next =
        waiting.firstIndex { parameter in
          !parameter.conditions.isEmpty
            && parameter.conditions.allSatisfy { numbers[$0.parameter] != nil }
        } ?? waiting.firstIndex { $0.conditions.isEmpty } ?? 0
      let parameter = waiting.remove(at: next)
      numbers[parameter.name] = ordered.count
      ordered.append(parameter)
    }
    return ordered.map { parameter in
      let values = parameter.domain.gridValues(points)
      let dependents = ordered.indices.filter { dependent in
        ordered[dependent].conditions.contains { $0.parameter == parameter.name }
      }
      let excluded = values.map { value in
        dependents.filter { dependent in
          ordered[dependent].conditions.contains {
            $0.parameter == parameter.name && !$0.values.contains(value)
          }
        }
      }
      return Axis(
        parameter: parameter, values: values, dependents: dependents, excluded: excluded)
    }
  }

  /// How many combinations the axes from `number` on have.
  private static func count(
    from number: Int, inactive: [Int], _ axes: [Axis], _ counts: inout [[[Int]: Int]]
  ) -> Int {
    if let known = counts[number][inactive] { return known }
    var count = 0
    if number == axes.count {
      count = 1
    } else if inactive.first == number {
      count = Self.count(
        from: number + 1, inactive: merged(inactive, axes[number].dependents, after: number), axes,
        &counts)
    } else {
      for excluded in axes[number].excluded {
        let following = Self.count(
          from: number + 1, inactive: merged(inactive, excluded, after: number), axes, &counts)
        let (sum, overflow) = count.addingReportingOverflow(following)
        count = overflow ? .max : sum
      }
    }
    counts[number][inactive] = count
    return count
  }

  /// Two ascending lists of axes as one, of those after an axis.
  private static func merged(_ left: [Int], _ right: [Int], after number: Int) -> [Int] {
    let left = left.drop { $0 <= number }
    guard !right.isEmpty else { return Array(left) }
    return (left + right.filter { !left.contains($0) }).sorted()
  }

  /// About the golden section of a number, and without a common divisor.
  private static func stride(through count: Int) -> Int {
    var stride = Int(Double(count) * 0.618_033_988_749_894_9)
    while !areCoprime(stride, count) { stride += 1 }
    return stride
  }

  private static func areCoprime(_ first: Int, _ second: Int) -> Bool {
    var (first, second) = (first, second)
    while second != 0 { (first, second) = (second, first % second) }
    return first == 1
  }
}

extension Grid: Codable {
  private enum CodingKeys: CodingKey { case space, points }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      try container.decode(SearchSpace.self, forKey: .space),
      points: try container.decode(Int.self, forKey: .points))
  }

  /// Writes what the grid is made from; the counts are made again.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(space, forKey: .space)
    try container.encode(points, forKey: .points)
  }
}

extension Parameter.Domain {
  /// The values that a grid takes, ascending or in the order given.
  ///
  /// - Parameter points: How many of a range that is not taken whole.
  /// - Returns: Distinct values; both ends of a range among them.
  func gridValues(_ points: Int) -> [ParameterValue] {
    let isRange: Bool
    switch self {
    case .real, .integer: isRange = true
    case .ordinal, .categorical, .constant: isRange = false
    }
    if let count, !isRange || count <= max(Grid.finest, points) {
      return (0..<count).compactMap { value(at: $0) }
    }
    var values: [ParameterValue] = []
    for point in 0..<points {
      let share = Double(point) / Double(points - 1)
      if let value = value(atShare: share), value != values.last { values.append(value) }
    }
    return values
  }

  /// The value nearest to a share of the way from the lowest to the highest; `nil` for lists.
  private func value(atShare share: Double) -> ParameterValue? {
    let (low, high, isLogarithmic): (Double, Double, Bool)
    switch self {
    case .real(let from, let to, _, let log): (low, high, isLogarithmic) = (from, to, log)
    case .integer(let from, let to, _, let log):
      (low, high, isLogarithmic) = (Double(from), Double(to), log)
    case .ordinal, .categorical, .constant: return nil
    }
    if share == 0 { return nearest(to: low) }
    if share == 1 { return nearest(to: high) }
    guard isLogarithmic else { return nearest(to: low + (high - low) * share) }
    return nearest(
      to: Double.exp(Double.log(low) + (Double.log(high) - Double.log(low)) * share))
  }
}
