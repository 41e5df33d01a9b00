import StudyModel

/// One rung of a study of several metrics: the losses recorded at one budget, and which of them may
/// be promoted.
///
/// Ranked and priced as ``ParetoRanking`` says. An entry that was promoted stays promoted, though
/// later ones may push it out of the best `1/eta`.
struct NonDominatedRung: Sendable {
  private var ranking = ParetoRanking()
  private var isPromoted: [Bool] = []
  /// The best `1/eta` that are not promoted yet, the best last; `nil` after a change.
  private var candidates: [Int]?

  /// The losses, in the order of arrival.
  var entries: [ParetoRanking.Entry] { ranking.entries }

  /// Losses recorded so far.
  var count: Int { entries.count }

  /// All trials, the best first.
  var ranked: [TrialID] {
    var ranking = ranking
    return ranking.best(count).map { entries[$0].trial }
  }

  /// Adds losses; a trial is recorded once only, which the caller sees to.
  mutating func record(_ trial: TrialID, _ losses: [Double]) {
    ranking.insert(ParetoRanking.Entry(trial: trial, losses: losses))
    isPromoted.append(false)
    candidates = nil
  }

  /// Whether a trial is among the best of these many.
  mutating func isAmongBest(_ count: Int, _ trial: TrialID) -> Bool {
    ranking.best(count).contains { ranking.entries[$0].trial == trial }
  }

  /// The best trial of the top `1/eta` that was not promoted yet.
  mutating func promotable(eta: Int) -> ParetoRanking.Entry? {
    let places = candidates ?? ranking.best(count / eta).filter { !isPromoted[$0] }.reversed()
    candidates = places
    return places.last.map { ranking.entries[$0] }
  }

  /// Marks the trial that ``promotable(eta:)`` names as promoted.
  mutating func promote() {
    if let place = candidates?.popLast() { isPromoted[place] = true }
  }
}

extension NonDominatedRung: Codable {
  private enum Field: CodingKey {
    case ranking, promoted
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Field.self)
    ranking = try container.decode(ParetoRanking.self, forKey: .ranking)
    isPromoted = Array(repeating: false, count: ranking.entries.count)
    for place in try container.decode([Int].self, forKey: .promoted) { isPromoted[place] = true }
  }

  /// Writes the entries and which of them were promoted.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Field.self)
    try container.encode(ranking, forKey: .ranking)
    try container.encode(isPromoted.indices.filter { isPromoted[$0] }, forKey: .promoted)
  }
}
