import StudyModel

/// The trials of PASHA's highest rung, ranked there, with their losses at the rung below.
///
/// Ties are ranked in the order of arrival, as in Syne Tune. A trial is added in O(log n).
struct SoftRanking: Sendable {
  /// A trial's place in the highest rung.
  private struct Rank: Comparable, Sendable {
    let loss: Double
    let place: Int
    let trial: TrialID

    static func < (left: Rank, right: Rank) -> Bool {
      (left.loss, left.place) < (right.loss, right.place)
    }
  }

  /// Losses at the rung below of trials that are neighbours in the highest.
  private struct Stretch: Summable {
    let least: Double
    let greatest: Double
    /// How far at most a loss falls below an earlier one.
    let fall: Double

    init(_ loss: Double) { (least, greatest, fall) = (loss, loss, 0) }

    private init(least: Double, greatest: Double, fall: Double) {
      (self.least, self.greatest, self.fall) = (least, greatest, fall)
    }

    static func + (left: Stretch, right: Stretch) -> Stretch {
      Stretch(
        least: min(left.least, right.least), greatest: max(left.greatest, right.greatest),
        fall: max(left.fall, right.fall, left.greatest - right.least))
    }
  }

  private var ranks = OrderedSums<Rank, Stretch>()
  /// The same in lists, once somebody asked for the displacement.
  private var lists: Lists?

  /// The losses in the rung below.
  private struct Lists: Sendable {
    /// In the order of the highest rung.
    var ranks: [Rank] = []
    var former: [Double] = []
    /// Ascending.
    var sorted: [Double] = []
    var displacement: Double?

    mutating func insert(_ rank: Rank, _ loss: Double) {
      let place = ranks.place { $0 < rank }
      ranks.insert(rank, at: place)
      former.insert(loss, at: place)
      sorted.insert(loss, at: sorted.place { $0 < loss })
      displacement = nil
    }
  }

  /// A trial in the highest rung.
  struct Member: Sendable {
    let trial: TrialID
    /// Its loss in the highest rung.
    let loss: Double
    /// Its loss in the rung below.
    let former: Double
  }

  /// A trial that does not share the rank it holds in the highest rung with who held it below.
  struct Offender: Sendable {
    let trial: TrialID
    /// The rank, from 0.
    let rank: Int
    /// How far the two lie apart in the rung below.
    let distance: Double
  }

  /// How many trials are ranked.
  var count: Int { ranks.count }

  /// Adds a trial.
  ///
  /// - Parameter member: Ranked behind all those added before that have its loss.
  mutating func insert(_ member: Member) {
    let rank = Rank(loss: member.loss, place: count, trial: member.trial)
    ranks.add(Stretch(member.former), at: rank)
    lists?.insert(rank, member.former)
  }

  /// How far at most a trial's loss in the rung below is from that of who had its rank there.
  ///
  /// Costs O(n), though with few instructions, after a trial was added.
  mutating func displacement() -> Double {
    if let known = lists?.displacement { return known }
    if lists == nil {
      let ordered = ranks.ordered()
      lists = Lists(
        ranks: ordered.map(\.key), former: ordered.map(\.term.least),
        sorted: ordered.map(\.term.least).sorted())
    }
    var greatest = 0.0
    if let lists {
      for place in lists.former.indices {
        greatest = max(greatest, abs(lists.former[place] - lists.sorted[place]))
      }
    }
    lists?.displacement = greatest
    return greatest
  }

  /// How far at most a trial's loss in the rung below exceeds that of one ranked behind it: the
  /// displacement is no greater.
  var fall: Double { max(0, ranks.sum?.fall ?? 0) }

  /// Whether both rungs rank the trials alike: ties of the rung below are no disagreement.
  var isExact: Bool { fall == 0 }

  /// Whether it is certain without a look at each trial that none leaves its rank.
  ///
  /// A trial that does at a threshold is further than that above a later one, or below an earlier
  /// one. The next number up stands for what was lost to rounding.
  func isSurelyStable(within threshold: Double) -> Bool {
    isExact || fall.nextUp <= threshold
  }

  /// Every trial, the best of the highest rung first.
  func members() -> [Member] {
    ranks.ordered().map { Member(trial: $0.key.trial, loss: $0.key.loss, former: $0.term.least) }
  }

  /// The first trial that leaves its rank.
  ///
  /// Source: Bohdal et al., "PASHA", ICLR 2023, section 4.1; Syne Tune 0.14.2,
  /// `PASHARungSystem._evaluate_soft_ranking`: each rank of the rung below is shared by all whose
  /// losses there lie within the threshold; the trial at that rank in the highest rung must be one
  /// of them.
  ///
  /// - Parameter threshold: From 0.
  /// - Returns: `nil` where the ranking is stable.
  func offender(within threshold: Double) -> Offender? {
    if isSurelyStable(within: threshold) { return nil }
    let members = members()
    let former = members.map(\.former).sorted()
    for (rank, member) in members.enumerated()
    where member.former > former[rank] + threshold || member.former < former[rank] - threshold {
      return Offender(
        trial: member.trial, rank: rank, distance: abs(member.former - former[rank]))
    }
    return nil
  }
}

extension Array {
  /// The first place of an ascending array at which `isBefore` does not hold.
  fileprivate func place(where isBefore: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
