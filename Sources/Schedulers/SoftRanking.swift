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
    ranks.add(
      Stretch(member.former), at: Rank(loss: member.loss, place: count, trial: member.trial))
  }

  /// Whether both rungs rank the trials alike: ties of the rung below are no disagreement.
  var isExact: Bool { (ranks.sum?.fall ?? 0) <= 0 }

  /// Whether it is certain without a look at each trial that none leaves its rank.
  ///
  /// A trial that does at a threshold is further than that above a later one, or below an earlier
  /// one. The next number up stands for what was lost to rounding.
  func isSurelyStable(within threshold: Double) -> Bool {
    isExact || (ranks.sum?.fall ?? 0).nextUp <= threshold
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
