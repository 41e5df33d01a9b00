import StudyFiles
import StudyModel
import Testing

/// Where the keys of a site file stand.
@Suite struct SitePlacesTests {
  private static let base = """
    summary: A cluster
    source: [its pages]
    partitions:
      gpu:
        nodes: 4
        memory: 60GiB
        gpus: {count: 4, vendor: nvidia, model: A100}
      cpu.old: {nodes: 1, cores: 4, memory: 8GiB, time: 1h}
    workers: gpu
    """

  @Test func keysAreFoundInTheFileOrInWhatItTakesFrom() throws {
    let places = try SitePlaces(
      text: "from: base\n\npartitions: {gpu: {memory: 80GiB}}\n", file: "own.yaml",
      among: SiteFiles(texts: [("site/base.yaml", Self.base)]))
    #expect(places["partitions.gpu.memory"] == "own.yaml:3")
    #expect(places["partitions.gpu.nodes"] == "site/base.yaml:5")
    #expect(places["partitions.gpu.gpus.count"] == "site/base.yaml:7")
    #expect(places["partitions.cpu.old.memory"] == "site/base.yaml:8")
    #expect(places["workers"] == "site/base.yaml:9")
  }

  @Test func aKeyThatIsNotThereLeadsToWhatWouldHoldIt() throws {
    let places = try SitePlaces(text: Self.base, file: "base.yaml")
    #expect(places["partitions.gpu.cores"] == "base.yaml:4")
    #expect(places["partitions.gpu.gpus.memory"] == "base.yaml:7")
    #expect(places["partitions.new"] == "base.yaml:3")
    #expect(places["capabilities.requeue"] == "base.yaml")
    #expect(throws: StudyFileError.self) { try SitePlaces(text: "a: [", file: "bad.yaml") }
  }
}
