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
  public var count: Int { rows.count }
  /// Coordinates, those of the points among them.
  let points: [Double]
  /// The points' places among the coordinates.
  let rows: [Int]

  /// How sums over the points are computed.
  let layout: Layout
  /// The points' scaled coordinates: for each eight points, those of each coordinate in turn.
  let blocks: [Lanes]

  /// The density of some points with bandwidths by the normal reference rule.
  ///
  /// - Parameters:
  ///   - points: The coordinates of one point after the other.
  ///   - rows: The points that count, by number; at least one.
  ///   - kinds: Of the coordinates; at least one.
  ///   - minimumBandwidth: More than 0.
  ///   - isBounded: Whether bandwidths of unordered coordinates end where the kernel is the same
  ///     for all levels.
  public init(
    points: [Double], rows: [Int], kinds: [Kind], minimumBandwidth: Double, isBounded: Bool = true
  ) {
    let order = Layout.order(of: kinds)
    let blocks = Layout.blocks(of: points, rows, order)
    let deviations = Layout.deviations(of: blocks, kinds.count, count: rows.count)
    var bandwidths = Array(repeating: 0.0, count: kinds.count)
    for (place, deviation) in zip(order, deviations) {
      bandwidths[place] = kinds[place].normalReferenceBandwidth(
        deviation: deviation, count: rows.count, dimensions: kinds.count,
        minimum: minimumBandwidth, isBounded: isBounded)
    }
    self.init(points, rows, kinds, bandwidths, blocks)
  }

  /// The density of these points.
  ///
  /// - Parameters:
  ///   - points: The coordinates of one point after the other; at least one point.
  ///   - kinds: Of the coordinates; at least one.
  ///   - bandwidths: As many, more than 0; of an ordered coordinate less than 1.
  public init(points: [Double], kinds: [Kind], bandwidths: [Double]) {
    let rows = Array(0..<(points.count / kinds.count))
    let blocks = Layout.blocks(of: points, rows, Layout.order(of: kinds))
    self.init(points, rows, kinds, bandwidths, blocks)
  }

  private init(
    _ points: [Double], _ rows: [Int], _ kinds: [Kind], _ bandwidths: [Double],
    _ unscaled: consuming [Lanes]
  ) {
    precondition(!kinds.isEmpty && !rows.isEmpty && bandwidths.count == kinds.count)
    self.points = points
    self.rows = rows
    self.kinds = kinds
    self.bandwidths = bandwidths
    layout = Layout(kinds, bandwidths, count: rows.count)
    layout.scale(&unscaled)
    blocks = unscaled
  }

  /// The density at a point.
  public func density(at point: [Double]) -> Double {
    density(atScaled: layout.scaled(point)[...])
  }

  /// The density at a point whose coordinates are as ``Layout/scaled(_:)`` returns them.
  func density(atScaled point: ArraySlice<Double>) -> Double {
    let width = layout.order.count
    let start = point.startIndex
    let orderedEnd = layout.continuousCount + layout.orderedCount
    var sums = Lanes()
    for (block, base) in stride(from: 0, to: blocks.count, by: width).enumerated() {
      var exponent = Lanes()
      for place in 0..<layout.continuousCount {
        let difference = blocks[base + place] - point[start + place]
        exponent += difference * difference
      }
      var factor = Lanes(repeating: 1)
      for place in layout.continuousCount..<orderedEnd {
        let difference = blocks[base + place] - point[start + place]
        exponent += difference.replacing(with: -difference, where: difference .< 0)
        factor.replace(with: factor * 0.5, where: difference .!= 0)
      }
      for place in orderedEnd..<width {
        let factors = layout.factors[place - orderedEnd]
        let isEqual = blocks[base + place] .== Lanes(repeating: point[start + place])
        factor *= Lanes(repeating: factors.different).replacing(with: factors.equal, where: isEqual)
      }
      var kernel = (-exponent).exponentials() * factor
      let left = count - block * 8
      if left < 8 { for lane in left..<8 { kernel[lane] = 0 } }
      sums += kernel
    }
    return min(sums.sum() * layout.norm, .greatestFiniteMagnitude)
  }
}
