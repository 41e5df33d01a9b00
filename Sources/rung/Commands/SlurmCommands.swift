import ArgumentParser
import Coordination
import Glibc
import JobScripts
import Planning
import Processes
import StudyFiles
import StudyModel
import StudyStore

/// What `plan`, `submit` and `resume` ask of a plan.
struct PlanOptions: ParsableArguments {
  @Option(help: "A site's name, or the path of a site file; by default RUNG_SITE.")
  var site: String?
  @Option(help: "Nodes of the workers.") var nodes: Int?
  @Option(help: "GPUs of the workers, instead of nodes.") var gpus: Int?
  @Option(help: "The time limit, such as 12h or 1-00:00:00.") var time: String?
  @Option(help: "resident (one agent a node) or hetjob (heterogeneous job).")
  var strategy: String?
  @Option(help: "The workers' partition.") var partition: String?

  func validate() throws {
    if nodes != nil, gpus != nil {
      throw ValidationError("'--nodes' and '--gpus' exclude each other")
    }
  }

  /// Whether anything but the site is asked for.
  var isShaped: Bool {
    nodes != nil || gpus != nil || time != nil || strategy != nil || partition != nil
  }

  /// The plan of a study at the site.
  func plan(_ study: Study) throws -> (Plan, Site) {
    guard let name = site ?? environment("RUNG_SITE") else {
      throw Failure(
        .usage, "no site: name one by '--site' or RUNG_SITE; 'rung sites' lists those known")
    }
    let checked = try findSite(name)
    for warning in checked.warnings { note("rung: warning: \(warning)") }
    let limit = try time.map { text in
      guard let duration = StudyFiles.duration(text) else {
        throw Failure(.usage, "'--time \(text)' is no duration; write 90s, 12h or 1-00:00:00")
      }
      return duration
    }
    let size = gpus.map { PlanRequest.Size.gpus($0) } ?? .nodes(nodes ?? 1)
    let request = PlanRequest(size: size, time: limit, strategy: strategy, partition: partition)
    do {
      let plan = try Planning.plan(study, at: checked.value, asking: request)
      for warning in warnings(about: plan, for: study) { note("rung: warning: \(warning)") }
      return (plan, checked.value)
    } catch { throw Failure(.wrongFile, error.description) }
  }
}

/// A site by its name or by the path of its file.
func findSite(_ name: String) throws -> Checked<Site> {
  if name.contains("/") || name.hasSuffix(".yaml") { return try loadSite(name) }
  for folder in siteFolders() where exists("\(folder)/\(name).yaml") {
    return try loadSite("\(folder)/\(name).yaml")
  }
  let known = siteNames()
  throw Failure(
    .wrongFile,
    "no site '\(name)'; known are \(known.joined(separator: ", ")) (from "
      + "\(siteFolders().joined(separator: ", "))), or name a file by its path")
}

/// Where site files are looked for: the user's own, `RUNG_SITES`, then those beside the program.
func siteFolders() -> [String] {
  var folders: [String] = []
  if let own = environment("XDG_CONFIG_HOME") ?? environment("HOME").map({ $0 + "/.config" }) {
    folders.append(own + "/rung/sites")
  }
  if let given = environment("RUNG_SITES") { folders.append(given) }
  // The program lies in .build/<configuration>, in bin beside share, or in the checkout itself.
  if let program = try? realPath("/proc/self/exe") {
    var folder = program
    for _ in 0..<5 {
      guard let slash = folder.lastIndex(of: "/") else { break }
      folder = String(folder[..<slash])
      for candidate in ["\(folder)/site-configs", "\(folder)/share/rung/site-configs"]
      where exists(candidate) {
        folders.append(candidate)
      }
    }
  }
  return folders.filter { exists($0) }
}

/// The names of all sites that can be found, ascending.
func siteNames() -> [String] {
  let files = siteFolders().flatMap { namesInFolder($0) }.filter { $0.hasSuffix(".yaml") }
  return Set(files.map { String($0.dropLast(5)) }).sorted()
}

/// The job script of a plan for a study in a folder.
func script(_ plan: Plan, _ study: Study, _ site: Site, directory: String, folder: String) throws
  -> String
{
  let locations = JobLocations(
    executable: try realPath("/proc/self/exe"), directory: directory, studyFolder: folder)
  do {
    return try jobScript(
      for: plan, study: study, site: site, locations: locations, version: Rung.version)
  } catch { throw Failure(.wrongFile, error.description) }
}

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Cut a machine into trials, submitting nothing.",
    discussion: "For example: rung plan study.yaml --site jureca-dc --nodes 4 --script")

  @Argument(help: "The study file.", completion: .file(extensions: ["yaml"])) var study: String
  @OptionGroup var options: PlanOptions
  @Flag(help: "Print the job script instead.") var script = false
  @Flag(help: "Print one JSON object.") var json = false

  func run() throws {
    let checked = try loadStudy(study)
    for warning in checked.warnings { note("rung: warning: \(warning)") }
    let (plan, site) = try options.plan(checked.value)
    if script {
      let path = try realPath(study)
      let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
      try write(
        try rung.script(
          plan, checked.value, site, directory: StudyHandle.folder(for: path), folder: folder))
    } else {
      try write(json ? try jsonText(plan) : describe(plan))
    }
  }
}

struct SubmitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit", abstract: "Hand a study to Slurm.",
    discussion: """
      Options for sbatch come after '--': to every component of a heterogeneous job, or to one, as \
      in '0:--exclude=n3'. For example: rung submit study.yaml --site jureca-dc --nodes 4 -- \
      --reservation=course
      """)

  @Argument(help: "The study file.", completion: .file(extensions: ["yaml"])) var study: String
  @OptionGroup var options: PlanOptions
  @Option(help: "The study's folder; by default beside the study file, ending in '.rung'.")
  var output: String?
  @Flag(help: "Move a study that is there already aside.") var fresh = false
  @Flag(help: "Ask Slurm whether it would take the job, and submit nothing.") var dryRun = false
  @Flag(help: "Print one JSON object.") var json = false
  @Argument(parsing: .postTerminator, help: "Options for sbatch.") var sbatchOptions: [String] = []

  func run() throws {
    if dryRun { return try tryOut() }
    let handle: StudyHandle
    // A study that was prepared but never ran is submitted again as it is.
    if !fresh, let old = try? StudyHandle(output ?? StudyHandle.folder(for: realPath(study))),
      try old.read().coordinator.run == nil
    {
      handle = old
    } else {
      handle = try StudyHandle(creatingFrom: study, output: output, isFresh: fresh)
    }
    try handle.refuseIfSubmitted()
    let (plan, site) = try options.plan(handle.study)
    let job = try Submission.submit(handle, plan, site, sbatchOptions)
    try Submission.tell(job, handle, json: json)
  }

  private func tryOut() throws {
    let checked = try loadStudy(study)
    let (plan, site) = try options.plan(checked.value)
    let path = try realPath(study)
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    let text = try script(
      plan, checked.value, site, directory: output ?? StudyHandle.folder(for: path), folder: folder)
    let words = try Submission.testOnly(text, sbatchOptions)
    note(words)
    try write(json ? try jsonText(["script": text, "answer": words]) : text)
  }
}

struct SitesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sites", abstract: "List the known machines, or show one.",
    discussion: "For example: rung sites jureca-dc")

  @Argument(help: "A site's name or file.") var name: String?
  @Flag(help: "Print one JSON object.") var json = false

  func run() throws {
    guard let name else {
      let sites = try siteNames().map { try findSite($0).value }
      let lines = sites.map { "\($0.name): \($0.summary)\n" }.joined()
      try write(json ? try jsonText(["sites": sites]) : lines)
      return
    }
    let checked = try findSite(name)
    for warning in checked.warnings { note("rung: warning: \(warning)") }
    try write(json ? try jsonText(checked.value) : describe(checked.value))
  }

  private func describe(_ site: Site) -> String {
    var lines = ["\(site.name): \(site.summary)"]
    for partition in site.partitions {
      let gpus = partition.gpus.map { ", \($0.count) \($0.model) (\($0.vendor.rawValue))" } ?? ""
      lines.append(
        "  \(partition.name): \(partition.nodes) nodes of \(partition.cores) cores, "
          + "\(partition.memoryMiB) MiB\(gpus), up to \(slurmTime(partition.maximumTime))")
    }
    lines.append("  workers: \(site.workerPartition)")
    if let coordinator = site.coordinatorPartition { lines.append("  coordinator: \(coordinator)") }
    lines += site.sources.map { "  source: \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }
}
