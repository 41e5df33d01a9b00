import Agents
import ArgumentParser
import Planning
import StudyFiles
import StudyModel

/// What `plan`, `submit` and `resume` ask of a plan.
struct PlanOptions: ParsableArguments {
  @Option(
    help: """
      A site's name, or the path of a site file; by default RUNG_SITE, else the site that has this \
      host, else your only one.
      """, completion: .site)
  var site: String?
  @Option(help: "Nodes of the workers.") var nodes: Int?
  @Option(help: "GPUs of the workers, instead of nodes.") var gpus: Int?
  @Option(help: "The time limit, such as 12h or 1-00:00:00.") var time: String?
  @Option(
    help:
      "resident (one agent a node), steps (trials are job steps) or hetjob (heterogeneous job).",
    completion: .strategy)
  var strategy: String?
  @Option(help: "The workers' partition.", completion: .partition) var partition: String?
  @Option(
    name: .customLong("component"),
    help: """
      SIZES=NODES[@PARTITION]: nodes for a class of trials in a heterogeneous job, such as 1-2=3 or \
      0=1@cpu; once for each class, instead of nodes.
      """)
  var components: [ComponentOption] = []
  @OptionGroup var size: TrialSizeOption

  func validate() throws {
    if nodes != nil, gpus != nil {
      throw ValidationError("'--nodes' and '--gpus' exclude each other")
    }
    if nodes != nil || gpus != nil, !components.isEmpty {
      throw ValidationError(
        "'--component' says the nodes of each class of trials; leave '--nodes' and '--gpus' out")
    }
  }

  /// Whether anything but the site is asked for.
  var isShaped: Bool {
    nodes != nil || gpus != nil || time != nil || strategy != nil || partition != nil
      || !components.isEmpty
  }

  /// The plan of a study at the site.
  ///
  /// - Parameters:
  ///   - study: The study.
  ///   - file: The study file, beside which its calibrations are.
  ///   - folder: That of the study file.
  /// - Returns: The plan, and the site that it is for.
  /// - Throws: ``Failure``, or `StageFailure` where what is staged is not there.
  func plan(_ study: Study, from file: String, in folder: String) throws -> (Plan, Site) {
    let (request, site) = try request(study, from: file, in: folder)
    do {
      let plan = try Planning.plan(study, at: site, asking: request)
      for warning in warnings(about: plan, for: study) { note("rung: warning: \(warning)") }
      return (plan, site)
    } catch { throw Failure(.wrongFile, error.description) }
  }

  /// What is asked of a plan, and where.
  func request(
    _ study: Study, from file: String, in folder: String, isQuiet: Bool = false
  ) throws -> (PlanRequest, Site) {
    let checked = try takeSite(site, isQuiet: isQuiet)
    let limit = try time.map { text in
      guard let duration = StudyFiles.duration(text) else {
        throw Failure(.usage, "'--time \(text)' is no duration; write 90s, 12h or 1-00:00:00")
      }
      return duration
    }
    let wish = gpus.map { PlanRequest.Size.gpus($0) } ?? .nodes(nodes ?? 1)
    var request = PlanRequest(
      size: wish, time: limit, strategy: strategy, partition: partition,
      trialSize: try size.size(for: study),
      stagedMiB: try stagedMemoryMiB(of: study.trial.stage, in: folder),
      measured: try measuredMemory(of: study, at: file, checked.value))
    request.components = components.map(\.component)
    return (request, checked.value)
  }
}
