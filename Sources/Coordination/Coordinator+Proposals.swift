import Schedulers
import Searchers
import StudyModel

extension Coordinator {
  mutating func proposed(
    _ trial: TrialID, _ configuration: Configuration, _ origin: Origin,
    _ commands: inout [Command]
  ) {
    guard trials.indices.contains(trial.number), !trials[trial.number].isProposed else { return }
    trials[trial.number].isProposed = true
    // JSON writes 1.0 as 1: a replayed proposal gets its types back here.
    let typed = study.space.conforming(configuration) ?? configuration
    trials[trial.number].configuration = typed
    trials[trial.number].origin = origin
    searcher.absorb(.proposed(trial, typed))
    guard trials[trial.number].target > 0 else { return choose(trial) }
    searcher.absorb(.awaited(trial, at: Budget(trials[trial.number].target)))
    resize(trial)
    launch(trial, &commands)
  }

  /// Completes a trial that is the study's choice without being trained.
  mutating func choose(_ trial: TrialID) {
    release(trials[trial.number].reserved)
    ready.removeAll { $0 == trial }
    trials[trial.number].reserved = []
    trials[trial.number].state = .completed
    trials[trial.number].reason = .chosenUntrained
  }

  mutating func fitted(_ basis: Int) {
    fitting = nil
    searcher.absorb(.fitted(basis: basis))
  }

  mutating func known(_ results: [KnownResult]) {
    knownCount += results.count
    for result in results {
      guard let configuration = study.space.conforming(result.configuration) else { continue }
      let loss = Loss(result.values, goals: study.metrics.map(\.goal))
      searcher.absorb(.known(configuration, loss, at: Budget(result.epoch)))
    }
  }

  /// Asks for one fit at a time; the searcher proposes by the last one meanwhile.
  mutating func askForFit(_ commands: inout [Command]) {
    guard phase == .running, fitting == nil, let basis = searcher.dueBasis else { return }
    fitting = basis
    commands.append(.fit(basis: basis))
  }

  mutating func exhausted(_ trial: TrialID) {
    guard trials.indices.contains(trial.number), !trials[trial.number].isProposed,
      !trials[trial.number].reserved.isEmpty
    else { return }
    let slots = trials[trial.number].reserved
    isExhausted = true
    trials[trial.number].reserved = []
    trials[trial.number].state = .stopped
    trials[trial.number].reason = .noConfiguration
    // A rung or a generation must not wait for it.
    _ = scheduler.absorb(.failed(trial))
    release(slots)
  }
}
