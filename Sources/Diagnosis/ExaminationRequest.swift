public import StudyModel

/// What the job of an examination asks for.
///
/// The smaller of what the site file and Slurm say, so that a job runs, and can look at the nodes,
/// although the file is wrong.
public struct ExaminationRequest: Hashable, Sendable {
  /// The partition.
  public var partition: Site.Partition
  /// Nodes.
  public var nodes: Int
  /// CPUs of each node, as Slurm counts them.
  public var cpus: Int
  /// Memory of each node in MiB; `nil` where whole nodes are given out.
  public var memoryMiB: Int?
  /// GPUs of each node.
  public var gpus: Int
  /// Whether they are asked for by `--gres`.
  public var asksForGPUs: Bool

  /// The request for a partition; `nil` where the site file or Slurm has no such partition.
  ///
  /// - Parameters:
  ///   - name: The partition.
  ///   - site: What the site file says.
  ///   - slurm: What Slurm says; `nil` where the site file alone counts.
  ///   - nodes: How many nodes are wished for; at least 1.
  public init?(_ name: String, at site: Site, _ slurm: SlurmFacts?, nodes: Int) {
    guard let said = site.partition(named: name) else { return nil }
    let its = slurm?.partition(named: name)
    guard slurm == nil || its != nil else { return nil }
    let records = slurm?.nodes(of: name) ?? []
    partition = said
    let limits = [said.maximumNodes, its?.maximumNodes, its?.nodes ?? said.nodes]
    self.nodes = max(1, limits.compactMap(\.self).reduce(nodes, min))
    cpus = min(said.cpus, records.map(\.cpus).min() ?? said.cpus)
    let memory = min(said.memoryMiB, records.map(\.memoryMiB).min() ?? said.memoryMiB)
    memoryMiB = site.asksForMemory ? memory : nil
    asksForGPUs = site.asksForGPUs
    let count = said.gpus?.count ?? 0
    gpus = site.asksForGPUs ? min(count, records.map(\.gpus).min() ?? count) : count
  }
}
