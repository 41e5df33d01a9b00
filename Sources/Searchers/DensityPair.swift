import StudyModel
import Surrogates

/// The densities of good and of bad configurations at one budget.
struct DensityPair: Sendable {
  let good: KernelDensity
  let bad: KernelDensity

  /// The densities of observations that are divisible.
  init(
    _ observations: RankedObservations, of encoding: Encoding, _ settings: DensitySettings,
    seed: UInt64
  ) {
    var halves = observations.halves()
    // What is missing is drawn anew for each number of observations.
    var random = RandomStream(seed: seed, trial: TrialID(observations.count), purpose: .fit)
    if encoding.dimensions.contains(where: { !$0.parameter.conditions.isEmpty }) {
      encoding.impute(&halves.good, using: &random)
      encoding.impute(&halves.bad, using: &random)
    }
    good = Self.density(halves.good, encoding, settings)
    bad = Self.density(halves.bad, encoding, settings)
  }

  private static func density(
    _ points: [Double], _ encoding: Encoding, _ settings: DensitySettings
  ) -> KernelDensity {
    let kinds = encoding.dimensions.enumerated().map { place, dimension -> KernelDensity.Kind in
      switch dimension.kind {
      case .unit: return .continuous
      case .ordered(let count): return .ordered(levels: count)
      case .unordered(let count): return .unordered(levels: count)
      }
    }
    let bandwidths = KernelDensity.normalReferenceBandwidths(
      of: points, kinds: kinds, minimum: settings.minimumBandwidth,
      isBounded: settings.levels == .declared)
    return KernelDensity(points: points, kinds: kinds, bandwidths: bandwidths)
  }
}

extension Encoding {
  /// Gives inactive parameters the values of other observations, in which they are active.
  ///
  /// For the first parameter that a point lacks, one of the points that have it is drawn, and lends
  /// all its values; and so on until none is missing. Where no point has it, a value is drawn.
  ///
  /// Source: Falkner et al., ICML 2018, appendix; `impute_conditional_data` of HpBandSter 0.7.4.
  ///
  /// - Parameters:
  ///   - points: The coordinates of one point after the other, below 0 where one is missing.
  ///   - random: Where draws come from.
  func impute(_ points: inout [Double], using random: inout RandomStream) {
    let given = points
    let width = dimensions.count
    let lenders = dimensions.indices.map { place in
      stride(from: 0, to: given.count, by: width).filter { given[$0 + place] >= 0 }
    }
    for first in stride(from: 0, to: points.count, by: width) {
      for place in 0..<width where points[first + place] < 0 {
        if lenders[place].isEmpty {
          points[first + place] = drawnCoordinate(of: dimensions[place].kind, using: &random)
          continue
        }
        let lender = lenders[place][random.index(below: lenders[place].count)]
        for other in place..<width where points[first + other] < 0 {
          points[first + other] = given[lender + other]
        }
      }
    }
  }

  private func drawnCoordinate(
    of kind: Dimension.Kind, using random: inout RandomStream
  ) -> Double {
    switch kind {
    case .unit: random.unit()
    case .ordered(let count), .unordered(let count): Double(random.index(below: count))
    }
  }
}
