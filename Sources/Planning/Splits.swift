import Simulation
public import StudyModel

/// Ways to split the nodes of a job among the classes of its trials, rehearsed side by side.
public struct Splits: Hashable, Sendable, Codable {
  /// One way.
  public struct Split: Hashable, Sendable, Codable {
    /// The components of the classes.
    public var components: [Plan.Component]
    /// What came of it.
    public var rehearsal: Rehearsal

    /// The options that ask for it.
    public var options: String {
      components.compactMap { component in
        component.sizes.map { "--component \($0)=\(component.nodes)@\(component.partition)" }
      }.joined(separator: " ")
    }
  }

  /// The planner's first, then one class for all trials with GPUs, then those with a node more of one
  /// class and one fewer of another.
  public var splits: [Split]
  /// The place of the shortest run time among ``splits``.
  public var fastest: Int
}

/// Compares ways to split a plan's nodes among classes of trials.
///
/// - Parameters:
///   - stage: What is rehearsed; its trials differ in size.
///   - made: A plan of its study with classes.
///   - site: The machine.
///   - wish: What it was asked by.
/// - Returns: At least the plan's own split.
/// - Throws: `SimulationError` of the plan's own split.
public func compareSplits(
  _ stage: Stage, of made: Plan, at site: Site, asking wish: PlanRequest
) throws -> Splits {
  let own = made.components.filter { $0.sizes != nil }
  var splits = [Splits.Split(components: own, rehearsal: try stage.rehearse(made, nil))]
  func add(_ components: [PlanRequest.Component]) throws {
    var other = wish
    other.components = components
    let plan = try plan(stage.study, at: site, asking: other)
    splits.append(
      Splits.Split(
        components: plan.components.filter { $0.sizes != nil },
        rehearsal: try stage.rehearse(plan, nil)))
  }
  // What a class has no room for any more is no way, here and below.
  if let whole = whole(own) { try? add(whole) }
  for more in own.indices {
    for fewer in own.indices
    where more != fewer && own[fewer].nodes > 1
      && own[more].partition == own[fewer].partition
    {
      var nodes = own.map(\.nodes)
      nodes[more] += 1
      nodes[fewer] -= 1
      let components = zip(own, nodes).compactMap { component, nodes in
        component.sizes.map {
          PlanRequest.Component($0, nodes: nodes, partition: component.partition)
        }
      }
      try? add(components)
    }
  }
  let fastest =
    splits.indices.min { splits[$0].rehearsal.runTime < splits[$1].rehearsal.runTime } ?? 0
  return Splits(splits: splits, fastest: fastest)
}

/// The same nodes with one class for all trials with GPUs; `nil` where there is one.
private func whole(_ components: [Plan.Component]) -> [PlanRequest.Component]? {
  let ofGPUs = components.filter { $0.sizes?.needsGPUs ?? false }
  guard ofGPUs.count > 1, let least = ofGPUs.first?.sizes?.least, let last = ofGPUs.last?.sizes,
    let partition = ofGPUs.first?.partition, ofGPUs.allSatisfy({ $0.partition == partition })
  else { return nil }
  let others = components.compactMap { component -> PlanRequest.Component? in
    guard let sizes = component.sizes, !sizes.needsGPUs else { return nil }
    return PlanRequest.Component(sizes, nodes: component.nodes, partition: component.partition)
  }
  return others + [
    PlanRequest.Component(
      SizeClass(least, through: last.most), nodes: ofGPUs.reduce(0) { $0 + $1.nodes },
      partition: partition)
  ]
}

/// Splits as text for people: a table, and the options of the fastest.
///
/// - Parameters:
///   - splits: The splits.
///   - source: Where the model of the machine came from, as a clause.
/// - Returns: Lines that each end with a line feed.
public func describe(_ splits: Splits, source: String) -> String {
  var lines = ["", "Rehearsed in virtual time; \(source).", ""]
  let words = splits.splits.map { split in
    split.components.map { "\($0.sizes?.description ?? "")=\($0.nodes)" }.joined(separator: " ")
  }
  lines += alignedTable(
    [["nodes by GPUs a trial"] + rehearsalTitles]
      + zip(words, splits.splits).map { [$0] + rehearsalFigures($1.rehearsal) },
    wordColumns: 1)
  lines += ["", "Fastest: '\(splits.splits[splits.fastest].options)'."]
  return lines.map { $0 + "\n" }.joined()
}
