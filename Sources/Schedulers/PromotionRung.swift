import HeapModule
import StudyModel

/// One rung: the losses recorded at one budget, and which of them may be promoted.
///
/// Recording and promoting cost O(log n): the best `1/eta` are kept apart from the rest, and those
/// among them that were not yet promoted in a third heap. Losses of several metrics go to a
/// ``NonDominatedRung`` instead.
struct PromotionRung: Sendable {
  let budget: Budget
  private let eta: Int
  /// The losses, in the order of arrival.
  private(set) var entries: [Entry] = []
  private var isTop: [Bool] = []
  private var isPromoted: [Bool] = []
  private var topCount = 0
  private var top: Heap<Ranked> = []
  private var rest: Heap<Ranked> = []
  private var candidates: Heap<Ranked> = []
  private var several = NonDominatedRung()

  /// One recorded loss.
  struct Entry: Hashable, Sendable, Codable {
    let trial: TrialID
    /// The first of several.
    let loss: Double
  }

  /// An entry with its place among `entries`; ties go to the earlier trial.
  private struct Ranked: Comparable, Sendable {
    let entry: Entry
    let place: Int

    static func < (left: Ranked, right: Ranked) -> Bool {
      (left.entry.loss, left.entry.trial) < (right.entry.loss, right.entry.trial)
    }
  }

  init(budget: Budget, eta: Int) {
    self.budget = budget
    self.eta = eta
  }

  /// Losses recorded so far.
  var count: Int { entries.count }

  /// Adds the loss of a trial that has not diverged; once only, which the caller sees to.
  mutating func record(_ trial: TrialID, _ loss: Loss) {
    switch loss {
    case .finite(let value): record(trial, value)
    case .several(let values):
      several.record(trial, values)
      entries.append(Entry(trial: trial, loss: values[0]))
    case .diverged: break
    }
  }

  /// Adds a loss; a trial is recorded once only, which the caller sees to.
  mutating func record(_ trial: TrialID, _ loss: Double) {
    let ranked = Ranked(entry: Entry(trial: trial, loss: loss), place: entries.count)
    entries.append(ranked.entry)
    isTop.append(false)
    isPromoted.append(false)
    if let worst = top.max, ranked < worst { enter(ranked) } else { rest.insert(ranked) }
    while topCount > entries.count / eta, let worst = top.popMax() {
      isTop[worst.place] = false
      topCount -= 1
      rest.insert(worst)
    }
    while topCount < entries.count / eta, let best = rest.popMin() { enter(best) }
  }

  private mutating func enter(_ ranked: Ranked) {
    top.insert(ranked)
    isTop[ranked.place] = true
    topCount += 1
    if !isPromoted[ranked.place] { candidates.insert(ranked) }
  }

  /// The best trial of the top `1/eta` that was not promoted yet.
  mutating func promotable() -> Entry? {
    while let best = candidates.min {
      if isTop[best.place], !isPromoted[best.place] { return best.entry }
      candidates.removeMin()
    }
    return several.promotable(eta: eta).map { Entry(trial: $0.trial, loss: $0.losses[0]) }
  }

  /// Marks the trial that ``promotable()`` names as promoted, and returns it.
  mutating func promote() -> Entry? {
    guard let entry = promotable() else { return nil }
    if let best = candidates.popMin() {
      isPromoted[best.place] = true
    } else {
      several.promote()
    }
    return entry
  }
}

extension PromotionRung: Codable {
  private enum Field: CodingKey {
    case budget, eta, entries, promoted, several
  }

  /// Rebuilds the heaps from the entries in the order of their arrival.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Field.self)
    self.init(
      budget: try container.decode(Budget.self, forKey: .budget),
      eta: try container.decode(Int.self, forKey: .eta))
    for entry in try container.decode([Entry].self, forKey: .entries) {
      record(entry.trial, entry.loss)
    }
    for place in try container.decode([Int].self, forKey: .promoted) { isPromoted[place] = true }
    several = try container.decode(NonDominatedRung.self, forKey: .several)
    entries += several.entries.map { Entry(trial: $0.trial, loss: $0.losses[0]) }
  }

  /// Writes the entries and which of them were promoted; the heaps follow from these.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Field.self)
    try container.encode(budget, forKey: .budget)
    try container.encode(eta, forKey: .eta)
    try container.encode(several.entries.isEmpty ? entries : [], forKey: .entries)
    try container.encode(isPromoted.indices.filter { isPromoted[$0] }, forKey: .promoted)
    try container.encode(several, forKey: .several)
  }
}
