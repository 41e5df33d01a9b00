import ArgumentParser
import Coordination
import Planning
import Processes
import Reporting
import StudyModel
import StudyStore

struct CampaignSubmitCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit",
    abstract: "Hand the studies of a campaign that have no result yet to Slurm.",
    discussion: discussion(
      """
      The smallest jobs come first, and no more are in Slurm's hands at a time than the campaign's \
      'queue' says. Called again, it fills up what is missing: it submits studies that have not begun, \
      and goes on with those whose job has ended before they had.
      """, examples: "rung campaign submit scaling.yaml --chain 3"))

  @Argument(help: "The campaign file.", completion: .yaml) var file: String
  @Option(help: "A site's name or file, where the campaign names none.", completion: .site)
  var site: String?
  @Option(help: "Jobs that may follow one another until a study ends.") var chain = 1
  @Flag(help: "Say what would be submitted, and submit nothing.") var dryRun = false
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if chain < 1 { throw ValidationError("'--chain' is at least 1, not \(chain)") }
  }

  /// Where a study stands.
  private enum State: String, Encodable {
    case ended, failed, submitted, inQueue = "in_queue", waiting
  }

  private struct Entry: Encodable {
    var name: String
    var state: State
    var job: Int?
  }

  func run() throws {
    let folder = try CampaignFolder(file)
    let sites = try CampaignSites(folder.campaign, asked: site)
    // Before anything is made: a campaign is of no use without some of its studies.
    var plans: [Plan] = []
    for point in folder.campaign.points {
      do {
        plans.append(
          try folder.plan(of: point, try folder.study(of: point), at: sites.site(of: point)))
      } catch let error as PlanError {
        throw Failure(.wrongFile, "\(file): \(point.name): \(error)")
      }
    }
    var entries: [Entry] = []
    var living = 0
    for point in folder.campaign.points {
      let (state, jobs) = try standing(of: point, folder)
      living += jobs
      entries.append(Entry(name: point.name, state: state))
    }
    for (place, point) in folder.campaign.points.enumerated()
    where entries[place].state == .waiting && living < folder.campaign.queue {
      let site = sites.site(of: point)
      living += site.chainsAhead ? chain : 1
      entries[place].state = .submitted
      guard !dryRun else { continue }
      let handle = try folder.handle(of: point) ?? folder.create(point)
      entries[place].job = try Submission.submit(
        handle, plans[place], site, [], chain: chain)
      note("\(point.name): job \(entries[place].job ?? 0)")
    }
    try tell(entries, folder)
  }

  /// Where a study stands, and how many of its jobs are in Slurm's hands.
  private func standing(of point: ScalingPoint, _ folder: CampaignFolder) throws -> (State, Int) {
    guard let handle = try folder.handle(of: point) else { return (.waiting, 0) }
    let jobs = handle.livingJobs.count
    switch try handle.state() {
    case .completed: return (.ended, jobs)
    case .failed, .stopped: return (.failed, jobs)
    case .waiting, .running, .paused: return (jobs > 0 ? .inQueue : .waiting, jobs)
    }
  }

  private func tell(_ entries: [Entry], _ folder: CampaignFolder) throws {
    if json { return try write(try jsonText(["studies": entries])) }
    func count(_ state: State) -> Int { entries.count { $0.state == state } }
    var lines = [
      "\(entries.count) studies: \(count(.ended)) have ended, \(count(.inQueue)) are in Slurm's hands, "
        + "\(count(.submitted)) \(dryRun ? "would be" : "were") submitted, \(count(.waiting)) wait"
    ]
    for entry in entries where entry.state == .failed {
      lines.append(
        "\(entry.name) failed or was stopped: 'rung status \(folder.path)/\(entry.name).rung' says why; "
          + "remove that folder to begin it anew")
    }
    if dryRun {
      lines += entries.filter { $0.state == .submitted }.map(\.name)
    } else if count(.waiting) > 0 {
      lines.append("'rung campaign submit \(file)' submits more as jobs end")
    } else if count(.ended) == entries.count {
      lines.append("'rung campaign report \(file)' compares them")
    }
    try write(lines.map { $0 + "\n" }.joined())
  }
}
