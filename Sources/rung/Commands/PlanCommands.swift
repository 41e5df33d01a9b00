import ArgumentParser
import Coordination
import Glibc
import JobScripts
import Planning
import Processes
import Simulation
import StudyFiles
import StudyModel
import StudyStore

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

struct PlanCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Cut a machine into trials, submitting nothing.",
    discussion: discussion(
      examples: "rung plan study.yaml --site jureca-dc --nodes 4",
      "rung plan study.yaml --site jureca-dc --gpus 16 --time 12h --script"))

  @Argument(help: "The study file.", completion: .yaml) var study: String
  @OptionGroup var options: PlanOptions
  @Flag(help: "Print the job script instead.") var script = false
  @OptionGroup var output: OutputOptions

  func run() throws {
    let checked = try loadStudy(study)
    for warning in checked.warnings { note("rung: warning: \(warning)") }
    let path = try realPath(study)
    let folder = StudyHandle.parent(of: path)
    let (plan, site) = try options.plan(checked.value, from: study, in: folder)
    if script {
      warn(ofPlace: folder, at: site)
      let text = try rung.script(
        plan, checked.value, site, directory: StudyHandle.folder(for: path), folder: folder)
      try write(json ? try jsonText(["script": text]) : text)
    } else {
      let rehearsed = try compare(checked.value, in: folder, site)
      let outlook = try outlook(on: plan, rehearsed?.comparison, checked.value, site)
      let parted = try split(plan, checked.value, in: folder, site)
      if json {
        let result = Result(
          plan: plan, comparison: rehearsed?.comparison, splits: parted?.splits,
          source: rehearsed?.source ?? parted?.source, slurm: outlook)
        return try write(try resultText(result))
      }
      try write(
        describe(plan) + (rehearsed.map { describe($0.comparison, source: $0.source) } ?? "")
          + (parted.map { describe($0.splits, source: $0.source) } ?? "") + (outlook?.text ?? ""))
    }
  }

  /// Rehearses ways to split the nodes among classes of trials, where there are several and the machine's
  /// model is known.
  private func split(
    _ plan: Plan, _ study: Study, in folder: String, _ site: Site
  ) throws -> (splits: Splits, source: String)? {
    guard plan.classes.count > 1 else { return nil }
    guard let choice = try machineModel(of: study, at: self.study, site) else {
      note(
        "rung: neither a calibration nor a 'model' in the study or the site file says how this machine "
          + "takes its time, so splits of the nodes are not compared")
      return nil
    }
    let (request, _) = try options.request(
      study, from: self.study, in: folder, isQuiet: true)
    let splits = try compareSplits(
      Stage(
        study: study,
        objective: BuiltInObjective(
          .curves, for: study, secondsPerEpoch: choice.model.epoch ?? 1),
        machine: choice.model), of: plan, at: site, asking: request)
    return (splits, "\(choice), the learning curves are made up")
  }

  /// What the Slurm at hand says of the plan, and of the numbers of nodes that it was compared with.
  private func outlook(
    on plan: Plan, _ comparison: Comparison?, _ study: Study, _ site: Site
  ) throws -> Outlook? {
    guard let workers = plan.components.last(where: { $0.slotsPerNode > 0 }) else { return nil }
    let path = try realPath(self.study)
    let folder = StudyHandle.parent(of: path)
    var counts = comparison?.nodes.map(\.nodes) ?? []
    if !counts.contains(workers.nodes) { counts.append(workers.nodes) }
    let scripts = try counts.map { nodes in
      var other = plan
      for place in other.components.indices
      where other.components[place].slotsPerNode > 0 && plan.classes.isEmpty {
        other.components[place].nodes = nodes
      }
      return (
        nodes,
        try rung.script(
          other, study, site, directory: StudyHandle.folder(for: path), folder: folder)
      )
    }
    return Outlook(of: workers.partition, scripts: scripts)
  }

  /// A plan, and the ways that it was compared with.
  private struct Result: Encodable {
    var plan: Plan
    var comparison: Comparison?
    var splits: Splits?
    /// Who says how the machine takes its time, as a clause.
    var source: String?
    var slurm: Outlook?

    private enum CodingKeys: CodingKey { case comparison, splits, source, slurm }

    func encode(to encoder: any Encoder) throws {
      try plan.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encodeIfPresent(comparison, forKey: .comparison)
      try container.encodeIfPresent(splits, forKey: .splits)
      try container.encodeIfPresent(slurm, forKey: .slurm)
      try container.encodeIfPresent(source, forKey: .source)
    }
  }

  /// Rehearses the ways to cut the allocation, where there are several and the machine's model is known.
  private func compare(
    _ study: Study, in folder: String, _ site: Site
  ) throws -> (comparison: Comparison, source: String)? {
    guard study.trial.gpus > 0, study.trial.sizes == nil else { return nil }
    guard let choice = try machineModel(of: study, at: self.study, site) else {
      note(
        "rung: neither a calibration ('rung calibrate \(self.study)') nor a 'model' in the study or the "
          + "site file says how this machine takes its time, so sizes of trials are not compared")
      return nil
    }
    let machine = choice.model
    let objective = BuiltInObjective(
      .curves, for: study, secondsPerEpoch: machine.epoch ?? 1)
    let (request, _) = try options.request(
      study, from: self.study, in: folder, isQuiet: true)
    let comparison = try Planning.compare(
      Stage(study: study, objective: objective, machine: machine), at: site, asking: request)
    return (comparison, "\(choice), the learning curves are made up")
  }
}

struct SubmitCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit", abstract: "Hand a study to Slurm.",
    discussion: discussion(
      """
      Options for sbatch come after '--': to every component of a heterogeneous job, or to one, as \
      in '0:--exclude=n3'.
      """,
      examples: "rung submit study.yaml --site jureca-dc --nodes 4 --time 12h --chain 3",
      "rung submit study.yaml --site jureca-dc --nodes 4 -- --reservation=course"))

  @Argument(help: "The study file.", completion: .yaml) var study: String
  @OptionGroup var options: PlanOptions
  @Option(
    name: .customLong("output"),
    help: "The study's folder; by default beside the study file, ending in '.rung'.",
    completion: .directory)
  var directory: String?
  @Flag(help: "Move a study that is there already aside.") var fresh = false
  @Option(help: "Jobs that may follow one another until the study ends.") var chain = 1
  @Flag(help: "Ask Slurm whether it would take the job, and submit nothing.") var dryRun = false
  @OptionGroup var output: OutputOptions
  @Argument(parsing: .postTerminator, help: "Options for sbatch.") var sbatchOptions: [String] = []

  func validate() throws {
    if chain < 1 { throw ValidationError("'--chain' is at least 1, not \(chain)") }
  }

  func run() throws {
    if dryRun { return try tryOut() }
    let handle: StudyHandle
    // A study that was prepared but never ran is submitted again as it is.
    if !fresh, let old = try? StudyHandle(directory ?? StudyHandle.folder(for: realPath(study))),
      try old.read().coordinator.run == nil
    {
      handle = old
    } else {
      handle = try StudyHandle(creatingFrom: study, output: directory, isFresh: fresh)
    }
    try handle.refuseIfSubmitted()
    let (plan, site) = try options.plan(
      handle.study, from: handle.origin.file, in: handle.origin.folder)
    warn(ofPlace: try realPath(handle.directory.path), at: site)
    let job = try Submission.submit(handle, plan, site, sbatchOptions, chain: chain)
    try Submission.tell(job, handle, json: json)
  }

  private func tryOut() throws {
    let checked = try loadStudy(study)
    let path = try realPath(study)
    let folder = StudyHandle.parent(of: path)
    let (plan, site) = try options.plan(checked.value, from: study, in: folder)
    warn(ofPlace: folder, at: site)
    // The folder of the study is not there yet, so it has no real path of its own.
    let target = try directory.map { $0.hasPrefix("/") ? $0 : "\(try realPath("."))/\($0)" }
    let text = try script(
      plan, checked.value, site, directory: target ?? StudyHandle.folder(for: path), folder: folder)
    let words = try Submission.testOnly(text, sbatchOptions)
    note(words)
    try write(json ? try jsonText(["script": text, "answer": words]) : text)
  }
}
