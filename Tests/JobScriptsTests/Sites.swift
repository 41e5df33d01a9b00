import StudyModel

/// The values that the files of `site-configs/` hold.
enum Sites {
  /// All of them, by name.
  static let all = [cteAMD, deepEST, generic, jurecaDC, privateCluster]

  static let privateCluster = Site(
    name: "private-cluster",
    summary: "four nodes of four stand-in GPUs and one CPU node, all on one machine",
    partitions: [
      partition(
        "gpu", nodes: 4, cores: 8, memoryMiB: 16_000, gpus: nvidia(4, "stand-in"), hours: 1),
      partition("cpu", nodes: 1, cores: 4, memoryMiB: 16_000, hours: 1),
    ],
    workerPartition: "gpu", coordinatorPartition: "cpu")

  static let generic = Site(
    name: "generic", summary: "a pattern for a small Slurm machine with NVIDIA GPUs",
    partitions: [
      partition(
        "gpu", nodes: 2, cores: 16, memoryMiB: 60 * 1024, gpus: nvidia(2, "unknown"), hours: 24),
      partition("cpu", nodes: 2, cores: 16, memoryMiB: 60 * 1024, hours: 24),
    ],
    workerPartition: "gpu", coordinatorPartition: "cpu")

  static let jurecaDC = Site(
    name: "jureca-dc", summary: "JURECA-DC at JSC, four NVIDIA A100 a node",
    partitions: [
      partition(
        "dc-gpu", nodes: 192, cores: 128, memoryMiB: 480 * 1024, gpus: nvidia(4, "A100"),
        hours: 24, maximumNodes: 24),
      partition("dc-cpu", nodes: 480, cores: 128, memoryMiB: 480 * 1024, hours: 24),
    ],
    workerPartition: "dc-gpu", coordinatorPartition: "dc-cpu", mpi: "pspmix",
    asksForMemory: false)

  static let deepEST = Site(
    name: "deep-est", summary: "DEEP-EST at JSC, one NVIDIA V100 a node of the booster",
    partitions: [
      partition(
        "dp-esb", nodes: 75, cores: 8, memoryMiB: 44 * 1024, gpus: nvidia(1, "V100"), hours: 6),
      partition(
        "dp-dam", nodes: 16, cores: 48, memoryMiB: 350 * 1024, gpus: nvidia(1, "V100"), hours: 6),
      partition("dp-cn", nodes: 50, cores: 24, memoryMiB: 180 * 1024, hours: 6),
    ],
    workerPartition: "dp-esb", coordinatorPartition: "dp-cn", mpi: "pspmix",
    asksForMemory: false)

  static let cteAMD = Site(
    name: "cte-amd", summary: "CTE-AMD at BSC, two AMD MI50 a node",
    partitions: [
      partition(
        "main", nodes: 33, cores: 64, memoryMiB: 960 * 1024,
        gpus: Site.GPUs(count: 2, vendor: .amd, model: "MI50"), hours: 48)
    ],
    workerPartition: "main", allowsHeterogeneousJobs: false, asksForMemory: false)

  private static func partition(
    _ name: String, nodes: Int, cores: Int, memoryMiB: Int, gpus: Site.GPUs? = nil, hours: Int,
    maximumNodes: Int? = nil
  ) -> Site.Partition {
    Site.Partition(
      name: name, nodes: nodes, cores: cores, memoryMiB: memoryMiB, gpus: gpus,
      maximumTime: .seconds(hours * 3600), maximumNodes: maximumNodes)
  }

  private static func nvidia(_ count: Int, _ model: String) -> Site.GPUs {
    Site.GPUs(count: count, vendor: .nvidia, model: model)
  }
}
