import StudyModel

/// The last evaluations that finished, of which the oldest leaves as the next comes.
///
/// Source: Real et al., "Regularized Evolution for Image Classifier Architecture Search", AAAI
/// 2019, Algorithm 1. The order is that in which evaluations finish, as in Égelé et al., Algorithm
/// 1. A trial enters with the first loss that it reports at the least budget at which trials are
/// compared, or above; one that failed or diverged never does. What an earlier study found at that
/// budget enters too. A tournament draws without replacement, as DeepHyper does; Real et al. draw
/// with it.
struct Population: Sendable, Codable {
  /// One evaluation.
  struct Member: Hashable, Sendable, Codable {
    /// `nil` where it is an earlier study's.
    let trial: TrialID?
    @TypedConfiguration private(set) var configuration: Configuration
    let loss: Double
  }

  /// Oldest first.
  private(set) var members: [Member] = []
  /// The configurations of trials that have not finished, by number.
  private var waiting: [TypedConfiguration?] = []
  private let settings: EvolutionSettings
  private let budget: Budget

  init(settings: EvolutionSettings, budget: Budget) {
    self.settings = settings
    self.budget = budget
  }

  /// Whether there are as many as there shall be; before, proposals are drawn at random.
  var isFull: Bool { members.count >= settings.population }

  mutating func absorb(_ event: SearcherEvent) {
    switch event {
    case .proposed(let trial, let configuration):
      guard trial.number >= waiting.count else { return }
      while waiting.count < trial.number { waiting.append(nil) }
      waiting.append(TypedConfiguration(wrappedValue: configuration))
    case .reported(let trial, let loss, let reached):
      if reached >= budget { finish(trial, loss.value) }
    case .ended(let trial, let loss, _): finish(trial, loss.value)
    case .failed(let trial): finish(trial, nil)
    case .known(let configuration, let loss, let reached):
      if reached == budget, let value = loss.value {
        enter(Member(trial: nil, configuration: configuration, loss: value))
      }
    case .awaited, .fitted: break
    }
  }

  private mutating func finish(_ trial: TrialID, _ loss: Double?) {
    guard waiting.indices.contains(trial.number),
      let configuration = waiting[trial.number]?.wrappedValue
    else {
      return
    }
    waiting[trial.number] = nil
    if let loss { enter(Member(trial: trial, configuration: configuration, loss: loss)) }
  }

  private mutating func enter(_ member: Member) {
    members.append(member)
    if members.count > settings.population { members.removeFirst() }
  }

  /// The best of some members drawn at random; of equal ones the older.
  func parent(using random: inout RandomStream) -> Member? {
    var places = Array(members.indices)
    var best: Int?
    for drawn in 0..<min(settings.sample, places.count) {
      places.swapAt(drawn, drawn + random.index(below: places.count - drawn))
      let place = places[drawn]
      if best.map({ (members[place].loss, place) < (members[$0].loss, $0) }) ?? true {
        best = place
      }
    }
    return best.map { members[$0] }
  }
}
