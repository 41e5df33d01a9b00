import Statistics
import StudyModel

/// What a forest is fitted to, and what was pending when.
///
/// A trial is one observation: the first loss that it reports at the least budget at which trials
/// are compared, or above. A trial that failed or diverged is one too, without a loss.
struct ForestHistory: Sendable, Codable {
  /// A configuration that was asked about.
  struct Asked: Sendable, Codable {
    let row: [Double]
    /// The number of observations when it was proposed.
    let before: Int
    /// Its place among the observations; `nil` while it is pending.
    var after: Int?
  }

  /// How one came out.
  struct Observation: Sendable, Codable {
    /// Its place in ``asked``.
    let asked: Int
    /// `nil` for one that failed or diverged.
    let loss: Double?
  }

  private(set) var asked: [Asked] = []
  private(set) var observations: [Observation] = []
  /// The number of observations with a loss.
  private(set) var lossCount = 0
  /// One more than the greatest number of a trial that was proposed.
  var trialCount: Int { places.count }
  /// Each trial's place in ``asked``.
  private var places: [Int?] = []
  private let budget: Budget

  init(budget: Budget) { self.budget = budget }

  /// Absorbs one event.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - encoding: How configurations become rows.
  mutating func absorb(_ event: SearcherEvent, by encoding: Encoding) {
    switch event {
    case .proposed(let trial, let configuration):
      while places.count <= trial.number { places.append(nil) }
      guard places[trial.number] == nil else { return }
      places[trial.number] = ask(encoding.row(of: configuration))
    case .reported(let trial, let loss, let reached):
      if reached >= budget { observe(trial, loss.value) }
    case .ended(let trial, let loss, _): observe(trial, loss.value)
    case .failed(let trial): observe(trial, nil)
    case .known(let configuration, let loss, let reached):
      guard reached == budget else { return }
      end(ask(encoding.row(of: configuration)), loss.value)
    case .awaited, .fitted: break
    }
  }

  private mutating func ask(_ row: [Double]) -> Int {
    asked.append(Asked(row: row, before: observations.count))
    return asked.count - 1
  }

  private mutating func observe(_ trial: TrialID, _ loss: Double?) {
    guard places.indices.contains(trial.number), let place = places[trial.number] else { return }
    end(place, loss)
  }

  private mutating func end(_ place: Int, _ loss: Double?) {
    guard asked[place].after == nil else { return }
    asked[place].after = observations.count
    observations.append(Observation(asked: place, loss: loss))
    if loss != nil { lossCount += 1 }
  }
}

extension ForestHistory {
  /// The configurations that were pending when the first observations were complete, in the order
  /// of their proposals.
  func pending(at basis: Int) -> [[Double]] {
    asked.compactMap { $0.before < basis && $0.after ?? .max >= basis ? $0.row : nil }
  }

  /// The most that were pending at once by then.
  func mostPending(by basis: Int) -> Int {
    var changes = [Int](repeating: 0, count: basis + 1)
    for one in asked where one.before < basis {
      changes[one.before] += 1
      if let after = one.after, after < basis { changes[after + 1] -= 1 }
    }
    var (pending, most) = (0, 0)
    for change in changes {
      pending += change
      most = max(most, pending)
    }
    return most
  }

  /// The rows of the first observations, one after another, and their losses.
  ///
  /// A loss further above the third quartile than 1.5 times the distance of the quartiles is moved
  /// there, and a failure counts as the greatest loss, as in DeepHyper 0.13.
  ///
  /// - Parameter basis: How many observations.
  /// - Returns: `nil` where none has a loss.
  func data(to basis: Int) -> (rows: [Double], losses: [Double], lies: [Double])? {
    let seen = observations.prefix(basis)
    let ascending = seen.compactMap(\.loss).sorted()
    guard let greatest = ascending.last else { return nil }
    let (first, third) = (quantile(0.25, of: ascending), quantile(0.75, of: ascending))
    let limit = min(third + 1.5 * (third - first), greatest)
    return (
      seen.flatMap { asked[$0.asked].row }, seen.map { min($0.loss ?? limit, limit) },
      ascending.map { min($0, limit) }
    )
  }
}
