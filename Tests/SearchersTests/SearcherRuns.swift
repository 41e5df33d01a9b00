import Searchers
import StudyModel

extension Searcher {
  /// The searcher of this kind, for a study of this space.
  static func of(
    _ kind: Search.Kind, _ space: SearchSpace, points: [Configuration] = [], seed: UInt64 = 1,
    gridPoints: Int = 5
  ) -> Searcher {
    var search = Search(kind)
    search.grid.points = gridPoints
    return Searcher(
      for: Study(
        name: "study", metric: Metric(name: "loss", goal: .minimize),
        fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(9)), space: space,
        points: points, algorithm: Algorithm(schedule: Schedule(.full), search: search),
        trial: TrialSettings(command: ["train"]), seed: seed))
  }

  /// What the searcher proposes to one trial after another, until nothing is left.
  mutating func proposals(from first: Int = 0, atMost count: Int) -> [Proposal] {
    var proposals: [Proposal] = []
    while proposals.count < count,
      let proposal = propose(for: TrialID(first + proposals.count))
    {
      absorb(.proposed(TrialID(first + proposals.count), proposal.configuration))
      proposals.append(proposal)
    }
    return proposals
  }
}
