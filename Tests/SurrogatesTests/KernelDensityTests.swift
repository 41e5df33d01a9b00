import RealModule
import Statistics
import Testing

@testable import Surrogates

/// Densities against those of statsmodels 0.15.0, `nonparametric.KDEMultivariate`.
struct KernelDensityTests {
  /// Forty points of two continuous, one unordered and one ordered coordinate.
  private static let points = (0..<40).flatMap { i -> [Double] in
    let first = Double((i * 7919 + 13) % 1009) / 1009
    let second = Double((i * 104_729 + 77) % 997) / 997 * 0.3 + 0.1
    return [first, second, Double((i * i + i / 3) % 3), Double((i * 5 + i / 7) % 4)]
  }
  private static let queries: [[Double]] = [
    [0.5, 0.2, 0, 1], [0.05, 0.35, 2, 3], [0.99, 0.1, 1, 0], [0.3, 0.25, 1, 2], [0.7, 0.9, 0, 2],
  ]

  private func expect(_ densities: [Double], _ known: [Double]) {
    #expect(densities.count == known.count)
    for (density, known) in zip(densities, known) {
      #expect((density - known).magnitude <= 1e-12 * known.magnitude, "\(density) \(known)")
    }
  }

  @Test func densitiesAreThoseOfStatsmodels() {
    // var_type="ccuo", bw as given.
    let density = KernelDensity(
      points: Self.points,
      kinds: [.continuous, .continuous, .unordered(levels: 3), .ordered(levels: 4)],
      bandwidths: [0.08, 0.03, 0.4, 0.25])
    expect(
      Self.queries.map { density.density(at: $0) },
      [
        0.1377184505689094, 0.030568750956075863, 0.10989850210601781, 0.1738530372763109,
        2.9823337113092616e-67,
      ])
  }

  @Test func bandwidthsFollowTheNormalReferenceRule() {
    // bw="normal_reference" of the first three coordinates.
    let kinds: [KernelDensity.Kind] = [.continuous, .continuous, .unordered(levels: 3)]
    let points = stride(from: 0, to: 160, by: 4).flatMap { Self.points[$0..<($0 + 3)] }
    let density = KernelDensity(
      points: points, rows: Array(0..<40), kinds: kinds, minimumBandwidth: 1e-3)
    expect(density.bandwidths, [0.18193130632974994, 0.04920171351858427, 0.49449613900582945])
    expect(
      Self.queries.map { density.density(at: Array($0.prefix(3))) },
      [
        1.0637944304530236, 0.5494843151305701, 0.4153731249166954, 1.3234827072060513,
        1.0227839062912399e-25,
      ])
  }

  @Test func bandwidthsAboveOneAreThoseOfStatsmodelsWhereTheyAreNotBounded() {
    let points = (0..<9).flatMap { i -> [Double] in
      let first = Double((i * 7919 + 13) % 1009) / 1009
      return [first, Double(i * 3 % 5), Double(i * i % 3)]
    }
    let kinds: [KernelDensity.Kind] = [
      .continuous, .unordered(levels: 5), .unordered(levels: 3),
    ]
    let density = KernelDensity(
      points: points, rows: Array(0..<9), kinds: kinds, minimumBandwidth: 1e-3, isBounded: false)
    expect(density.bandwidths, [0.249281806721254, 1.1544609567248028, 0.3650726092987458])
    #expect(!density.layout.isBounded)
    // The third place of the last coordinate does not occur: two levels do.
    expect(
      [[0.5, 1, 1], [0.2, 4, 0], [0.9, 2, 0]].map { density.density(at: $0) },
      [0.08831475277250779, 0.08268883974541091, 0.08034394313398369])
    let bounded = KernelDensity(
      points: points, rows: Array(0..<9), kinds: kinds, minimumBandwidth: 1e-3)
    #expect(bounded.bandwidths == [density.bandwidths[0], 0.8, density.bandwidths[2]])
  }

  @Test func coordinatesThatAreAllAlikeGetTheLeastBandwidth() {
    let points = (0..<9).flatMap { i -> [Double] in [0.25, 1, Double(i * 7 % 10) / 10] }
    let kinds = Array(repeating: KernelDensity.Kind.continuous, count: 3)
    let density = KernelDensity(
      points: points, rows: Array(0..<9), kinds: kinds, minimumBandwidth: 1e-3)
    expect(density.bandwidths, [1e-3, 1e-3, 0.23089219134496058])
    expect(
      [[0.25, 1, 0.5], [0.251, 0.999, 0.3], [0.3, 1, 0.5]].map { density.density(at: $0) },
      [150019.94916055008, 49550.606302170294, 0])
  }

  @Test func theOrderedKernelHasTheDeviationOfTheRule() {
    for deviation in [1e-3, 0.1, 0.5, 1, 3, 40] {
      let decay = KernelDensity.decay(ofDeviation: deviation)
      #expect(decay > 0 && decay < 1)
      let back = KernelDensity.deviation(ofDecay: decay)
      #expect((back - deviation).magnitude <= 1e-9 * deviation)
      let variance = (1..<4000).reduce(0.0) { sum, distance in
        sum + (1 - decay) * Double.pow(decay, Double(distance)) * Double(distance * distance)
      }
      #expect((variance - deviation * deviation).magnitude <= 1e-6 * deviation * deviation)
    }
  }

  @Test func drawsFollowTheirKernels() {
    // One point: what is drawn around it has the quantiles of its kernels.
    let density = KernelDensity(
      points: [0.9, 1, 2], kinds: [.continuous, .unordered(levels: 4), .ordered(levels: 5)],
      bandwidths: [0.1, 0.4, 0.3])
    var random = RandomNumbers(7)
    let count = 40_000
    let drawn = density.sample(count, widening: 2, using: &random)
    let rows = stride(from: 0, to: drawn.count, by: 3).map { Array(drawn[$0..<($0 + 3)]) }
    let below = Double(rows.count { $0[0] < 0.8 }) / Double(count)
    let whole = Normal.probability(below: 0.5) - Normal.probability(below: -4.5)
    let part = Normal.probability(below: -0.5) - Normal.probability(below: -4.5)
    #expect((below - part / whole).magnitude < 0.01)
    #expect(rows.allSatisfy { $0[0] >= 0 && $0[0] <= 1 })
    let kept = Double(rows.count { $0[1] == 1 }) / Double(count)
    #expect((kept - 0.7).magnitude < 0.01)
    let decay = KernelDensity.decay(ofDeviation: 2 * KernelDensity.deviation(ofDecay: 0.3))
    let weights = [decay * decay / 2, decay / 2, 1, decay / 2, decay * decay / 2]
    for place in 0..<5 {
      let share = Double(rows.count { $0[2] == Double(place) }) / Double(count)
      #expect((share - weights[place] / weights.reduce(0, +)).magnitude < 0.01)
    }
  }
}
