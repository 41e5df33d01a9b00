import StudyModel

/// A site for tests of the script alone.
enum Sites {
  static let privateCluster = Site(
    name: "private-cluster",
    summary: "four nodes of four stand-in GPUs and one CPU node, all on one machine",
    partitions: [
      partition(
        "gpu", nodes: 4, cores: 8, memoryMiB: 16_000, gpus: nvidia(4, "stand-in"), hours: 1),
      partition("cpu", nodes: 1, cores: 4, memoryMiB: 16_000, hours: 1),
    ],
    workerPartition: "gpu", coordinatorPartition: "cpu")

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
