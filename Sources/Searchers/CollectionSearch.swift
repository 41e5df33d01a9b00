public import StudyModel

/// Proposes the trainings of a collection, each once: which one a trial is follows from its number.
///
/// There is no state: what was proposed need not be remembered. The configurations are those that a
/// grid, a Sobol sequence or random draws propose one after another, which takes a while for the
/// thousandth job of a large collection; so they are made once, as a fit of a model is, when the first
/// proposal is asked for, and never where a study is only read.
///
/// Source: the layout of a benchmark table as in Bansal et al., "JAHS-Bench-201", NeurIPS 2022, section
/// 4: configurations by fidelities, each combination a training.
public struct CollectionSearch: Sendable, Codable {
  private let space: SearchSpace
  private let settings: CollectionSettings
  private let seed: UInt64
  private let trainings: Int?

  /// The search of a study whose `algorithm` is a collection.
  ///
  /// - Parameter study: How many trainings it has at most, its `stop.trials` says.
  public init(for study: Study) {
    let settings = study.algorithm.search.collection
    self.init(
      space: study.space, settings: settings ?? CollectionSettings(configurations: .list([])),
      seed: study.seed, trainings: study.stop.trials)
  }

  /// A search of these trainings.
  ///
  /// - Parameters:
  ///   - space: With its fidelities.
  ///   - settings: What is collected.
  ///   - seed: What draws are made from, and the sequence is scrambled by.
  ///   - trainings: How many of them; `nil` for all from the first on.
  public init(space: SearchSpace, settings: CollectionSettings, seed: UInt64, trainings: Int?) {
    self.space = space
    self.settings = settings
    self.seed = seed
    self.trainings = trainings
  }

  private var numbers: TrainingNumbers { TrainingNumbers(space, seeds: settings.seeds) }

  /// The configurations of the study's trainings, without fidelities, from that of the first on.
  ///
  /// - Returns: Fewer than there are trainings for where the space has no more.
  public func configurations() -> [Configuration] {
    let numbers = numbers
    let first = numbers.configuration(of: settings.first)
    let last = trainings.map { numbers.configuration(of: settings.first + max(1, $0) - 1) }
    let space = space.withoutFidelities
    switch settings.configurations {
    case .list(let list):
      return list.map(\.wrappedValue)
    case .grid(let points):
      var grid = GridSettings()
      grid.points = points
      return Self.proposals(
        GridSearch(space: space, settings: grid), in: space, from: first, through: last)
    case .sobol(let count):
      return Self.proposals(
        SobolSearch(space: space, seed: seed), in: space, from: first,
        through: min(count - 1, last ?? .max))
    case .random(let count):
      return Self.proposals(
        RandomSearch(space: space, seed: seed), in: space, from: first,
        through: min(count - 1, last ?? .max))
    }
  }

  /// How many configurations a collection has.
  ///
  /// Takes as long as proposing all of them where draws may repeat or break constraints, since none is
  /// trained twice.
  ///
  /// - Returns: Fewer than the settings ask for where the space has no more; `nil` where there are more
  ///   than ``mostConfigurations``.
  public func configurationCount() -> Int? {
    let space = space.withoutFidelities
    let isFree = space.constraints.isEmpty && !space.mayRepeat
    switch settings.configurations {
    case .list(let list): return list.count
    case .sobol(let count), .random(let count):
      guard count <= Self.mostConfigurations else { return nil }
      if isFree { return count }
    case .grid(let points):
      let count = Grid(space, points: points).count
      if space.constraints.isEmpty || count > Self.mostConfigurations {
        return count <= Self.mostConfigurations ? count : nil
      }
    }
    return configurations().count
  }

  /// The most configurations of a collection.
  public static let mostConfigurations = 10_000_000

  /// What a searcher proposes for trials with these numbers, having proposed for those before.
  private static func proposals<Search: ConfigurationSearcher>(
    _ search: Search, in space: SearchSpace, from first: Int, through last: Int?
  ) -> [Configuration] {
    var search = search
    var found: [Configuration] = []
    var (number, trial, repeated) = (0, 0, 0)
    // Searchers pass over repetitions in countable spaces only; where all real parameters are inactive
    // there are some in others too.
    let mayRepeat = space.mayRepeat
    var known = Distinct<Configuration>()
    while number <= last ?? .max, repeated < mostRepeated,
      let configuration = search.propose(for: TrialID(trial))?.configuration
    {
      search.absorb(.proposed(TrialID(trial), configuration))
      trial += 1
      if mayRepeat {
        guard !known.contains(configuration) else {
          repeated += 1
          continue
        }
        known.insert(configuration)
        repeated = 0
      }
      if number >= first { found.append(configuration) }
      number += 1
    }
    return found
  }

  /// Repetitions in a row after which there is nothing new to be hoped for.
  private static let mostRepeated = 10_000

  /// The training that a trial is.
  ///
  /// - Parameters:
  ///   - trial: The trial.
  ///   - configurations: Those of ``configurations()``; `nil` to make them anew.
  /// - Returns: `nil` behind the last training.
  public func propose(for trial: TrialID, of configurations: [Configuration]?) -> Proposal? {
    let numbers = numbers
    let training = settings.first + trial.number
    let place = numbers.configuration(of: training) - numbers.configuration(of: settings.first)
    let configurations = configurations ?? self.configurations()
    guard configurations.indices.contains(place) else { return nil }
    var configuration = configurations[place]
    for (fidelity, value) in zip(numbers.fidelities, numbers.values(of: training)) {
      configuration[fidelity.name] = value
    }
    return Proposal(configuration, .sequence(place: training))
  }
}

extension SearchSpace {
  /// Whether two draws may be alike: not where an uncountable parameter is always active.
  fileprivate var mayRepeat: Bool {
    !parameters.contains { $0.domain.count == nil && $0.conditions.isEmpty }
  }
}
