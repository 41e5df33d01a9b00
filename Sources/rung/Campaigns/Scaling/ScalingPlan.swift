import Planning
import Simulation
import StudyModel

/// The jobs of a campaign on the scaling of a study, and what they are likely to cost.
struct ScalingPlan: Encodable {
  /// The job of a point for each seed.
  struct Row: Encodable {
    var site: String
    var method: String
    var gpus: Int
    var gpusPerTrial: Double?
    var nodes: Int?
    var partition: String?
    var rehearsal: Rehearsal?
    /// Why there is no such job.
    var refusal: String?
  }

  let campaign: String
  let jobs: [Row]
  let seeds: Int
  /// Of all jobs and seeds; `nil` where nothing says how the machine takes its time.
  let gpuHours: Double?

  /// Plans every point.
  ///
  /// - Throws: ``Failure``, or `StudyFileError`.
  init(_ folder: ScalingFolder, _ sites: ScalingSites) throws {
    campaign = folder.campaign.name
    seeds = folder.campaign.seeds.count
    // Seeds ask for the same job.
    let first = folder.campaign.seeds[0]
    var rows: [Row] = []
    for point in folder.campaign.points where point.seed == first {
      rows.append(try Self.row(point, folder, sites.site(of: point)))
    }
    jobs = rows
    let hours = rows.reduce(0) { $0 + ($1.rehearsal?.gpuHours ?? 0) } * Double(seeds)
    let areKnown = rows.allSatisfy { $0.rehearsal != nil || $0.refusal != nil }
    gpuHours = areKnown ? hours : nil
  }

  private static func row(
    _ point: ScalingPoint, _ folder: ScalingFolder, _ site: Site
  ) throws -> Row {
    var row = Row(
      site: site.name, method: point.method, gpus: point.gpus, gpusPerTrial: point.size?.number)
    let study = try folder.study(of: point)
    let plan: Plan
    do { plan = try folder.plan(of: point, study, at: site) } catch let error as PlanError {
      row.refusal = error.description
      return row
    }
    row.nodes = plan.workerNodes
    row.partition = plan.components.last?.partition
    guard let model = try machineModel(of: study, at: folder.studyFile, site)?.model else {
      return row
    }
    let objective = BuiltInObjective(.curves, for: study, secondsPerEpoch: model.epoch ?? 1)
    let stage = Stage(study: study, objective: objective, machine: model)
    do { row.rehearsal = try stage.rehearse(plan, nil) } catch {
      row.refusal = "\(error)"
    }
    return row
  }

  /// The plan for people.
  var text: String {
    let titles = ["site", "method", "GPUs a trial", "GPUs", "nodes"] + rehearsalTitles
    let cells = jobs.map { row -> [String] in
      let figures = row.rehearsal.map(rehearsalFigures) ?? rehearsalTitles.map { _ in "-" }
      let size = row.gpusPerTrial.map { TrialSize($0)?.description ?? "\($0)" } ?? "study's"
      return [
        row.site, row.method, size, "\(row.gpus)",
        row.nodes.map(String.init) ?? "-",
      ] + figures
    }
    var lines = alignedTable([titles] + cells, wordColumns: 2)
    let studies = jobs.count { $0.refusal == nil } * seeds
    lines += ["", "\(studies) studies, \(seeds) of each line for as many seeds."]
    if let hours = gpuHours {
      lines.append("About \(Int(hours.rounded(.up))) GPU-hours in all.")
      if jobs.contains(where: { $0.rehearsal?.jobs ?? 1 > 1 }) {
        lines.append(
          "Where 'jobs' is more than 1, as many follow one another ('rung campaign submit --chain')."
        )
      }
    } else {
      lines.append(
        "Neither a calibration ('rung calibrate') nor a 'model' in the study or site file says how the "
          + "machine takes its time, so that nothing is predicted.")
    }
    var told: [String] = []
    for row in jobs {
      guard let refusal = row.refusal, !told.contains(refusal) else { continue }
      told.append(refusal)
      let others = jobs.count { $0.refusal == refusal } - 1
      let more = others > 0 ? " and \(others) more" : ""
      lines.append("\(row.method) on \(row.gpus)\(more): \(refusal)")
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
