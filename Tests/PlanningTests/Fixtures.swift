import StudyModel

/// A study whose trials need this much.
func study(
  gpus: Int = 1, cpus: Int = 1, memoryMiB: Int? = nil, partition: String? = nil,
  trials: Int? = 64
) throws -> Study {
  var stop = StopRules()
  stop.trials = trials
  return Study(
    name: "digits", metric: Metric(name: "accuracy", goal: .maximize),
    fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(81)),
    space: SearchSpace(parameters: []),
    trial: TrialSettings(command: ["true"], gpus: gpus, cpus: cpus, memoryMiB: memoryMiB),
    slurm: SlurmSettings(partition: partition), stop: stop)
}

/// A machine with a partition that has GPUs and one that has none.
func site(
  gpusPerNode: Int? = 4, gresType: String? = nil, coordinator: String? = "cpu",
  heterogeneous: Bool = true, asksForGPUs: Bool = true, asksForMemory: Bool = true,
  defaultTime: Duration = .seconds(3600)
) -> Site {
  let gpus = gpusPerNode.map {
    Site.GPUs(count: $0, vendor: .amd, model: "MI50", gresType: gresType)
  }
  return Site(
    name: "there", summary: "a machine",
    partitions: [
      Site.Partition(
        name: "gpu", nodes: 32, cores: 8, memoryMiB: 16_000, gpus: gpus,
        maximumTime: .seconds(24 * 3600), maximumNodes: 24),
      Site.Partition(
        name: "cpu", nodes: 2, cores: 4, memoryMiB: 4096, maximumTime: .seconds(12 * 3600)),
      Site.Partition(
        name: "tiny", nodes: 1, cores: 1, memoryMiB: 512, maximumTime: .seconds(90 * 60)),
    ],
    workerPartition: "gpu", coordinatorPartition: coordinator,
    allowsHeterogeneousJobs: heterogeneous, asksForGPUs: asksForGPUs,
    asksForMemory: asksForMemory, defaultTime: defaultTime)
}
