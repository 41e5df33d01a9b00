import Coordination
public import StudyModel

extension Origin: CustomStringConvertible {
  /// A clause about why a configuration was tried.
  public var description: String {
    switch self {
    case .point: "a point of the study file"
    case .random: "drawn at random"
    case .sequence(let place): "the next of a sequence, number \(place + 1)"
    case .model(let observations, let budget):
      "the best candidate of a model of \(observations) observations"
        + (budget.map { " at \($0.epochs) epochs" } ?? "")
    case .winner(let winner): "that of the winner, trial \(winner), to be trained out"
    case .mutation(let parent, let parameter, let model):
      "a mutation of \(parent.map { "trial \($0)" } ?? "a trial of an earlier study") in "
        + parameter
        + (model.map { ", the rest by a model of \($0) observations" } ?? "")
    }
  }

  /// The same with what is known of the search and of the parent.
  ///
  /// - Parameter coordinator: The study, right after the proposal.
  /// - Returns: A clause.
  func words(in coordinator: Coordinator) -> String {
    let search = coordinator.study.algorithm.search
    let known =
      coordinator.knownCount > 0
      ? "; the searcher knows \(coordinator.knownCount) results of earlier studies" : ""
    switch self {
    case .random: return description + (search.kind.reasonForDraws.map { ", \($0)" } ?? "") + known
    case .model: return description + (search.kind.model.map { " (\($0))" } ?? "") + known
    case .mutation(let parent?, _, _) where coordinator.trials.indices.contains(parent.number):
      let record = coordinator.trials[parent.number]
      let value = record.last.map {
        "; that trial had \(coordinator.study.metric.name) \($0.value) at epoch \($0.epoch)"
      }
      return description + (value ?? "")
    case .point, .sequence, .winner, .mutation: return description
    }
  }
}

extension Search.Kind {
  /// What proposes by observations; `nil` where nothing does.
  fileprivate var model: String? {
    switch self {
    case .bohb: "BOHB's kernel densities"
    case .mobster: "MOBSTER's Gaussian process"
    case .agebo, .mixedBO: "a random forest"
    case .random, .grid, .sobol, .age, .mixedAgE, .collection: nil
    }
  }

  /// Why a configuration is drawn where the search could do more; `nil` where it never does.
  fileprivate var reasonForDraws: String? {
    switch self {
    case .bohb: "as all are before the densities have enough, and a share of the others"
    case .mobster, .mixedBO: "as the first ones are, before there is a model"
    case .age, .agebo, .mixedAgE: "as the first population is"
    case .random, .grid, .sobol, .collection: nil
    }
  }
}
