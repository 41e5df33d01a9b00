import RealModule
import Statistics

extension KernelDensity {
  /// Draws points around the density's own, with wider kernels.
  ///
  /// A point is picked, then each coordinate is drawn from its kernel: a normal distribution
  /// between 0 and 1; a place by the ordered kernel, among those there are; or, with the bandwidth
  /// as probability, any place of an unordered coordinate, whose bandwidth is not widened.
  ///
  /// Source: `get_config` of HpBandSter 0.7.4's `BOHB`, which has no ordered coordinates.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - widening: What bandwidths are multiplied by; of an ordered coordinate the deviation.
  ///   - random: Where the draws come from: one for the point, one or two for each coordinate.
  /// - Returns: The coordinates of one point after the other.
  public func sample(
    _ count: Int, widening: Double, using random: inout some RandomNumberGenerator
  ) -> [Double] {
    var drawn: [Double] = []
    drawn.reserveCapacity(count * kinds.count)
    let widened = kinds.indices.map { place in
      kinds[place].isOrdered
        ? Self.decay(ofDeviation: widening * Self.deviation(ofDecay: bandwidths[place]))
        : bandwidths[place] * widening
    }
    for _ in 0..<count {
      let first = rows[Int.random(in: 0..<rows.count, using: &random)] * kinds.count
      for place in kinds.indices {
        let center = points[first + place]
        switch kinds[place] {
        case .continuous:
          drawn.append(Self.normal(around: center, widened[place], Self.unit(&random)))
        case .ordered(let levels):
          drawn.append(Self.place(around: center, widened[place], levels, Self.unit(&random)))
        case .unordered(let levels):
          drawn.append(
            Self.unit(&random) < 1 - bandwidths[place]
              ? center : Double(Int.random(in: 0..<levels, using: &random)))
        }
      }
    }
    return drawn
  }

  private static func unit(_ random: inout some RandomNumberGenerator) -> Double {
    Double(random.next() >> 11) * 0x1p-53
  }

  /// The quantile `unit` of a normal distribution between 0 and 1.
  static func normal(around center: Double, _ deviation: Double, _ unit: Double) -> Double {
    let low = Normal.probability(below: -center / deviation)
    let high = Normal.probability(below: (1 - center) / deviation)
    let drawn = center + deviation * Normal.quantile(low + unit * (high - low))
    return min(max(drawn, 0), 1)
  }

  /// The quantile `unit` of the places around `center` by the ordered kernel.
  static func place(around center: Double, _ decay: Double, _ levels: Int, _ unit: Double)
    -> Double
  {
    func weight(_ place: Int) -> Double {
      let distance = (Double(place) - center).magnitude
      return distance == 0 ? 1 : 0.5 * Double.pow(decay, distance)
    }
    var left = unit * (0..<levels).reduce(0) { $0 + weight($1) }
    for place in 0..<levels {
      left -= weight(place)
      if left < 0 { return Double(place) }
    }
    return center
  }
}
