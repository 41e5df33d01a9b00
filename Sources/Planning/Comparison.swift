import Simulation
public import StudyModel

/// The ways to cut an allocation into trials of one size, rehearsed side by side.
///
/// Source of the question: Aach et al., "Optimal Resource Allocation for Early Stopping-based Neural
/// Architecture Search Methods", AutoML 2023: how many GPUs in all, and how many for each trial?
public struct Comparison: Hashable, Sendable, Codable {
  /// By size of a trial, ascending, on as many nodes as were asked for.
  public var sizes: [Rehearsal]
  /// The place of the shortest run time among ``sizes``.
  public var fastest: Int
  /// By number of nodes, ascending, with the fastest size.
  public var nodes: [Rehearsal]
  /// The place in ``nodes`` of the most nodes that still are well used.
  public var widest: Int
  /// Sizes that were left out, since memory would not hold their trials; ascending.
  public var tooLarge: [TooLarge]

  /// A size whose trials would not fit.
  public struct TooLarge: Hashable, Sendable, Codable {
    /// The GPUs of each trial.
    public var size: TrialSize
    /// What its trials would need together, of a node or a GPU, in MiB.
    public var neededMiB: Int
    /// What that has, in MiB.
    public var limitMiB: Int
    /// Whether it is a GPU's memory, not a node's.
    public var isOnGPU: Bool
  }

  /// A number of nodes is well used where its GPUs have at least this share of the efficiency that one
  /// node's have: the bound that Aach et al. recommend, section 5.
  public static let leastEfficiency = 0.75
}

/// Compares the ways to cut an allocation.
///
/// - Parameters:
///   - stage: What is rehearsed; its trials need GPUs, and have one size.
///   - site: The machine.
///   - wish: How large, how long, in which layout and where.
/// - Returns: At least the study's own size, if that fits.
/// - Throws: ``PlanError`` where no size fits, or `SimulationError`, of every size.
public func compare(
  _ stage: Stage, at site: Site, asking wish: PlanRequest
) throws -> Comparison {
  let own = try plan(stage.study, at: site, asking: wish)
  let gpus = own.components.last.flatMap { site.partition(named: $0.partition)?.gpus?.count } ?? 1
  var wish = wish
  // The same nodes for every size.
  wish.size = .nodes(own.components.last?.nodes ?? 1)
  var sizes: [Rehearsal] = []
  var tooLarge: [Comparison.TooLarge] = []
  var failure: (any Error)?
  let span = stage.study.trial.launch.staysOnNode ? 1 : own.components.last?.nodes ?? 1
  for size in trialSizes(gpusPerNode: gpus, nodes: span, own: stage.study.trial) {
    do {
      let made = try plan(stage.study.resized(to: size), at: site, asking: wish)
      sizes.append(try stage.rehearse(made, size))
    } catch {
      failure = failure ?? error
      if let left = Comparison.TooLarge(size, error as? PlanError) { tooLarge.append(left) }
    }
  }
  guard let fastest = sizes.indices.min(by: { sizes[$0].runTime < sizes[$1].runTime }) else {
    throw failure ?? SimulationError.stuck(seconds: 0)
  }
  let best = sizes[fastest]
  var nodes: [Rehearsal] = []
  // As many as a trial needs, and so on.
  var count = max(1, (best.size.gpus + gpus - 1) / gpus)
  while count < best.nodes {
    wish.size = .nodes(count)
    let made = try plan(stage.study.resized(to: best.size), at: site, asking: wish)
    nodes.append(try stage.rehearse(made, best.size))
    count *= 2
  }
  nodes.append(best)
  let bound = (nodes.first?.efficiency ?? 0) * Comparison.leastEfficiency
  let widest = nodes.indices.last { nodes[$0].efficiency >= bound } ?? 0
  return Comparison(
    sizes: sizes, fastest: fastest, nodes: nodes, widest: widest,
    tooLarge: tooLarge)
}

/// Sizes worth a rehearsal: shares and numbers of whole GPUs that are powers of two, a whole node, two,
/// four and so on as far as a trial may be spread over nodes, and the study's own, ascending.
///
/// - Parameters:
///   - gpusPerNode: GPUs of a node; at least 1.
///   - nodes: Nodes that a trial may have.
///   - own: What the study says.
/// - Returns: At least one size, whether or not cores and memory suffice for it.
public func trialSizes(
  gpusPerNode: Int, nodes: Int, own: TrialSettings
) -> [TrialSize] {
  var sizes = [8, 4, 2].map { TrialSize(sharing: $0) }
  var count = 1
  while count < gpusPerNode {
    sizes.append(TrialSize(gpus: count))
    count *= 2
  }
  count = 1
  while count <= nodes {
    sizes.append(TrialSize(gpus: count * gpusPerNode))
    count *= 2
  }
  let given =
    own.trialsPerGPU > 1 ? TrialSize(sharing: own.trialsPerGPU) : TrialSize(gpus: own.gpus)
  if !sizes.contains(given) { sizes.append(given) }
  return sizes.sorted { $0.number < $1.number }
}

/// A comparison as text for people: a table of sizes, one of nodes, and what follows.
///
/// - Parameters:
///   - comparison: The comparison.
///   - source: Where the model of the machine came from, as a clause.
/// - Returns: Lines that each end with a line feed.
public func describe(_ comparison: Comparison, source: String) -> String {
  var lines = ["", "Rehearsed in virtual time; \(source).", ""]
  lines += sizesTable(comparison)
  let fastest = comparison.sizes[comparison.fastest]
  let unit = fastest.size.number == 1 ? "GPU" : "GPUs"
  lines += ["", "Fastest: \(fastest.size) \(unit) a trial ('--trial-gpus \(fastest.size)')."]
  if comparison.nodes.count > 1 {
    lines += [""]
    lines += alignedTable(
      [["nodes"] + rehearsalTitles]
        + comparison.nodes.map { [String($0.nodes)] + rehearsalFigures($0) },
      wordColumns: 0)
    let widest = comparison.nodes[comparison.widest]
    let bound = percent(Comparison.leastEfficiency)
    let count = counted(widest.nodes, "node")
    lines += ["", "Well used, with at least \(bound) of one node's efficiency: up to \(count)."]
  }
  return lines.map { $0 + "\n" }.joined()
}

private func sizesTable(_ comparison: Comparison) -> [String] {
  let hasMemory =
    !comparison.tooLarge.isEmpty || comparison.sizes.contains { $0.memory?.source != nil }
  var rows = comparison.sizes.map { rehearsal in
    (rehearsal.size, rehearsalFigures(rehearsal), rehearsal.memory?.description ?? "-")
  }
  rows += comparison.tooLarge.map { left in
    (left.size, ["too large"] + rehearsalTitles.dropFirst().map { _ in "-" }, left.description)
  }
  rows.sort { $0.0.number < $1.0.number }
  let titles = ["GPUs a trial"] + rehearsalTitles + (hasMemory ? ["memory"] : [])
  return alignedTable(
    [titles] + rows.map { [$0.0.description] + $0.1 + (hasMemory ? [$0.2] : []) }, wordColumns: 0)
}

extension Comparison.TooLarge {
  /// What a plan of this size was refused for; `nil` where that was not memory.
  fileprivate init?(_ size: TrialSize, _ error: PlanError?) {
    switch error {
    case .sharesTooLarge(let trials, let each, _, let limit):
      self.init(size: size, neededMiB: trials * each, limitMiB: limit, isOnGPU: true)
    case .measuredTooLarge(let needed, _, let limit),
      .trialTooLarge(.memory, asked: let needed, _, let limit):
      self.init(size: size, neededMiB: needed, limitMiB: limit, isOnGPU: false)
    default: return nil
    }
  }

  /// Such as `48GiB of 40GiB on a GPU`.
  fileprivate var description: String {
    "\(memoryText(neededMiB)) of \(memoryText(limitMiB)) on a \(isOnGPU ? "GPU" : "node")"
  }
}

/// The columns of what was rehearsed.
public let rehearsalTitles = [
  "at a time", "run time", "to 95 % of the gain", "efficiency", "GPU-hours", "jobs", "idle",
]

/// What was rehearsed, for the columns of ``rehearsalTitles``.
public func rehearsalFigures(_ rehearsal: Rehearsal) -> [String] {
  [
    String(rehearsal.trialsAtATime), spanText(rehearsal.runTime), spanText(rehearsal.anytime),
    percent(rehearsal.efficiency), decimals(rehearsal.gpuHours), decimals(rehearsal.jobs),
    percent(rehearsal.idle),
  ]
}

/// Whole seconds as hours and minutes, or minutes and seconds below an hour.
private func spanText(_ seconds: Double) -> String {
  let whole = Int(seconds.rounded())
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  return whole >= 3600
    ? "\(whole / 3600)h \(two(whole % 3600 / 60))m" : "\(whole / 60)m \(two(whole % 60))s"
}

private func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }

private func decimals(_ number: Double) -> String {
  let tenths = Int((10 * number).rounded())
  let isWhole = number >= 100 || tenths % 10 == 0
  return isWhole ? "\(Int(number.rounded()))" : "\(tenths / 10).\(tenths % 10)"
}
