import RealModule

/// A density over mixed coordinates: the mean of product kernels around its points.
///
/// A normal kernel for each continuous coordinate, Aitchison and Aitken's for each unordered one,
/// Wang and van Ryzin's for each ordered one, none of them corrected at the ends of its range.
///
/// Source: `KDEMultivariate` of statsmodels, which HpBandSter 0.7.4 uses; Racine, "Nonparametric
/// econometrics: a primer", Foundations and Trends in Econometrics 3 (2008), section 2.
public struct KernelDensity: Sendable {
  /// What a coordinate is.
  public enum Kind: Hashable, Sendable {
    /// A number from 0 to 1.
    case continuous
    /// A place from 0 to `levels` - 1 without order.
    case unordered(levels: Int)
    /// A place from 0 to `levels` - 1 with a meaningful order.
    case ordered(levels: Int)
  }

  /// The coordinates' kinds.
  public let kinds: [Kind]
  /// The kernels' bandwidths: a deviation, or the parameter of a kernel of places.
  public let bandwidths: [Double]
  /// How many points there are.
  public let count: Int
  /// The coordinates of one point after the other.
  let points: [Double]

  /// The coordinates in the order in which they are computed with: continuous, ordered, unordered.
  private let order: [Int]
  private let continuousCount: Int
  private let orderedCount: Int
  /// What coordinates are multiplied by, in that order, so that exponents are squares and distances.
  private let scales: [Double]
  /// The points' scaled coordinates: for each eight points, those of each coordinate in turn.
  private let blocks: [Lanes]
  /// The factors of an unordered coordinate where places agree and where they differ.
  private let factors: [(equal: Double, different: Double)]
  /// What a sum of kernels is multiplied by.
  private let norm: Double

  /// The density of these points.
  ///
  /// - Parameters:
  ///   - points: The coordinates of one point after the other; at least one point.
  ///   - kinds: Of the coordinates; at least one.
  ///   - bandwidths: As many, more than 0; of an ordered coordinate at most 1.
  public init(points: [Double], kinds: [Kind], bandwidths: [Double]) {
    let width = kinds.count
    precondition(width > 0 && !points.isEmpty && points.count % width == 0)
    precondition(bandwidths.count == width)
    self.points = points
    self.kinds = kinds
    self.bandwidths = bandwidths
    count = points.count / width
    let continuous = kinds.indices.filter { kinds[$0] == .continuous }
    let ordered = kinds.indices.filter { kinds[$0].isOrdered }
    let unordered = kinds.indices.filter { kinds[$0].isUnordered }
    order = continuous + ordered + unordered
    continuousCount = continuous.count
    orderedCount = ordered.count
    scales = order.map { kinds[$0].scale(bandwidth: bandwidths[$0]) }
    factors = unordered.map { kinds[$0].factors(bandwidth: bandwidths[$0]) }
    blocks = Self.blocks(points, order, scales)
    var norm = 1 / Double(count)
    for place in continuous { norm /= bandwidths[place] * (2 * Double.pi).squareRoot() }
    for place in ordered { norm *= 1 - bandwidths[place] }
    self.norm = min(norm, .greatestFiniteMagnitude)
  }

  /// The points in blocks of eight, the last filled up with copies of the last point.
  private static func blocks(
    _ points: [Double], _ order: [Int], _ scales: [Double]
  ) -> [Lanes] {
    let width = order.count
    let count = points.count / width
    var blocks: [Lanes] = []
    blocks.reserveCapacity((count + 7) / 8 * width)
    for first in stride(from: 0, to: count, by: 8) {
      let isWhole = first + 8 <= count
      for (place, scale) in zip(order, scales) {
        let at = first * width + place
        if isWhole {
          blocks.append(
            scale
              * Lanes(
                points[at], points[at + width], points[at + 2 * width], points[at + 3 * width],
                points[at + 4 * width], points[at + 5 * width], points[at + 6 * width],
                points[at + 7 * width]))
        } else {
          var lanes = Lanes()
          for lane in 0..<8 {
            lanes[lane] = points[min(first + lane, count - 1) * width + place]
          }
          blocks.append(scale * lanes)
        }
      }
    }
    return blocks
  }

  /// The density at a point.
  public func density(at point: [Double]) -> Double {
    var sums = Lanes()
    let scaled = scaledForSums(point)
    add(kernelsOf: 0..<blockCount, at: scaled[...], to: &sums)
    return density(ofSums: sums)
  }

  /// Blocks of eight points, the last of which may hold fewer.
  var blockCount: Int { (count + 7) / 8 }

  /// Whether no kernel can be negative, so that sums only grow.
  var isNonnegative: Bool { factors.allSatisfy { $0.equal >= 0 && $0.different >= 0 } }

  /// Points' coordinates in the form in which ``add(kernelsOf:at:to:)`` takes them.
  func scaledForSums(_ points: [Double]) -> [Double] {
    var scaled: [Double] = []
    scaled.reserveCapacity(points.count)
    for first in stride(from: 0, to: points.count, by: kinds.count) {
      for (place, scale) in zip(order, scales) { scaled.append(points[first + place] * scale) }
    }
    return scaled
  }

  /// Adds the kernels around some points, each lane's in ascending order: the sums of all blocks
  /// are the same however they are divided into calls.
  ///
  /// - Parameters:
  ///   - range: The blocks of eight points.
  ///   - point: Where the kernels are evaluated; scaled.
  ///   - sums: Of each lane; 0 at first.
  func add(kernelsOf range: Range<Int>, at point: ArraySlice<Double>, to sums: inout Lanes) {
    let width = order.count
    let start = point.startIndex
    let orderedEnd = continuousCount + orderedCount
    for block in range {
      let base = block * width
      var exponent = Lanes()
      for place in 0..<continuousCount {
        let difference = blocks[base + place] - point[start + place]
        exponent += difference * difference
      }
      var halves = Lanes(repeating: 1)
      for place in continuousCount..<orderedEnd {
        let difference = blocks[base + place] - point[start + place]
        exponent += difference.replacing(with: -difference, where: difference .< 0)
        halves.replace(with: halves * 0.5, where: difference .!= 0)
      }
      var kernel = (-exponent).exponentials() * halves
      for place in orderedEnd..<width {
        let factor = factors[place - orderedEnd]
        let isEqual = blocks[base + place] .== Lanes(repeating: point[start + place])
        kernel *= Lanes(repeating: factor.different).replacing(with: factor.equal, where: isEqual)
      }
      let left = count - block * 8
      if left < 8 { for lane in left..<8 { kernel[lane] = 0 } }
      sums += kernel
    }
  }

  /// The density that sums of kernels amount to: of all blocks the density itself, of some a lower
  /// bound of it where ``isNonnegative``.
  func density(ofSums sums: Lanes) -> Double {
    min(sums.sum() * norm, .greatestFiniteMagnitude)
  }
}
