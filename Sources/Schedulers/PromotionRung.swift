import HeapModule
import StudyModel

/// One rung: the losses recorded at one budget, and which of them may be promoted.
///
/// Recording and promoting cost O(log n): the best are kept apart from the rest, and those that were
/// not yet promoted in a third heap, whose best is compared with the worst of the best. Losses of
/// several metrics go to a ``NonDominatedRung`` instead, which knows the quantile `floor` alone.
struct PromotionRung: Sendable {
  let budget: Budget
  private let share: Share
  /// The losses, in the order of arrival.
  private(set) var entries: [Entry] = []
  private var isPromoted: [Bool] = []
  private var top: Heap<Ranked> = []
  private var rest: Heap<Ranked> = []
  private var waiting: Heap<Ranked> = []
  private var several = NonDominatedRung()

  /// How many of the entries are the best.
  enum Share: Hashable, Sendable, Codable {
    /// One of `eta`, rounded down.
    case floor(eta: Int)
    /// Those up to the interpolated quantile of a share between 0 and 1, ties included.
    case interpolated(Double)

    /// The entries that lie at or below the quantile, ties not counted.
    func count(of entries: Int) -> Int {
      switch self {
      case .floor(let eta): entries / eta
      // Source: Hyndman and Fan (1996), definition 7, which NumPy's 'linear' is.
      case .interpolated(let share):
        entries < 2 ? 0 : Int((share * Double(entries - 1)).rounded(.down)) + 1
      }
    }

    var includesTies: Bool {
      switch self {
      case .floor: false
      case .interpolated: true
      }
    }

    var eta: Int {
      switch self {
      case .floor(let eta): eta
      case .interpolated(let share): max(2, Int((1 / share).rounded()))
      }
    }
  }

  /// One recorded loss.
  struct Entry: Hashable, Sendable {
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

  init(budget: Budget, share: Share) {
    self.budget = budget
    self.share = share
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
    isPromoted.append(false)
    waiting.insert(ranked)
    if let worst = top.max, ranked < worst { top.insert(ranked) } else { rest.insert(ranked) }
    let count = share.count(of: entries.count)
    while top.count > count, let worst = top.popMax() { rest.insert(worst) }
    while top.count < count, let best = rest.popMin() { top.insert(best) }
  }

  /// All trials, the best first, and how many of them are the best; O(n log n).
  var ranked: (trials: [TrialID], best: Int) {
    if !several.entries.isEmpty { return (several.ranked, several.count / share.eta) }
    let sorted = entries.sorted { ($0.loss, $0.trial) < ($1.loss, $1.trial) }
    var best = share.count(of: sorted.count)
    while share.includesTies, best > 0, best < sorted.count,
      sorted[best].loss == sorted[best - 1].loss
    {
      best += 1
    }
    return (sorted.map(\.trial), best)
  }

  /// The best trial of the top that was not promoted yet.
  mutating func promotable() -> Entry? {
    while let best = waiting.min, isPromoted[best.place] { waiting.removeMin() }
    if let best = waiting.min, let worst = top.max,
      best <= worst || share.includesTies && best.entry.loss <= worst.entry.loss
    {
      return best.entry
    }
    return several.promotable(eta: share.eta).map { Entry(trial: $0.trial, loss: $0.losses[0]) }
  }

  /// Marks the trial that ``promotable()`` names as promoted, and returns it.
  mutating func promote() -> Entry? {
    guard let entry = promotable() else { return nil }
    if waiting.min?.entry == entry, let best = waiting.popMin() {
      isPromoted[best.place] = true
    } else {
      several.promote()
    }
    return entry
  }
}

extension PromotionRung: Codable {
  private enum Field: CodingKey {
    case budget, share, trials, losses, promoted, several
  }

  /// Rebuilds the heaps from the entries in the order of their arrival.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Field.self)
    self.init(
      budget: try container.decode(Budget.self, forKey: .budget),
      share: try container.decode(Share.self, forKey: .share))
    let trials = try container.decode([Int].self, forKey: .trials)
    let losses = try container.decode([Double].self, forKey: .losses)
    for (trial, loss) in zip(trials, losses) { record(TrialID(trial), loss) }
    for place in try container.decode([Int].self, forKey: .promoted) {
      guard isPromoted.indices.contains(place) else {
        throw DecodingError.dataCorruptedError(
          forKey: .promoted, in: container, debugDescription: "no entry \(place)")
      }
      isPromoted[place] = true
    }
    several = try container.decode(NonDominatedRung.self, forKey: .several)
    entries += several.entries.map { Entry(trial: $0.trial, loss: $0.losses[0]) }
  }

  /// Writes the entries and which of them were promoted; the heaps follow from these. Numbers in
  /// lists: a list of objects takes four times as long to read.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Field.self)
    try container.encode(budget, forKey: .budget)
    try container.encode(share, forKey: .share)
    let single = several.entries.isEmpty ? entries : []
    try container.encode(single.map(\.trial.number), forKey: .trials)
    try container.encode(single.map(\.loss), forKey: .losses)
    try container.encode(isPromoted.indices.filter { isPromoted[$0] }, forKey: .promoted)
    try container.encode(several, forKey: .several)
  }
}
