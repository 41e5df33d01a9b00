import RealModule

/// A density in single precision, with bounds between which the one in double precision lies.
///
/// A kernel's exponent has an error of at most `margin` up to `reach`, which follows from the
/// rounding of the coordinates; kernels beyond are left out, and bounded by their number.
struct RoughDensity: Sendable {
  private let layout: KernelDensity.Layout
  private let weights: [PlaceFactors<Float>]
  private let blocks: [RoughLanes]
  private let count: Int
  /// The error of an exponent.
  private let margin: Double
  /// The relative error of a sum of kernels, but for that of their exponents.
  private let tolerance: Double

  /// The largest exponent that is looked at; the exponential of its negative is 1.8e-35.
  private static let reach: Float = 80

  /// The same density in single precision.
  ///
  /// - Parameter density: With kernels that are not negative and coordinates of the stated ranges.
  init(_ density: KernelDensity) {
    layout = density.layout
    count = density.count
    weights = layout.factors.map {
      PlaceFactors(equal: Float($0.equal), different: Float($0.different))
    }
    blocks = density.blocks.map { RoughLanes($0) }
    let unit = 0x1p-24
    let reach = Double(Self.reach)
    // Two coordinates of at most `scale` are rounded, then their difference is.
    let continuous = layout.scales.prefix(layout.continuousCount)
    let error = 4 * unit * (continuous.max() ?? 0)
    let width = Double(layout.continuousCount)
    var margin = 2 * error * (width * reach).squareRoot() + width * error * error
    margin += Double(layout.order.count + 4) * unit * reach
    for place in layout.continuousCount..<(layout.continuousCount + layout.orderedCount) {
      // A distance is that of two places, which have a scaled coordinate of at most this.
      let levels = density.kinds[layout.order[place]].levels
      margin += 4 * unit * layout.scales[place] * Double(levels)
    }
    self.margin = margin
    tolerance = Double((count + 7) / 8 + layout.order.count + 40) * unit
  }

  /// Blocks of eight points, the last of which may hold fewer.
  var blockCount: Int { (count + 7) / 8 }

  /// Whether the bounds tell anything.
  var isUseful: Bool { margin < 1 && tolerance < 0.5 }

  /// Adds the kernels around some points.
  ///
  /// - Parameters:
  ///   - range: The blocks of eight points.
  ///   - point: Where the kernels are evaluated; scaled.
  ///   - sums: Of each lane; 0 at first.
  func add(kernelsOf range: Range<Int>, at point: ArraySlice<Float>, to sums: inout RoughLanes) {
    let width = layout.order.count
    let start = point.startIndex
    let orderedEnd = layout.continuousCount + layout.orderedCount
    for block in range {
      let base = block * width
      var exponent = RoughLanes()
      for place in 0..<layout.continuousCount {
        let difference = blocks[base + place] - point[start + place]
        exponent += difference * difference
      }
      var factor = RoughLanes(repeating: 1)
      for place in layout.continuousCount..<orderedEnd {
        let difference = blocks[base + place] - point[start + place]
        exponent += difference.replacing(with: -difference, where: difference .< 0)
        factor.replace(with: factor * 0.5, where: difference .!= 0)
      }
      for place in orderedEnd..<width {
        let weights = weights[place - orderedEnd]
        let isEqual = blocks[base + place] .== RoughLanes(repeating: point[start + place])
        factor *= RoughLanes(repeating: weights.different)
          .replacing(with: weights.equal, where: isEqual)
      }
      var kernel = (-exponent).exponentials() * factor
      kernel.replace(with: 0, where: exponent .> Self.reach)
      let left = count - block * 8
      if left < 8 { for lane in left..<8 { kernel[lane] = 0 } }
      sums += kernel
    }
  }

  /// A lower bound of the density, given the sums of some or all blocks.
  func lowerBound(ofSums sums: RoughLanes) -> Double {
    let sum = Double(sums.sum()) * Double.exp(-margin) * (1 - tolerance)
    // Numbers below the normal range are rounded to multiples of 1.4e-45.
    return max(sum - Double(count) * 1e-43, 0) * layout.norm
  }

  /// An upper bound of the density, given the sums of all blocks.
  func upperBound(ofSums sums: RoughLanes) -> Double {
    let sum = Double(sums.sum()) * Double.exp(margin) * (1 + 2 * tolerance)
    let beyond = Double.exp(margin - Double(Self.reach)) + 1e-37
    return min((sum + Double(count) * beyond) * layout.norm, .greatestFiniteMagnitude)
  }
}

extension KernelDensity.Kind {
  fileprivate var levels: Int {
    switch self {
    case .continuous: 1
    case .unordered(let levels), .ordered(let levels): levels
    }
  }
}
