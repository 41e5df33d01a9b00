import Coordination
import Searchers
import StudyModel

extension World {
  /// The longest time of a slow proposal, in microseconds.
  private static let proposalTime = 2_000_000

  /// Asks the searcher about a trial: questions are answered one after another, in their order.
  mutating func ask(about trial: TrialID) {
    guard coordinator.searcher.isSlow else {
      lastAnswer = max(lastAnswer, now + random.integer(0...50_000))
      return schedule(.asked(trial), after: lastAnswer - now)
    }
    questions.append(trial)
    if questions.count == 1 { beginProposal(of: trial) }
  }

  /// Answers a question by what is known now; the answer takes its time.
  private mutating func beginProposal(of trial: TrialID) {
    schedule(.message(proposal(for: trial)), after: random.integer(0...Self.proposalTime))
  }

  /// Goes on to the next question once a slow searcher has answered one.
  mutating func finishProposal(_ event: Event) {
    switch event {
    case .proposed(let trial, _, _), .exhausted(let trial):
      guard questions.first == trial else { return }
      questions.removeFirst()
      if let next = questions.first { beginProposal(of: next) }
    default: break
    }
  }

  /// The searcher's answer by what is known now.
  mutating func proposal(for trial: TrialID) -> Event {
    proposer.prepare(for: coordinator.searcher)
    return proposer.proposal(for: trial, of: coordinator.searcher)
  }

  /// Fits the model; it is in use some time later.
  mutating func fit(to basis: Int) {
    proposer.keep(coordinator.searcher.fit(to: basis), basis: basis)
    schedule(.message(.fitted(basis: basis)), after: random.integer(0...settings.fitTime))
  }
}
