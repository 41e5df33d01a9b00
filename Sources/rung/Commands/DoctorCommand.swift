import ArgumentParser
import Diagnosis
import Glibc
import Processes
import StudyFiles
import StudyModel

struct DoctorCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Check a machine: Slurm, GPUs, MPI, HDF5, storage, clocks.",
    discussion: discussion(
      """
      A short job looks at the nodes, or, by '--here' or without Slurm, this command at this host. \
      Exit status 1 where something is wrong.
      """,
      examples: "rung doctor --here", "rung doctor --site jureca-dc --nodes 2"))

  @Option(
    help: "A site's name, or the path of a site file; by default as for 'plan'.", completion: .site)
  var site: String?
  @Option(help: "Nodes to look at.") var nodes: Int?
  @Option(help: "The partition; by default that of the site's workers.", completion: .partition)
  var partition: String?
  @Option(help: "The time limit of the job, such as 5m.") var time = "5m"
  @Option(
    help: "A folder where studies are to be, on storage that all nodes share.",
    completion: .directory)
  var directory = "."
  @Flag(help: "Look at this host alone, without a job.") var here = false
  @Flag(help: "Print the job script, and submit nothing.") var dryRun = false
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let nodes, nodes < 1 { throw ValidationError("'--nodes' is at least 1, not \(nodes)") }
    if here, dryRun || nodes != nil {
      throw ValidationError("'--here' starts no job; leave '--nodes' and '--dry-run' out")
    }
  }

  func run() throws {
    guard let limit = StudyFiles.duration(time), limit > .zero else {
      throw Failure(.usage, "'--time \(time)' is no duration; write 90s, 5m or 1h")
    }
    let isHere = here || (!SlurmProbe.isHere && !dryRun)
    guard !isHere || nodes == nil else {
      throw Failure(
        .slurmOutOfReach,
        "no 'sbatch' on this machine's PATH, so no job can look at nodes; go to a login node of the "
          + "site, or look at this host by 'rung doctor --here'")
    }
    let chosen = try choose(isNeeded: !isHere)
    let found = try chosen.map { try loadSite($0, among: SiteFiles(paths: siteFiles())) }
    for warning in found?.warnings ?? [] { note("rung: warning: \(warning)") }
    let site = found?.value
    let doctor = Doctor(
      site: site, partition: partition ?? site?.slurm.partition ?? site?.workerPartition,
      time: limit, nodes: nodes ?? 2, folder: directory)
    if let site, let name = doctor.partition, site.partition(named: name) == nil {
      let known = correction(of: name, known: site.partitions.map(\.name))
      throw Failure(.usage, "no partition '\(name)' in the site file; \(known)")
    }
    if dryRun {
      guard let site else { throw Failure(.usage, "name a site by '--site'") }
      return try printScript(doctor, site)
    }
    let examination = try examine(doctor, site, isHere: isHere)
    try tell(examination, chosen)
  }

  /// The file of the site; `nil` where none need be named and none is.
  private func choose(isNeeded: Bool) throws -> String? {
    if let site { return try siteFile(site) }
    do {
      let choice = try chooseSite()
      note("rung: site '\(choice.site)', \(choice.reason)")
      return try siteFile(choice.site, choice.reason)
    } catch let failure as Failure where !isNeeded && failure.status == .usage { return nil }
  }

  private func printScript(_ doctor: Doctor, _ site: Site) throws {
    let facts = SlurmProbe.isHere ? try SlurmProbe.facts() : nil
    guard let name = doctor.partition,
      let request = ExaminationRequest(name, at: site, facts, nodes: doctor.nodes)
    else {
      throw Failure(
        .studyFailed,
        "Slurm has no partition '\(doctor.partition ?? "")'; it has "
          + (facts?.partitions.map(\.name).joined(separator: ", ") ?? "none"))
    }
    // The folder itself is made when there is a job.
    let script = try doctor.script(
      request, site, folder: try realPath(directory) + "/rung-doctor-XXXXXX")
    try write(json ? try jsonText(["script": script]) : script)
  }

  private func examine(_ doctor: Doctor, _ site: Site?, isHere: Bool) throws -> Examination {
    guard isHere else {
      guard let site else { throw Failure(.usage, "name a site by '--site'") }
      warn(ofPlace: try realPath(directory), at: site)
      note("rung: asks Slurm about site '\(site.name)'")
      return try doctor.look(at: site, try SlurmProbe.facts())
    }
    guard SlurmProbe.isHere else {
      let cause = "no 'sbatch' on this machine's PATH"
      if !here { note("rung: \(cause): looks at this host alone") }
      return try doctor.lookHere(nil, cause: cause)
    }
    do { return try doctor.lookHere(try SlurmProbe.facts(), cause: "") } catch let failure
      as Failure
      where failure.status == .slurmOutOfReach
    {
      return try doctor.lookHere(nil, cause: failure.message)
    }
  }

  /// The findings as JSON.
  private struct Result: Encodable {
    struct Item: Encodable {
      var finding: Finding
      var place: String?

      private enum CodingKeys: CodingKey { case place }

      func encode(to encoder: any Encoder) throws {
        try finding.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(place, forKey: .place)
      }
    }
    var site: String?
    var partition: String?
    var job: Int?
    var findings: [Item]
  }

  private func tell(_ examination: Examination, _ file: String?) throws {
    let findings = examination.findings
    // A file that was read a moment ago and cannot be now leaves findings without lines.
    let places = file.flatMap { try? SitePlaces($0, among: SiteFiles(paths: siteFiles())) }
    if json {
      let items = findings.map { finding in
        Result.Item(finding: finding, place: finding.key.flatMap { places?[$0] })
      }
      try write(
        try resultText(
          Result(
            site: examination.site?.name, partition: examination.partition,
            job: examination.job?.id, findings: items)))
    } else {
      try write(visibleText(describe(findings) { places?[$0] }))
    }
    let wrong = findings.count { $0.verdict == .wrong }
    guard wrong == 0 else {
      throw Failure(
        .studyFailed, "\(wrong) of \(findings.count) checks found something wrong")
    }
  }
}
