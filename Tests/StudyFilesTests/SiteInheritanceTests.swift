import StudyFiles
import StudyModel
import Testing

/// Sites that take another's values.
@Suite struct SiteInheritanceTests {
  private static let base = """
    name: base
    summary: A cluster
    source: [its pages]
    partitions:
      gpu: {nodes: 4, cores: 16, memory: 60GiB, time: 24h, gpus: {count: 4, vendor: nvidia, model: A100}}
      cpu: {nodes: 4, cores: 16, memory: 60GiB, time: 24h}
    workers: gpu
    coordinator: cpu
    capabilities: {hetjobs: false, requeue: false}
    modules: [GCC, OpenMPI]
    variables: {A: 1, B: 2}
    unsourced: [partitions.gpu.memory, mpi, partitions.cpu]
    mpi: pmi2
    """

  private func read(
    _ text: String, at file: String = "user/own.yaml",
    among texts: [(path: String, text: String)] = [("site/base.yaml", base)]
  ) throws(StudyFileError) -> Checked<Site> {
    let name = file.split(separator: "/").last.map { String($0.dropLast(5)) } ?? ""
    return try readSite(text, name: name, file: file, among: SiteFiles(texts: texts))
  }

  private func mistakes(
    _ text: String, at file: String = "user/own.yaml",
    among texts: [(path: String, text: String)] = [("site/base.yaml", base)]
  ) -> [String] {
    do throws(StudyFileError) {
      _ = try read(text, at: file, among: texts)
      return []
    } catch { return error.mistakes.map(\.description) }
  }

  @Test func aSiteThatAddsNothingEqualsTheOneItTakesFrom() throws {
    var base = try read(Self.base, at: "site/base.yaml").value
    let own = try read("from: base").value
    base.name = "own"
    base.parents = ["site/base.yaml"]
    #expect(own == base)
  }

  @Test func mappingsAreMergedAndListsReplaced() throws {
    let site = try read(
      """
      name: own
      from: base
      partitions: {gpu: {time: 48h, gpus: {model: H100}}, large: {nodes: 1, cores: 8, memory: 1TiB, time: 1h}}
      capabilities: {requeue: true}
      modules: [Clang]
      variables: {B: 3, C: 4}
      slurm: {account: proj}
      """
    ).value
    #expect(site.partitions.map(\.name) == ["gpu", "large", "cpu"])
    #expect(site.partitions[0].maximumTime == .seconds(48 * 3600))
    #expect(site.partitions[0].cores == 16)
    #expect(site.partitions[0].gpus == .init(count: 4, vendor: .nvidia, model: "H100"))
    #expect(!site.allowsHeterogeneousJobs && site.requeuesJobs)
    #expect(site.modules == ["Clang"])
    #expect(site.variables.map { "\($0.name)=\($0.value)" } == ["A=1", "B=3", "C=4"])
    #expect(site.slurm.account == "proj")
  }

  @Test func nullTakesAValueAway() throws {
    let site = try read("from: base\ncoordinator: null\npartitions: {gpu: {gpus: null}}\n").value
    #expect(site.coordinatorPartition == nil)
    #expect(site.partitions[0].gpus == nil)
  }

  @Test func sourcesAddUpAndReplacedValuesNeedNone() throws {
    let read = try read(
      """
      from: base
      source: [my administrator]
      mpi: pmix
      partitions: {cpu: {cores: 8}}
      time: 2h
      unsourced: [time]
      """)
    #expect(read.value.sources == ["my administrator", "its pages"])
    #expect(read.value.unsourced == ["time", "partitions.gpu.memory", "partitions.cpu"])
    #expect(
      read.warnings.map(\.description) == [
        """
        user/own.yaml:4: no source is known for 'partitions.cpu', here a mapping; check it at the \
        site
        """,
        "user/own.yaml:5: no source is known for 'time', here '2h'; check it at the site",
        """
        site/base.yaml:5: no source is known for 'partitions.gpu.memory', here '60GiB'; check it at \
        the site
        """,
      ])
  }

  @Test func aUsersFileOfTheSameNameTakesThatSitesValues() throws {
    let texts = [
      ("user/base.yaml", "from: base\nslurm: {account: mine}\n"), ("site/base.yaml", Self.base),
    ]
    let site = try read(texts[0].1, at: "user/base.yaml", among: texts).value
    #expect(site.name == "base" && site.slurm.account == "mine" && site.mpi == "pmi2")
    #expect(site.parents == ["site/base.yaml"])
  }

  @Test func valuesGoDownALineOfSites() throws {
    let texts = [
      ("a/middle.yaml", "from: base\nmodules: [Middle]\nmpi: pmix\n"), ("a/base.yaml", Self.base),
    ]
    let site = try read(
      "from: ../a/middle.yaml\nmpi: none\n", at: "a/own.yaml",
      among: texts + [
        ("a/../a/middle.yaml", texts[0].1)
      ]
    ).value
    #expect(site.mpi == "none" && site.modules == ["Middle"] && site.workerPartition == "gpu")
    #expect(site.parents == ["a/../a/middle.yaml", "a/base.yaml"])
  }

  // MARK: - Mistakes

  @Test func anUnknownSiteIsToldWithTheNearest() {
    #expect(
      mistakes("summary: mine\nfrom: bsae\n") == [
        "user/own.yaml:2: 'from' is 'bsae', no known site; write 'base'"
      ])
    #expect(
      mistakes("from: elsewhere", among: [("x/b.yaml", ""), ("x/a.yaml", ""), ("y/a.yaml", "")])
        == ["user/own.yaml:1: 'from' is 'elsewhere', no known site; write one of a, b"])
    #expect(
      mistakes("from: base", among: []) == [
        """
        user/own.yaml:1: 'from' is 'base', no known site; write the path of a site file, such as \
        ./base.yaml
        """
      ])
  }

  @Test func aFileThatIsNotThereIsNamed() {
    #expect(
      mistakes("from: ./base.yaml") == [
        "user/own.yaml:1: 'from' leads to 'user/base.yaml': there is no such file; check its path"
      ])
  }

  @Test func aCircleIsToldWhereItCloses() {
    let texts = [("x/a.yaml", "from: b\n"), ("x/b.yaml", "summary: B\nfrom: a\n")]
    #expect(
      mistakes(texts[0].1, at: "x/a.yaml", among: texts) == [
        """
        x/b.yaml:2: 'from' leads back to where it began: 'x/a.yaml', 'x/b.yaml', 'x/a.yaml'; write \
        another site, or leave it out
        """
      ])
    #expect(
      mistakes("from: ./own.yaml", at: "x/own.yaml") == [
        """
        x/own.yaml:1: 'from' leads back to where it began: 'x/own.yaml', 'x/own.yaml'; write \
        another site, or leave it out
        """
      ])
  }

  @Test func aMistakeIsToldInTheFileThatHoldsIt() {
    let broken = Self.base.replacing("cores: 16, memory: 60GiB, time: 24h}", with: "cores: none}")
    #expect(
      mistakes("from: base\npartitions: {gpu: {nodes: 0}}\n", among: [("s/base.yaml", broken)]) == [
        "user/own.yaml:2: 'partitions.gpu.nodes' is '0'; write a whole number, at least 1",
        "s/base.yaml:6: 'partitions.cpu.memory' is missing; write for example 'memory: 240GiB'",
        "s/base.yaml:6: 'partitions.cpu.time' is missing; write for example 'time: 24h'",
        "s/base.yaml:6: 'partitions.cpu.cores' is 'none'; write a whole number, at least 1",
      ])
    #expect(
      mistakes("from: base", among: [("s/base.yaml", "a: b: c")]) == [
        """
        s/base.yaml:1: this is not YAML: a second ': ' in one line; write quotes around a text \
        with ': ', or begin a new line
        """
      ])
    #expect(
      mistakes("from: base", among: [("s/base.yaml", "[]")]) == [
        "s/base.yaml:1: the file is an empty list; write for example 'workers: gpu'"
      ])
    #expect(
      mistakes("from: [base]") == ["user/own.yaml:1: 'from' is a list; write a text"])
  }
}
