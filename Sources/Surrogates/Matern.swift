import RealModule

/// The Matérn 5/2 kernel over scaled coordinates, at distance 0 equal to 1.
///
/// Source: Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, equation 4.17.
enum Matern {
  /// The kernel and, for its derivatives, `(1 + b) exp(-b)`, with `b` the distance times the root
  /// of 5.
  @inline(__always)
  static func values(squaredDistance: Double) -> (kernel: Double, slope: Double) {
    let distance = (5 * squaredDistance).squareRoot()
    let decay = Double.exp(-distance)
    return ((1 + distance + distance * distance / 3) * decay, (1 + distance) * decay)
  }

  /// What the slope is multiplied by to give the derivative by the squared distance.
  static let slopeFactor = -5.0 / 6

  /// Inputs multiplied by the inverse length scales, one after another.
  static func scaled(_ inputs: [[Double]], by relevances: [Double]) -> [Double] {
    var scaled: [Double] = []
    scaled.reserveCapacity(inputs.count * relevances.count)
    for input in inputs {
      for (coordinate, relevance) in zip(input, relevances) {
        scaled.append(coordinate * relevance)
      }
    }
    return scaled
  }

  /// The squared distance of two of them.
  @inline(__always)
  static func squaredDistance(
    _ left: [Double], _ first: Int, _ right: [Double], _ second: Int, dimension: Int
  ) -> Double {
    var sum = 0.0
    let (leftStart, rightStart) = (first * dimension, second * dimension)
    for place in 0..<dimension {
      let difference = left[leftStart + place] - right[rightStart + place]
      sum += difference * difference
    }
    return sum
  }
}
