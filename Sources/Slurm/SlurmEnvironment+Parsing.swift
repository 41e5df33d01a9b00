extension SlurmEnvironment {
  /// Reads the environment of a job; nil if there is no job.
  ///
  /// - Parameter variables: The environment of the process.
  /// - Throws: `NodeListError` if a list of nodes or of counts cannot be read.
  public init?(_ variables: [String: String]) throws(NodeListError) {
    guard let job = variables["SLURM_JOB_ID"].flatMap(JobID.init) else { return nil }
    func number(_ name: String) -> Int? { variables[name].flatMap { Int($0) } }

    self.job = job
    components = try SlurmEnvironment.components(job, variables)
    cluster = variables["SLURM_CLUSTER_NAME"] ?? ""
    jobName = variables["SLURM_JOB_NAME"] ?? ""
    nodeName = variables["SLURMD_NODENAME"]
    step = number("SLURM_STEP_ID")
    taskIndex = number("SLURM_PROCID") ?? 0
    taskCount = number("SLURM_STEP_NUM_TASKS") ?? number("SLURM_NTASKS") ?? 1
    localIndex = number("SLURM_LOCALID") ?? 0
    processorsOnNode = number("SLURM_CPUS_ON_NODE")
    restarts = number("SLURM_RESTART_COUNT") ?? 0
    submitDirectory = variables["SLURM_SUBMIT_DIR"]
    endTime = number("SLURM_JOB_END_TIME")
    let isStep = step != nil
    let devices = variables["SLURM_STEP_GPUS"] ?? (isStep ? nil : variables["SLURM_JOB_GPUS"])
    gpus = try expandNodeList("[\(devices ?? "")]", ifEmpty: devices ?? "").compactMap { Int($0) }
  }

  /// The variables of component `n` end in `_HET_GROUP_n`; older releases said `_PACK_GROUP_n`.
  private static func components(
    _ job: JobID, _ variables: [String: String]
  ) throws(NodeListError) -> [Component] {
    let size = (variables["SLURM_HET_SIZE"] ?? variables["SLURM_PACK_SIZE"]).flatMap { Int($0) }
    guard let size, size > 0 else {
      return [try component(job, variables, endings: [""])]
    }
    var components: [Component] = []
    for index in 0..<size {
      let endings = ["_HET_GROUP_\(index)", "_PACK_GROUP_\(index)"]
      let id = endings.compactMap { variables["SLURM_JOB_ID\($0)"] }.first.flatMap(JobID.init)
      components.append(try component(id ?? job, variables, endings: endings))
    }
    return components
  }

  private static func component(
    _ id: JobID, _ variables: [String: String], endings: [String]
  ) throws(NodeListError) -> Component {
    func value(_ name: String) -> String? {
      endings.compactMap { variables["\(name)\($0)"] }.first
    }
    return Component(
      id: id, partition: value("SLURM_JOB_PARTITION") ?? "",
      nodes: try expandNodeList(value("SLURM_JOB_NODELIST") ?? ""),
      taskCount: value("SLURM_NTASKS").flatMap { Int($0) },
      processorsPerNode: try expandCounts(value("SLURM_JOB_CPUS_PER_NODE") ?? ""))
  }
}

/// Writes out a list of counts: `72(x2),36` stands for 72, 72 and 36.
///
/// - Parameter list: A list as in `SLURM_JOB_CPUS_PER_NODE` and `SLURM_TASKS_PER_NODE`.
/// - Returns: A count for each node.
/// - Throws: `NodeListError.badRange`.
///
/// Source: sbatch(1), SLURM_JOB_CPUS_PER_NODE.
public func expandCounts(_ list: String) throws(NodeListError) -> [Int] {
  var counts: [Int] = []
  for part in list.split(separator: ",") {
    let pieces = part.split(separator: "(x", maxSplits: 1)
    let times = pieces.count == 2 ? Int(pieces[1].dropLast()) : 1
    guard let first = pieces.first, let count = Int(first), let times, times > 0,
      times <= 1 << 20, pieces.count == 1 || part.hasSuffix(")")
    else { throw .badRange(String(part), list: list) }
    counts += Array(repeating: count, count: times)
  }
  return counts
}

/// Writes out a list, unless the text it is made of is empty.
private func expandNodeList(
  _ list: String, ifEmpty text: String
) throws(NodeListError) -> [String] {
  text.isEmpty ? [] : try expandNodeList(list)
}
