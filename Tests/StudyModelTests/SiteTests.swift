import StudyModel
import Testing

@Suite struct SiteTests {
  @Test func sharedStorageHoldsWhatLiesBelowItsFolders() {
    let storage = Site.SharedStorage(kind: "GPFS", paths: ["/p", "/scratch/all"])
    #expect(storage.holds("/p/project/me") && storage.holds("/scratch/all"))
    #expect(!storage.holds("/pp") && !storage.holds("/scratch/allmine") && !storage.holds("/"))
    #expect(Site.SharedStorage(kind: "Lustre").holds("/anywhere"))
  }

  @Test func aPartitionCountsCPUsAsSlurmDoes() {
    var partition = Site.Partition(
      name: "gpu", nodes: 1, cores: 64, memoryMiB: 1, maximumTime: .seconds(60))
    #expect(partition.cpus == 64)
    partition.threadsPerCore = 2
    #expect(partition.cpus == 128)
  }
}
