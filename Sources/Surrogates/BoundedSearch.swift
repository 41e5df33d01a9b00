/// Finds a local minimum of a smooth function between bounds.
///
/// Limited-memory quasi-Newton steps in the coordinates that are not held by a bound, each step
/// cut off at the bounds and shortened until the value has fallen enough.
///
/// Source: Nocedal and Wright, "Numerical Optimization", 2006, Algorithm 7.4 (L-BFGS), with the
/// projected line search of Bertsekas, "Projected Newton methods for optimization problems with
/// simple constraints", SIAM J. Control and Optimization 20 (1982). Simpler than the L-BFGS-B of
/// Byrd et al. that SciPy has, which also searches for its bounds along a quadratic model.
struct BoundedSearch {
  /// Where a search ended.
  struct Result: Hashable, Sendable {
    let point: [Double]
    let value: Double
  }

  /// The least value of each coordinate; may be infinite.
  let low: [Double]
  /// The greatest.
  let high: [Double]
  /// The most steps.
  let steps: Int
  /// A search ends when the value falls by less than this share of it, or of 1, in a step, or when
  /// no free derivative is greater.
  var tolerance = 1e-6

  /// Steps of which the change of derivatives is remembered.
  private static let memory = 10
  /// Tries to shorten one step.
  private static let cuts = 20

  /// How the derivatives changed with a step.
  private struct Pair {
    let step: [Double]
    let change: [Double]
  }

  /// Searches from a point, which is moved between the bounds first.
  ///
  /// - Parameters:
  ///   - start: The point.
  ///   - function: Value and derivatives; the value infinite where there is none.
  /// - Returns: The best point met.
  func minimize(from start: [Double], _ function: ([Double]) -> (Double, [Double])) -> Result {
    var point = clamped(start)
    var (value, gradient) = function(point)
    guard value.isFinite else { return Result(point: point, value: .infinity) }
    var pairs: [Pair] = []
    for _ in 0..<steps {
      let isFree = point.indices.map {
        !(point[$0] <= low[$0] && gradient[$0] > 0 || point[$0] >= high[$0] && gradient[$0] < 0)
      }
      let slope = point.indices.map { isFree[$0] ? gradient[$0] : 0 }
      guard let steepest = slope.map(\.magnitude).max(), steepest > tolerance else { break }
      var direction = Self.direction(against: slope, pairs, isFree)
      if Self.product(direction, slope) >= 0 {
        pairs = []
        direction = slope.map { -$0 }
      }
      // Before anything is known of the curvature, no coordinate moves by more than 1.
      var length = pairs.isEmpty ? min(1, 1 / steepest) : 1
      var next: (point: [Double], value: Double, gradient: [Double])?
      for _ in 0..<Self.cuts {
        let candidate = clamped(point.indices.map { point[$0] + length * direction[$0] })
        let fall = point.indices.reduce(0) { $0 + slope[$1] * (candidate[$1] - point[$1]) }
        let (reached, gradient) = function(candidate)
        if reached.isFinite, reached <= value + 1e-4 * fall {
          next = (candidate, reached, gradient)
          break
        }
        // The minimum of the parabola through value, slope and the value reached, within limits.
        let curvature = 2 * (reached - value - fall)
        length *= reached.isFinite && curvature > 0 ? min(max(-fall / curvature, 0.1), 0.5) : 0.1
      }
      guard let next else {
        if pairs.isEmpty { break }
        pairs = []
        continue
      }
      let step = point.indices.map { next.point[$0] - point[$0] }
      let change = point.indices.map { next.gradient[$0] - gradient[$0] }
      if Self.product(step, change) > 1e-10 * Self.product(change, change) {
        pairs = pairs.suffix(Self.memory - 1) + [Pair(step: step, change: change)]
      }
      let fallen = (value - next.value) / max(value.magnitude, next.value.magnitude, 1)
      (point, value, gradient) = (next.point, next.value, next.gradient)
      if fallen <= tolerance { break }
    }
    return Result(point: point, value: value)
  }

  private func clamped(_ point: [Double]) -> [Double] {
    point.indices.map { min(max(point[$0], low[$0]), high[$0]) }
  }

  /// The quasi-Newton direction in the free coordinates, by the two loops of the algorithm.
  private static func direction(
    against slope: [Double], _ pairs: [Pair], _ isFree: [Bool]
  ) -> [Double] {
    let free = pairs.map { pair in
      Pair(
        step: pair.step.indices.map { isFree[$0] ? pair.step[$0] : 0 },
        change: pair.change.indices.map { isFree[$0] ? pair.change[$0] : 0 })
    }.filter { product($0.step, $0.change) > 1e-10 * product($0.change, $0.change) }
    var direction = slope.map { -$0 }
    var factors: [Double] = []
    for pair in free.reversed() {
      let factor = product(pair.step, direction) / product(pair.step, pair.change)
      factors.append(factor)
      for place in direction.indices { direction[place] -= factor * pair.change[place] }
    }
    if let last = free.last {
      let scale = product(last.step, last.change) / product(last.change, last.change)
      for place in direction.indices { direction[place] *= scale }
    }
    for (pair, factor) in zip(free, factors.reversed()) {
      let other = product(pair.change, direction) / product(pair.step, pair.change)
      for place in direction.indices { direction[place] += (factor - other) * pair.step[place] }
    }
    return direction
  }

  private static func product(_ left: [Double], _ right: [Double]) -> Double {
    var sum = 0.0
    for (first, second) in zip(left, right) { sum += first * second }
    return sum
  }
}
