public import StudyModel

/// Who gets the staged data from whom: a tree of the living agents that grows as they ask.
///
/// The first agent that asks reads the file system; each later one is given a parent that has the
/// data or is getting it, at most ``width`` at a time. An agent that gets nothing from its parent
/// asks again: the parent then counts as gone until it is heard of, and the agent is moved, with all
/// that hang on it, to where the data still comes from. Nobody waits for anybody in a circle.
///
/// Nothing of it is journalled: a run that begins anew stages anew.
public struct StageTree: Hashable, Sendable {
  /// Where an agent gets the data from.
  public enum Source: Hashable, Sendable, Codable {
    /// The file system that all nodes share.
    case fileSystem
    /// Another agent.
    case agent(WorkerID)
  }

  /// How many agents that still lack the data are given to one that has it.
  public let width: Int
  /// Where each agent that has asked gets it from, or got it from.
  public private(set) var sources: [WorkerID: Source] = [:]
  /// The agents that have all of it.
  public private(set) var complete: Set<WorkerID> = []
  /// The agents that somebody waited for in vain, or that are lost.
  public private(set) var gone: Set<WorkerID> = []

  /// A tree of nobody.
  ///
  /// - Parameter width: At least 1.
  public init(width: Int = 2) {
    precondition(width > 0)
    self.width = width
  }

  /// Decides where an agent gets the data from.
  ///
  /// - Parameters:
  ///   - worker: Who asks; it lives.
  ///   - lacking: Whom it had been given, and got nothing from.
  /// - Returns: An agent that lives as far as anybody knows, to which the data comes without `worker`;
  ///   the one of fewest steps from it, and of equals the lowest rank. The file system where there is
  ///   none.
  public mutating func source(for worker: WorkerID, lacking: WorkerID? = nil) -> Source {
    if let lacking { lose(lacking) }
    gone.remove(worker)
    complete.remove(worker)
    sources[worker] = nil
    var load: [WorkerID: Int] = [:]
    for (child, source) in sources where !complete.contains(child) && !gone.contains(child) {
      if case .agent(let parent) = source { load[parent, default: 0] += 1 }
    }
    let best = sources.keys
      .filter { $0 != worker && !gone.contains($0) && load[$0, default: 0] < width }
      .compactMap { candidate in distance(of: candidate).map { ($0, candidate) } }
      .min { $0 < $1 }
    let source = best.map { Source.agent($0.1) } ?? .fileSystem
    sources[worker] = source
    return source
  }

  /// Notes that an agent has all of the data.
  public mutating func finish(_ worker: WorkerID) {
    gone.remove(worker)
    guard sources[worker] != nil else { return }
    complete.insert(worker)
  }

  /// Notes that an agent was heard of.
  public mutating func hear(_ worker: WorkerID) { gone.remove(worker) }

  /// Notes that nothing comes from an agent.
  public mutating func lose(_ worker: WorkerID) { gone.insert(worker) }

  /// Steps from the data to an agent over agents that live; `nil` where none leads there.
  private func distance(of worker: WorkerID) -> Int? {
    var (place, steps) = (worker, 0)
    while !complete.contains(place) {
      guard case .agent(let parent)? = sources[place] else {
        return sources[place] == .fileSystem ? steps : nil
      }
      guard !gone.contains(parent), steps < sources.count else { return nil }
      (place, steps) = (parent, steps + 1)
    }
    return steps
  }
}
