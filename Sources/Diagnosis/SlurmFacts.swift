/// What Slurm says of itself, its partitions and its nodes.
///
/// Read from the one-line records of scontrol(1): `show config`, `show partition`, `show node`. What
/// is not understood is left out, never guessed.
public struct SlurmFacts: Hashable, Sendable {
  /// A partition as Slurm has it.
  public struct Partition: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Nodes in it.
    public var nodes: Int
    /// The longest job, in minutes; `nil` where there is no limit.
    public var maximumMinutes: Int?
    /// The most nodes of one job; `nil` for all.
    public var maximumNodes: Int?
    /// Whether jobs start there: its state is `UP`.
    public var isUp: Bool

    /// A partition of these figures.
    public init(
      name: String, nodes: Int, maximumMinutes: Int? = nil, maximumNodes: Int? = nil,
      isUp: Bool = true
    ) {
      self.name = name
      self.nodes = nodes
      self.maximumMinutes = maximumMinutes
      self.maximumNodes = maximumNodes
      self.isUp = isUp
    }
  }

  /// A node as Slurm has it.
  public struct Node: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// The name of its host; most often the same.
    public var host: String
    /// CPUs, as Slurm counts them.
    public var cpus: Int
    /// Cores, of all sockets.
    public var cores: Int
    /// Sockets.
    public var sockets: Int
    /// Memory that jobs may ask for, in MiB.
    public var memoryMiB: Int
    /// GPUs.
    public var gpus: Int
    /// The partitions that it is in.
    public var partitions: [String]

    /// A node of these figures.
    public init(
      name: String, host: String? = nil, cpus: Int, cores: Int, sockets: Int, memoryMiB: Int,
      gpus: Int, partitions: [String]
    ) {
      self.name = name
      self.host = host ?? name
      self.cpus = cpus
      self.cores = cores
      self.sockets = sockets
      self.memoryMiB = memoryMiB
      self.gpus = gpus
      self.partitions = partitions
    }
  }

  /// Settings by their names in slurm.conf(5).
  public var settings: [String: String]
  /// The partitions, in Slurm's order.
  public var partitions: [Partition]
  /// The nodes, in Slurm's order.
  public var nodes: [Node]
  /// What `srun --mpi` takes; empty where it was not asked.
  public var mpiKinds: [String]
  /// Why Slurm would not take a heterogeneous job of this site, in its words; `nil` where it would.
  public var hetjobRefusal: String?
  /// Whether Slurm was asked for a heterogeneous job.
  public var isHetjobAsked = false

  /// Facts of these parts.
  public init(
    settings: [String: String] = [:], partitions: [Partition], nodes: [Node],
    mpiKinds: [String] = []
  ) {
    self.settings = settings
    self.partitions = partitions
    self.nodes = nodes
    self.mpiKinds = mpiKinds
  }

  /// Facts from what scontrol(1) and srun(1) print.
  ///
  /// - Parameters:
  ///   - configuration: Of `scontrol show config`.
  ///   - partitions: Of `scontrol --oneliner show partition`.
  ///   - nodes: Of `scontrol --oneliner show node`.
  ///   - mpiKinds: Of `srun --mpi=list`.
  public init(configuration: String, partitions: String, nodes: String, mpiKinds: String) {
    settings = [:]
    for line in configuration.split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { continue }
      settings[trimmed(parts[0])] = trimmed(parts[1])
    }
    self.partitions = partitions.split(separator: "\n").compactMap { Partition(record: $0) }
    self.nodes = nodes.split(separator: "\n").compactMap { Node(record: $0) }
    self.mpiKinds = mpiKinds.split { $0.isWhitespace || $0 == "," }.map(String.init)
  }

  /// The release, such as `22.05.8`; `nil` where Slurm does not say.
  public var version: String? { settings["SLURM_VERSION"] }

  /// The partition of this name.
  public func partition(named name: String) -> Partition? {
    partitions.first { $0.name == name }
  }

  /// The nodes of a partition.
  public func nodes(of partition: String) -> [Node] {
    nodes.filter { $0.partitions.contains(partition) }
  }

  /// Whether nodes may claim more than they have (slurm.conf(5), `SlurmdParameters`).
  public var nodesMayClaimMore: Bool {
    settings["SlurmdParameters"]?.contains("config_overrides") ?? false
  }

  /// The time from SIGTERM to SIGKILL in seconds (slurm.conf(5), `KillWait`); `nil` where unknown.
  public var killWait: Int? { settings["KillWait"].flatMap { Int($0.prefix { $0.isNumber }) } }
}

extension SlurmFacts.Partition {
  init?(record: Substring) {
    let fields = Record(record)
    guard let name = fields["PartitionName"] else { return nil }
    self.init(
      name: name, nodes: fields["TotalNodes"].flatMap { Int($0) } ?? 0,
      maximumMinutes: fields["MaxTime"].flatMap { slurmMinutes($0) },
      maximumNodes: fields["MaxNodes"].flatMap { Int($0) }, isUp: fields["State"] == "UP")
  }
}

extension SlurmFacts.Node {
  init?(record: Substring) {
    let fields = Record(record)
    func number(_ name: String) -> Int { fields[name].flatMap { Int($0) } ?? 0 }
    guard let name = fields["NodeName"] else { return nil }
    self.init(
      name: name, host: fields["NodeHostName"], cpus: number("CPUTot"),
      cores: number("Sockets") * number("CoresPerSocket"),
      sockets: number("Sockets"), memoryMiB: number("RealMemory"),
      gpus: gpuCount(fields["Gres"] ?? ""),
      partitions: (fields["Partitions"] ?? "").split(separator: ",").map(String.init))
  }
}

/// One line of scontrol(1): words `NAME=value`, of which the first of a name counts.
///
/// Free texts, such as the reason why a node is down, come last and cannot overrule what is before.
struct Record {
  private var fields: [String: String] = [:]

  init(_ line: Substring) {
    for word in line.split(separator: " ") {
      let parts = word.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, fields[String(parts[0])] == nil else { continue }
      fields[String(parts[0])] = String(parts[1])
    }
  }

  subscript(name: String) -> String? { fields[name] }
}

/// The GPUs in a list of generic resources, such as `gpu:a100:4(S:0-3),shard:8`.
///
/// Source: slurm.conf(5), `Gres`; `scontrol show node` adds sockets and indices in parentheses.
func gpuCount(_ gres: String) -> Int {
  var depth = 0
  let items = gres.split { character in
    if character == "(" { depth += 1 }
    if character == ")" { depth -= 1 }
    return character == "," && depth == 0
  }
  return items.reduce(0) { sum, item in
    let parts = item.prefix { $0 != "(" }.split(separator: ":")
    guard parts.first == "gpu" else { return sum }
    return sum + (parts.last.flatMap { Int($0) } ?? 1)
  }
}

/// The minutes of a limit such as `1-00:00:00` or `01:00:00`; `nil` for `UNLIMITED`.
func slurmMinutes(_ text: String) -> Int? {
  let parts = text.split(separator: "-", maxSplits: 1)
  let days = parts.count == 2 ? Int(parts[0]) : 0
  let clock = (parts.last ?? "").split(separator: ":").map { Int($0) }
  guard let days, clock.count == 3, let hours = clock[0], let minutes = clock[1] else { return nil }
  return (days * 24 + hours) * 60 + minutes
}

private func trimmed(_ text: Substring) -> String {
  var text = text
  while text.first?.isWhitespace == true { text = text.dropFirst() }
  while text.last?.isWhitespace == true { text = text.dropLast() }
  return String(text)
}
