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
    let halves = observations.halves()
    var points = observations.coordinates
    if encoding.dimensions.contains(where: { !$0.parameter.conditions.isEmpty }) {
      // What is missing is drawn anew for each number of observations.
      var random = RandomStream(seed: seed, trial: TrialID(observations.count), purpose: .fit)
      encoding.impute(&points, of: halves.good, using: &random)
      encoding.impute(&points, of: halves.bad, using: &random)
    }
    let kinds = encoding.dimensions.map { dimension -> KernelDensity.Kind in
      switch dimension.kind {
      case .unit: .continuous
      case .ordered(let count): .ordered(levels: count)
      case .unordered(let count): .unordered(levels: count)
      }
    }
    func density(of rows: [Int]) -> KernelDensity {
      KernelDensity(
        points: points, rows: rows, kinds: kinds, minimumBandwidth: settings.minimumBandwidth,
        isBounded: settings.levels == .declared)
    }
    good = density(of: halves.good)
    bad = density(of: halves.bad)
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
  ///   - rows: The points that borrow and lend, by number.
  ///   - random: Where draws come from.
  func impute(_ points: inout [Double], of rows: [Int], using random: inout RandomStream) {
    let given = points
    let width = dimensions.count
    let lenders = dimensions.indices.map { place in
      rows.filter { given[$0 * width + place] >= 0 }
    }
    for row in rows {
      let first = row * width
      for place in 0..<width where points[first + place] < 0 {
        if lenders[place].isEmpty {
          points[first + place] = drawnCoordinate(of: dimensions[place].kind, using: &random)
          continue
        }
        let lender = lenders[place][random.index(below: lenders[place].count)]
        for other in place..<width where points[first + other] < 0 {
          points[first + other] = given[lender * width + other]
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
