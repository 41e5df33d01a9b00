/// Which configuration, fidelities and seed a training of a collection has, by its number alone.
///
/// The trainings of a configuration follow one another; among them those of one combination of
/// fidelities, in the order of the seeds. Of the fidelities the last parameter varies fastest. So a
/// range of numbers is a part of a collection that nothing else need be known of.
public struct TrainingNumbers: Hashable, Sendable {
  /// The parameters that are fidelities, in the space's order, each of countably many values.
  public let fidelities: [Parameter]
  /// The seeds.
  public let seeds: [Int]

  /// The numbers of a space's trainings.
  ///
  /// - Parameters:
  ///   - space: Its fidelities are countable and always active.
  ///   - seeds: At least one.
  public init(_ space: SearchSpace, seeds: [Int]) {
    precondition(!seeds.isEmpty)
    fidelities = space.parameters.filter(\.isFidelity)
    self.seeds = seeds
  }

  /// Trainings of each configuration.
  public var perConfiguration: Int {
    fidelities.reduce(seeds.count) { $0 * ($1.domain.count ?? 1) }
  }

  /// The number of a training's configuration, from 0.
  public func configuration(of training: Int) -> Int { training / perConfiguration }

  /// The seed that a training is told.
  public func seed(of training: Int) -> Int { seeds[training % seeds.count] }

  /// The values of the fidelities of a training, in the order of ``fidelities``.
  public func values(of training: Int) -> [ParameterValue] {
    var place = training % perConfiguration / seeds.count
    var values: [ParameterValue] = []
    for fidelity in fidelities.reversed() {
      let count = fidelity.domain.count ?? 1
      if let value = fidelity.domain.value(at: place % count) { values.append(value) }
      place /= count
    }
    return values.reversed()
  }
}

extension SearchSpace {
  /// The same space without the parameters that are fidelities.
  public var withoutFidelities: SearchSpace {
    SearchSpace(parameters: parameters.filter { !$0.isFidelity }, constraints: constraints)
  }

  /// The same space with each fidelity at its last value, as a search has it.
  public var atFullFidelity: SearchSpace {
    SearchSpace(
      parameters: parameters.map { parameter in
        guard parameter.isFidelity,
          let last = parameter.domain.value(at: (parameter.domain.count ?? 0) - 1)
        else { return parameter }
        return Parameter(
          name: parameter.name, domain: .constant(last), conditions: parameter.conditions,
          isArchitecture: parameter.isArchitecture, isFidelity: true)
      }, constraints: constraints, rows: rows)
  }
}

extension Study {
  /// The numbers of a collection's trainings; `nil` where the study is none.
  public var trainingNumbers: TrainingNumbers? {
    algorithm.search.collection.map { TrainingNumbers(space, seeds: $0.seeds) }
  }

  /// The number in the whole collection of the training that a trial is; `nil` where the study is no
  /// collection.
  public func training(of trial: TrialID) -> Int? {
    algorithm.search.collection.map { $0.first + trial.number }
  }

  /// The seed that a collection's trial is told; `nil` where the study is none.
  public func trainingSeed(of trial: TrialID) -> Int? {
    guard let collection = algorithm.search.collection else { return nil }
    return collection.seeds[(collection.first + trial.number) % collection.seeds.count]
  }
}
