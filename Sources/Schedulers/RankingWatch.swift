import StudyModel

/// Tells when PASHA's two highest rungs do not agree on a ranking.
struct RankingWatch: Sendable {
  private let settings: Ranking
  private var noise: NoiseThreshold?

  // All of the following follows from what was recorded at the two rungs.

  private var ranking = SoftRanking()
  /// Losses in the lower rung by trial number; NaN where there is none.
  private var former: [Double] = []
  /// Entries of the two rungs that were looked at.
  private var lowerCount = 0
  private var upperCount = 0
  private var spread = Spread()
  private var isDue = false

  /// Compares two rungs.
  init(_ settings: Ranking, lower: Budget, upper: Budget) {
    self.settings = settings
    if settings.kind == .soft, case .noise(let percentile) = settings.threshold {
      noise = NoiseThreshold(percentile: percentile, above: lower, upTo: upper)
    }
  }

  /// Whether values between the rungs matter.
  var observesCurves: Bool { noise != nil }

  /// The threshold of soft ranking, as of the last comparison that needed it.
  var threshold: Double {
    switch (settings.kind, settings.threshold) {
    case (.soft, .noise): noise?.value ?? 0
    case (.soft, .fixed(let difference)): difference
    case (.soft, .deviations(let factor)): factor * spread.deviation
    case (.soft, .meanDistance(let factor)): factor * spread.meanDistance
    case (.soft, .medianDistance(let factor)): factor * spread.medianDistance
    case (.exact, _), (.rankBiasedOverlap, _), (.reciprocalRankRegret, _),
      (.absoluteRankRegret, _):
      0
    }
  }

  /// Brings ``threshold`` up to date.
  mutating func settle() { noise?.settle() }

  /// Notes a value of a trial's curve.
  mutating func observe(_ trial: TrialID, _ loss: Double, at budget: Budget) {
    if noise?.observe(trial, loss, at: budget) == true { isDue = true }
  }

  /// Looks at what was recorded since the last time.
  ///
  /// - Parameters:
  ///   - lower: Everything recorded at the lower rung.
  ///   - upper: At the higher one; each of them is in `lower`, too.
  mutating func look(at lower: [PromotionRung.Entry], _ upper: [PromotionRung.Entry]) {
    for entry in lower[lowerCount...] {
      while former.count <= entry.trial.number { former.append(.nan) }
      former[entry.trial.number] = entry.loss
    }
    lowerCount = lower.count
    for entry in upper[upperCount...] {
      let loss = former[entry.trial.number]
      ranking.insert(SoftRanking.Member(trial: entry.trial, loss: entry.loss, former: loss))
      spread.insert(loss, for: settings)
      isDue = true
    }
    upperCount = upper.count
  }

  /// Why the rungs do not agree; `nil` where they do, or nothing changed since they did.
  mutating func disagreement() -> Growth.Cause? {
    guard isDue else { return nil }
    isDue = false
    if ranking.isExact { return nil }
    switch settings.kind {
    case .soft, .exact:
      if isSurelyStable() { return nil }
      noise?.settle(above: ranking.displacement())
      return ranking.offender(within: threshold).map { offender in
        .moved(
          offender.trial, rank: offender.rank + 1, by: offender.distance, threshold: threshold)
      }
    case .rankBiasedOverlap:
      let limit = settings.limit ?? 0.5
      let overlap = RankingCriteria.rankBiasedOverlap(ranking.members(), weight: settings.weight)
      return overlap < limit ? .overlap(overlap, limit: limit) : nil
    case .reciprocalRankRegret, .absoluteRankRegret:
      let limit = settings.limit ?? 0.05
      let regret = RankingCriteria.regret(
        ranking.members(), weight: settings.weight,
        isAbsolute: settings.kind == .absoluteRankRegret)
      return regret > limit ? .regret(regret, limit: limit) : nil
    }
  }

  /// Whether a short look tells that no trial leaves its rank.
  private mutating func isSurelyStable() -> Bool {
    guard noise != nil else { return ranking.isSurelyStable(within: threshold) }
    return noise?.isSurelyAtLeast(ranking.fall.nextUp) == true
      || noise?.isSurelyAtLeast(ranking.displacement().nextUp) == true
  }

  /// Goes on to the rungs above, or rests for good where there are none.
  mutating func move(to rungs: (lower: Budget, upper: Budget)?) {
    ranking = SoftRanking()
    (former, lowerCount, upperCount) = ([], 0, 0)
    spread = Spread()
    isDue = true
    if let rungs {
      noise?.move(above: rungs.lower, upTo: rungs.upper)
    } else {
      noise?.retire()
    }
  }
}

extension RankingWatch: Codable {
  private enum Field: CodingKey {
    case settings, noise
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Field.self)
    settings = try container.decode(Ranking.self, forKey: .settings)
    noise = try container.decodeIfPresent(NoiseThreshold.self, forKey: .noise)
  }

  /// Leaves out the ranking, which follows from the rungs.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Field.self)
    try container.encode(settings, forKey: .settings)
    try container.encodeIfPresent(noise, forKey: .noise)
  }
}
