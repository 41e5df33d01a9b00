import ArgumentParser
import Planning
import Simulation
import StudyModel

struct CampaignPlanCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "The jobs of a campaign, and what they are likely to cost; submits nothing.",
    discussion: discussion(examples: "rung campaign plan scaling.yaml --site jureca-dc"))

  @Argument(help: "The campaign file.", completion: .yaml) var file: String
  @Option(help: "A site's name or file, where the campaign names none.", completion: .site)
  var site: String?
  @OptionGroup var output: OutputOptions

  func run() throws {
    let folder = try CampaignFolder(file)
    let sites = try CampaignSites(folder.campaign, asked: site)
    // Seeds ask for the same job.
    let first = folder.campaign.seeds[0]
    var rows: [Row] = []
    for point in folder.campaign.points where point.seed == first {
      rows.append(try row(point, folder, sites.site(of: point)))
    }
    let seeds = folder.campaign.seeds.count
    let hours = rows.reduce(0) { $0 + ($1.rehearsal?.gpuHours ?? 0) } * Double(seeds)
    let areKnown = rows.allSatisfy { $0.rehearsal != nil || $0.refusal != nil }
    if json {
      let result = Result(
        campaign: folder.campaign.name, jobs: rows, seeds: seeds,
        gpuHours: areKnown ? hours : nil)
      return try write(try resultText(result))
    }
    try write(text(rows, seeds: seeds, hours: areKnown ? hours : nil))
  }

  /// The job of a point for each seed.
  private struct Row: Encodable {
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

  private struct Result: Encodable {
    var campaign: String
    var jobs: [Row]
    var seeds: Int
    /// Of all jobs and seeds; `nil` where nothing says how the machine takes its time.
    var gpuHours: Double?
  }

  private func row(
    _ point: ScalingPoint, _ folder: CampaignFolder, _ site: Site
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

  private func text(_ rows: [Row], seeds: Int, hours: Double?) -> String {
    let titles = ["site", "method", "GPUs a trial", "GPUs", "nodes"] + rehearsalTitles
    let cells = rows.map { row -> [String] in
      let figures = row.rehearsal.map(rehearsalFigures) ?? rehearsalTitles.map { _ in "-" }
      let size = row.gpusPerTrial.map { TrialSize($0)?.description ?? "\($0)" } ?? "study's"
      return [
        row.site, row.method, size, "\(row.gpus)",
        row.nodes.map(String.init) ?? "-",
      ] + figures
    }
    var lines = alignedTable([titles] + cells, wordColumns: 2)
    let studies = rows.count { $0.refusal == nil } * seeds
    lines += ["", "\(studies) studies, \(seeds) of each line for as many seeds."]
    if let hours {
      lines.append("About \(Int(hours.rounded(.up))) GPU-hours in all.")
      if rows.contains(where: { $0.rehearsal?.jobs ?? 1 > 1 }) {
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
    for row in rows {
      guard let refusal = row.refusal, !told.contains(refusal) else { continue }
      told.append(refusal)
      let others = rows.count { $0.refusal == refusal } - 1
      let more = others > 0 ? " and \(others) more" : ""
      lines.append("\(row.method) on \(row.gpus)\(more): \(refusal)")
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
