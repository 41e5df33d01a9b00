import StudyModel

/// PASHA's other criteria: figures for how well two rungs agree on a ranking.
///
/// Source: Bohdal et al., "PASHA", ICLR 2023, section 4.1 and appendix; the authors' code,
/// github.com/ondrejbohdal/pasha, `PASHARungSystem` as of its first commit. Deviations: ties of the
/// rung below follow the order of the highest one, where the code leaves them to an unstable sort;
/// a regret is divided by the magnitude of the best loss, so that it does not change its sign for
/// metrics below zero, and is none where both losses are 0.
enum RankingCriteria {
  /// Rank-biased overlap: a weighted mean of the shares that the first ranks have in common.
  ///
  /// Not extrapolated beyond the last rank, so with a weight below 1 a perfect agreement of `n`
  /// trials is `1 - weight^n`. Source: Webber, Moffat and Zobel, "A similarity measure for
  /// indefinite rankings", ACM TOIS 28 (2010), equation 4; as in the package `rbo` 0.1.3.
  ///
  /// - Parameters:
  ///   - members: The best of the highest rung first; not empty.
  ///   - weight: Of a rank in relation to the one before, above 0; at 1 all weigh the same.
  /// - Returns: From 0 to 1.
  static func rankBiasedOverlap(_ members: [SoftRanking.Member], weight: Double) -> Double {
    let order = formerOrder(members)
    var isInOne = Array(repeating: false, count: members.count)
    var common = 0
    var overlap = 0.0
    var rankWeight = weight == 1 ? 1.0 : 1 - weight
    for (rank, place) in order.enumerated() {
      // Who is in one of the lists already and now turns up in the other is common.
      for next in [rank, place] {
        if isInOne[next] { common += 1 }
        isInOne[next] = true
      }
      let agreement = Double(common) / Double(rank + 1)
      if weight == 1 {
        overlap = (overlap * Double(rank) + agreement) / Double(rank + 1)
      } else {
        overlap += rankWeight * agreement
        rankWeight *= weight
      }
    }
    return overlap
  }

  /// Reciprocal rank regret: how much worse the trials at the ranks of the rung below are in the
  /// highest rung, in relation to those at its own ranks.
  ///
  /// - Parameters:
  ///   - members: The best of the highest rung first; not empty.
  ///   - weight: Of a rank in relation to the one before, above 0.
  ///   - isAbsolute: Whether gains count like losses (ARRR).
  /// - Returns: A weighted mean; 0 where the rankings agree.
  static func regret(
    _ members: [SoftRanking.Member], weight: Double, isAbsolute: Bool
  ) -> Double {
    var sum = 0.0
    var weights = 0.0
    var rankWeight = 1.0
    for (rank, place) in formerOrder(members).enumerated() {
      let difference = members[place].loss - members[rank].loss
      let regret = difference == 0 ? 0 : difference / abs(members[rank].loss)
      sum += (isAbsolute ? abs(regret) : regret) * rankWeight
      weights += rankWeight
      rankWeight *= weight
    }
    return sum / weights
  }

  /// The places in the highest rung of the trials as the rung below ranks them.
  private static func formerOrder(_ members: [SoftRanking.Member]) -> [Int] {
    members.indices.sorted { left, right in
      (members[left].former, left) < (members[right].former, right)
    }
  }
}
