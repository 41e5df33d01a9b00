import FoundationEssentials
import Processes
import ProgramSupport
import Testing

/// Which site the program takes, and what it says of it.
@Suite struct SiteChoiceTests {
  private let folder: TemporaryFolder
  private let program: String

  /// A study, folders of site files of the user (`own`) and of a site's administrators (`given`).
  init() throws {
    folder = try TemporaryFolder()
    program = try rungProgram()
    for name in ["own", "own/rung", "own/rung/sites", "given"] { try makeFolder(folder.file(name)) }
    _ = try folder.write(
      "study.yaml",
      """
      name: search
      metric: {name: loss, goal: minimize}
      fidelity: {name: epoch, min: 1, max: 9}
      parameters: {x: {min: 0.0, max: 1.0}}
      trial: {command: ["true"]}
      stop: {trials: 640}

      """)
  }

  private func write(_ file: String, hosts: String? = nil, _ more: String = "") throws {
    let hosts = hosts.map { "hosts: [\"\($0)\"]\n" } ?? ""
    _ = try folder.write(
      file,
      """
      summary: A cluster
      source: [its administrator]
      partitions: {all: {nodes: 4, cores: 16, memory: 60GiB, time: 24h}}
      workers: all
      \(hosts)\(more)
      """)
  }

  private func rung(
    _ arguments: String..., variable: String? = nil
  ) throws -> (status: Int, output: String, errors: String) {
    let environment =
      ["env", "-u", "RUNG_SITE", "-u", "RUNG_SITES", "XDG_CONFIG_HOME=\(folder.file("own"))"]
      + ["RUNG_SITES=\(folder.file("given"))"] + (variable.map { ["RUNG_SITE=\($0)"] } ?? [])
    let result = try runCommand(environment + [program] + arguments, in: folder.path)
    return (
      result.status, text(result.output),
      text(result.errors).replacing(folder.path, with: "FOLDER")
    )
  }

  @Test func theCommandLineGoesBeforeTheVariableAndThatBeforeTheHost() throws {
    try write("given/here.yaml", hosts: hostName())
    try write("given/there.yaml")
    try write("own/rung/sites/mine.yaml")
    let asked = try rung("plan", "study.yaml", "--site", "mine", variable: "there")
    #expect(asked.output.hasPrefix("search at mine: resident"), "\(asked)")
    #expect(asked.errors == "")
    let variable = try rung("plan", "study.yaml", variable: "there")
    #expect(variable.output.hasPrefix("search at there: "))
    #expect(variable.errors == "rung: site 'there', which RUNG_SITE names\n")
    let host = try rung("plan", "study.yaml", variable: "")
    #expect(host.output.hasPrefix("search at here: "))
    #expect(host.errors == "rung: site 'here', which has this host, '\(hostName())'\n")
  }

  @Test func theOnlySiteOfOnesOwnIsTakenWhereNoneHasTheHost() throws {
    try write("own/rung/sites/mine.yaml", hosts: "no-such-host")
    let only = try rung("plan", "study.yaml", "--script")
    #expect(only.output.contains("at site mine, strategy resident"))
    #expect(only.errors == "rung: site 'mine', the only one of your own\n")
    try write("given/theirs.yaml")
    let none = try rung("plan", "study.yaml")
    #expect(none.status == 64 && none.output == "")
    #expect(
      none.errors == """
        rung: no known site has this host, '\(hostName())', and of your own there are mine, \
        theirs; name one by '--site' or RUNG_SITE ('rung sites' lists them), or write 'hosts: \
        [\(hostName())]' into its file

        """)
    try write("given/generic.yaml")
    let generic = try rung("plan", "study.yaml")
    #expect(generic.output.hasPrefix("search at generic: "))
    #expect(generic.errors == "rung: site 'generic', the generic one of your own\n")
  }

  @Test func severalSitesOfAHostAreAskedAbout() throws {
    try write("given/a.yaml", hosts: "*")
    try write("given/b.yaml", hosts: hostName())
    #expect(
      try rung("plan", "study.yaml").errors == """
        rung: several sites have this host, '\(hostName())': a, b; name one by '--site' or \
        RUNG_SITE

        """)
    try write("own/rung/sites/c.yaml", hosts: "*")
    #expect(try rung("plan", "study.yaml").output.hasPrefix("search at c: "))
  }

  @Test func aFileWithAMistakeIsLeftOutAndTold() throws {
    try write("given/good.yaml", hosts: hostName())
    try write("given/bad.yaml", "worker: all")
    let plan = try rung("plan", "study.yaml")
    #expect(plan.status == 0)
    #expect(
      plan.errors == """
        rung: warning: site 'bad' is left out: FOLDER/given/bad.yaml:5: unknown key 'worker'; write 'workers'
        rung: site 'good', which has this host, '\(hostName())'

        """)
  }

  @Test func theListSaysWhereSitesComeFromAndWhichIsTaken() throws {
    try write("given/here.yaml", hosts: hostName())
    _ = try folder.write("own/rung/sites/here.yaml", "from: here\nslurm: {account: proj}\n")
    let list = try rung("sites")
    #expect(
      list.output.replacing(folder.path, with: "FOLDER").contains(
        """
        here: A cluster
          FOLDER/own/rung/sites/here.yaml
          takes values from: FOLDER/given/here.yaml
          taken where none is named: which has this host, '\(hostName())'

        """), "\(list)")
    #expect(list.output.components(separatedBy: "taken where none is named").count == 2)
    let one = try rung("plan", "study.yaml", "--script")
    #expect(one.output.contains("#SBATCH --account=proj"))
    let json = try rung("sites", "--json")
    let read = try JSONDecoder().decode(List.self, from: Data(json.output.utf8))
    #expect(read.sites.filter(\.is_taken).map(\.name) == ["here"])
    #expect(read.sites.first { $0.is_taken }?.slurm.account == "proj")
    #expect(read.sites.contains { $0.name == "jureca-dc" && !$0.is_taken })
  }

  private struct List: Decodable {
    struct Slurm: Decodable {
      var account: String?
    }
    struct Item: Decodable {
      var name: String
      var file: String
      var is_taken: Bool
      var slurm: Slurm
    }
    var sites: [Item]
  }

  @Test func aSiteIsShownWithAllThatItsFileSays() throws {
    _ = try folder.write(
      "given/base.yaml",
      """
      summary: A cluster
      source: [its administrator]
      hosts: ["login*"]
      partitions:
        gpu: {nodes: 4, cores: 16, memory: 60GiB, time: 24h, max_nodes: 1, gpus: {count: 4, vendor: amd, model: MI50, memory: 16GiB}}
        cpu: {nodes: 4, cores: 16, memory: 60GiB, time: 1h}
      workers: gpu
      coordinator: cpu

      """)
    let own = try folder.write(
      "given/own.yaml",
      """
      from: base
      partitions: {gpu: {sockets: 2, threads: 2, numa: 8, local: {path: /local, size: 1TiB}}}
      capabilities: {sbatch: false, requeue: false, max_steps: 100}
      interconnect: InfiniBand HDR
      storage: {kind: Lustre, paths: [/scratch, /project]}
      unsourced: [interconnect]

      """)
    let shown = try rung("sites", own)
    #expect(
      shown.output.replacing(folder.path, with: "FOLDER") == """
        own: A cluster
          gpu: 4 nodes of 16 cores, 2 sockets, 2 threads a core, 8 NUMA domains, 61440 MiB, 4 MI50 \
        (amd, 16384 MiB each), 1048576 MiB for itself at /local, at most 1 node a job, up to 1-00:00:00
          cpu: 4 nodes of 16 cores, 61440 MiB, up to 0-01:00:00
          workers: gpu
          coordinator: cpu
          capabilities: hetjobs, gres, memory, no sbatch, no requeue, no-kill, steps, at most 100 \
        steps at a time
          mpi: pmix
          interconnect: InfiniBand HDR
          storage: Lustre below /scratch, /project
          hosts: login*
          takes values from: FOLDER/given/base.yaml
          source: its administrator
          without a source: interconnect

        """)
    #expect(
      shown.errors == """
        rung: warning: FOLDER/given/own.yaml:4: no source is known for 'interconnect', here \
        'InfiniBand HDR'; check it at the site

        """)
  }

  @Test func aNameThatNoSiteHasIsToldWithWhereItStood() throws {
    let asked = try rung("plan", "study.yaml", "--site", "nowhere", variable: "there")
    #expect(asked.status == 65 && asked.errors.hasPrefix("rung: no site 'nowhere'; write one of "))
    let variable = try rung("plan", "study.yaml", variable: "nowhere")
    #expect(
      variable.errors.hasPrefix("rung: no site 'nowhere', which RUNG_SITE names; write one of "))
  }

  @Test func aProgramThatLiesAloneSaysWhereSitesComeFrom() throws {
    let alone = folder.file("alone")
    #expect(try runCommand(["cp", program, alone]).status == 0)
    let asked = try runCommand([
      "env", "-u", "RUNG_SITE", "-u", "RUNG_SITES", "XDG_CONFIG_HOME=/nonexistent", alone, "plan",
      folder.file("study.yaml"), "--site", "nowhere",
    ])
    #expect(asked.status == 65)
    #expect(text(asked.errors).contains("'rung install' brings one, RUNG_SITES names others"))
  }

  /// Patterns with made-up numbers, which came with the program.
  @Test func noPatternThatCameWithTheProgramIsTakenUnasked() throws {
    let program = try runCommand([
      "env", "-u", "RUNG_SITE", "XDG_CONFIG_HOME=/nonexistent",
      "RUNG_SITES=\(repository)/site-configs", program, "plan",
      folder.file("study.yaml"),
    ])
    #expect(program.status == 64)
    #expect(text(program.errors).contains("and of your own there is none"))
  }

  /// The package's folder.
  private var repository: String {
    #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
  }

  @Test func aStudyOutsideOfTheSharedStorageIsWarnedOf() throws {
    try write(
      "given/here.yaml", hosts: hostName(), "storage: {kind: Lustre, paths: [/p, /scratch]}")
    let outside = try rung("plan", "study.yaml", "--script")
    #expect(
      outside.errors == """
        rung: site 'here', which has this host, '\(hostName())'
        rung: warning: the study's folder is 'FOLDER', not below /p, /scratch, which the nodes of \
        site 'here' share; where they do not see it, move the study there

        """)
    try write("given/here.yaml", hosts: hostName(), "storage: {kind: Lustre, paths: [/tmp, /var]}")
    #expect(try !rung("plan", "study.yaml", "--script").errors.contains("warning"))
  }

  /// Through a stand-in for sbatch that keeps the script it is given.
  @Test func submittingAndResumingNeedNoNameOfTheSite() throws {
    try write("given/here.yaml", hosts: hostName(), "capabilities: {requeue: false}")
    try makeFolder(folder.file("bin"))
    let sbatch = try folder.write(
      "bin/sbatch",
      """
      #!/bin/sh
      echo "$@" >>'\(folder.path)/calls'
      wc -l <'\(folder.path)/calls'

      """)
    _ = try runCommand(["chmod", "+x", sbatch])
    let path = folder.file("bin") + ":" + "/usr/bin:/bin"
    func here(_ arguments: String...) throws -> CommandResult {
      try runCommand(
        [
          "env", "-u", "RUNG_SITE", "XDG_CONFIG_HOME=\(folder.file("own"))",
          "RUNG_SITES=\(folder.file("given"))", "PATH=\(path)", program,
        ] + arguments, in: folder.path)
    }
    let submitted = try here("submit", "study.yaml", "--chain", "3")
    #expect(submitted.status == 0, "\(text(submitted.errors))")
    #expect(text(submitted.output).hasPrefix("job 1; "))
    // Jobs that are not queued again follow one another from the beginning.
    let calls = try folder.read("calls").split(separator: "\n")
    #expect(calls.map { $0.contains("--dependency=afterany:") } == [false, true, true])
    let script = try folder.read("study.rung/jobs/job.sbatch")
    #expect(script.contains("at site here,") && !script.contains("requeue"))
    let both = try here("resume", "study.rung", "--slots", "1", "--nodes", "2")
    #expect(both.status == 64)
    #expect(
      text(both.errors) == """
        rung: '--nodes', '--gpus', '--time', '--strategy', '--partition' and '--component' plan \
        a new job, '--slots' goes on here; leave one of them out

        """)
    removeAll(folder.file("study.rung/jobs/submitted.json"))
    let resumed = try here("resume", "study.rung", "--nodes", "2")
    #expect(resumed.status == 0, "\(text(resumed.errors))")
    #expect(text(resumed.errors).hasPrefix("rung: site 'here', which has this host"))
    #expect(try folder.read("study.rung/jobs/job.sbatch").contains("#SBATCH --nodes=2"))
  }
}
