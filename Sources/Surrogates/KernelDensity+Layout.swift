import RealModule

extension KernelDensity {
  /// How the coordinates of points are ordered and scaled for sums of kernels.
  struct Layout: Sendable {
    /// The coordinates' places: those of the continuous ones, the ordered, the unordered.
    let order: [Int]
    let continuousCount: Int
    let orderedCount: Int
    /// What each is multiplied by, so that exponents are sums of squares and of distances.
    let scales: [Double]
    /// The kernels of the unordered ones where places agree and where they differ.
    let factors: [(equal: Double, different: Double)]
    /// What a sum of products is multiplied by.
    let norm: Double

    init(_ kinds: [Kind], _ bandwidths: [Double], count: Int) {
      order = Self.order(of: kinds)
      continuousCount = kinds.count { $0 == .continuous }
      orderedCount = kinds.count { $0.isOrdered }
      scales = order.map { kinds[$0].scale(bandwidth: bandwidths[$0]) }
      factors = order.dropFirst(continuousCount + orderedCount).map {
        kinds[$0].factors(bandwidth: bandwidths[$0])
      }
      var norm = 1 / Double(count)
      for (kind, bandwidth) in zip(kinds, bandwidths) {
        switch kind {
        case .continuous: norm /= bandwidth * (2 * Double.pi).squareRoot()
        case .ordered: norm *= 1 - bandwidth
        case .unordered: break
        }
      }
      self.norm = min(norm, .greatestFiniteMagnitude)
    }

    /// The places of coordinates of these kinds in the order in which they are computed with.
    static func order(of kinds: [Kind]) -> [Int] {
      kinds.indices.filter { kinds[$0] == .continuous }
        + kinds.indices.filter { kinds[$0].isOrdered }
        + kinds.indices.filter { kinds[$0].isUnordered }
    }

    /// Whether no kernel can be negative.
    var isNonnegative: Bool { factors.allSatisfy { $0.equal >= 0 && $0.different >= 0 } }

    /// The coordinates of one point after the other, ordered and scaled.
    func scaled(_ points: [Double]) -> [Double] {
      var scaled: [Double] = []
      scaled.reserveCapacity(points.count)
      for first in stride(from: 0, to: points.count, by: order.count) {
        for (place, scale) in zip(order, scales) { scaled.append(points[first + place] * scale) }
      }
      return scaled
    }

    /// Points in blocks of eight, the last filled up with copies of the last point, unscaled.
    static func blocks(of points: [Double], _ rows: [Int], _ order: [Int]) -> [Lanes] {
      let width = order.count
      var blocks: [Lanes] = []
      blocks.reserveCapacity((rows.count + 7) / 8 * width)
      for first in stride(from: 0, to: rows.count, by: 8) {
        var starts = SIMD8<Int>()
        for lane in 0..<8 { starts[lane] = rows[min(first + lane, rows.count - 1)] * width }
        for place in order {
          blocks.append(
            Lanes(
              points[starts[0] + place], points[starts[1] + place], points[starts[2] + place],
              points[starts[3] + place], points[starts[4] + place], points[starts[5] + place],
              points[starts[6] + place], points[starts[7] + place]))
        }
      }
      return blocks
    }

    /// Scales the blocks of points.
    func scale(_ blocks: inout [Lanes]) {
      for first in stride(from: 0, to: blocks.count, by: order.count) {
        for place in order.indices { blocks[first + place] *= scales[place] }
      }
    }

    /// The standard deviation of each coordinate of points in blocks, as a population.
    static func deviations(of blocks: [Lanes], _ width: Int, count: Int) -> [Double] {
      let last = blocks.count - width
      let used = count - last / width * 8
      return (0..<width).map { place in
        var sums = Lanes()
        for at in stride(from: place, to: last, by: width) { sums += blocks[at] }
        for lane in 0..<used { sums[lane] += blocks[last + place][lane] }
        let mean = sums.sum() / Double(count)
        var squares = Lanes()
        for at in stride(from: place, to: last, by: width) {
          let differences = blocks[at] - mean
          squares += differences * differences
        }
        for lane in 0..<used {
          let difference = blocks[last + place][lane] - mean
          squares[lane] += difference * difference
        }
        return (squares.sum() / Double(count)).squareRoot()
      }
    }
  }
}

extension KernelDensity.Kind {
  var isOrdered: Bool { if case .ordered = self { true } else { false } }

  var isUnordered: Bool { if case .unordered = self { true } else { false } }

  /// What a coordinate is multiplied by so that its kernel's exponent is the square of a difference,
  /// or the magnitude for an ordered one.
  func scale(bandwidth: Double) -> Double {
    switch self {
    case .continuous: 1 / (bandwidth * 2.0.squareRoot())
    case .ordered: -Double.log(bandwidth)
    case .unordered: 1
    }
  }

  /// Aitchison and Aitken's kernel at the same and at another place.
  func factors(bandwidth: Double) -> (equal: Double, different: Double) {
    guard case .unordered(let levels) = self else { return (1, 1) }
    return (1 - bandwidth, levels > 1 ? bandwidth / Double(levels - 1) : 0)
  }
}
