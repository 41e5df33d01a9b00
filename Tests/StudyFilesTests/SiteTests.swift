import StudyFiles
import StudyModel
import Testing

@Suite struct SiteTests {
  @Test func howTrialsShareGPUsIsRead() throws {
    func gpus(_ text: String) throws -> Site.GPUs? {
      try readSite(
        """
        summary: x
        source: [x]
        partitions: {gpu: {nodes: 1, cores: 8, memory: 60GiB, time: 24h, gpus: {count: 2, vendor: nvidia, model: A100\(text)}}}
        workers: gpu
        capabilities: {shards: true}
        """, name: "s", file: "s.yaml"
      ).value.partitions[0].gpus
    }
    #expect(try gpus("")?.sharing == .plain)
    #expect(try gpus(", sharing: plain") == gpus(""))
    #expect(try gpus(", sharing: mps, memory: 40GiB")?.sharing == .mps)
    let instances = try gpus(", sharing: mig, instances: 7")
    #expect(instances?.sharing == .mig && instances?.pieces == 7)
    let shards = try gpus(", sharing: shards, shards: 4")
    #expect(shards?.sharing == .shards && shards?.pieces == 4)
  }

  @Test func everyFieldIsRead() throws {
    let read = try readSite(exampleSite, name: "jureca-dc", file: "jureca-dc.yaml")
    var gpu = Site.Partition(
      name: "dc-gpu", nodes: 192, cores: 128, memoryMiB: 480 * 1024,
      gpus: .init(count: 4, vendor: .nvidia, model: "A100"),
      maximumTime: .seconds(86_400), maximumNodes: 24)
    gpu.gpus?.memoryMiB = 40 * 1024
    gpu.sockets = 2
    gpu.threadsPerCore = 2
    gpu.numaDomains = 8
    gpu.local = .init(path: "/local/scratch", sizeMiB: 1 << 20)
    var cpu = Site.Partition(
      name: "dc-cpu", nodes: 480, cores: 128, memoryMiB: 480 * 1024, maximumTime: .seconds(86_400))
    cpu.local = .init()
    var site = Site(
      name: "jureca-dc", summary: "JURECA-DC at the Jülich Supercomputing Centre",
      partitions: [gpu, cpu], workerPartition: "dc-gpu", coordinatorPartition: "dc-cpu",
      allowsHeterogeneousJobs: true, mpi: "pspmix", asksForGPUs: true, asksForMemory: false,
      modules: ["Stages/2025", "Python/3.10"],
      variables: [.init(name: "LEVEL", value: "010"), .init(name: "UCX_TLS", value: "all")],
      defaultTime: .seconds(3600), slurm: SlurmSettings(qos: "normal"),
      sources: ["https://apps.fz-juelich.de/jsc/hps/jureca/"],
      unsourced: ["partitions.dc-gpu.memory"])
    site.hosts = ["jrlogin*.jureca", "jrc????"]
    site.submitsFromJobs = false
    site.requeuesJobs = false
    site.outlivesNodes = false
    site.maximumSteps = 100
    site.interconnect = "InfiniBand HDR"
    site.storage = .init(kind: "GPFS", paths: ["/p/project", "/p/scratch"])
    #expect(read.value == site)
    #expect(
      read.warnings.map(\.description) == [
        """
        jureca-dc.yaml:9: no source is known for 'partitions.dc-gpu.memory', here '480GiB'; \
        check it at the site
        """
      ])
  }

  @Test func whatIsLeftOutHasDefaults() throws {
    let text = """
      summary: A cluster
      source: [its administrator]
      partitions: {all: {nodes: 4, cores: 16, memory: 60GiB, time: 24h}}
      workers: all
      """
    #expect(
      try readSite(text, name: "here", file: "here.yaml").value
        == Site(
          name: "here", summary: "A cluster",
          partitions: [
            .init(
              name: "all", nodes: 4, cores: 16, memoryMiB: 60 * 1024,
              maximumTime: .seconds(86_400))
          ], workerPartition: "all", sources: ["its administrator"]))
  }
}
