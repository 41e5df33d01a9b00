import Coordination
import Planning
import Processes
import Reporting
import StudyModel
import StudyStore

/// The studies of a campaign on scaling that were handed to Slurm, and where the others stand.
struct ScalingSubmission {
  struct Entry: Encodable {
    var name: String
    var state: CampaignStanding
    var job: Int?
  }

  let entries: [Entry]
  private let file: String
  private let folder: String
  private let isDry: Bool

  /// Submits what is missing.
  ///
  /// - Parameters:
  ///   - folder: The campaign's.
  ///   - file: Its file, as messages show it.
  ///   - site: A site's name or file, where the campaign names none.
  ///   - chain: Jobs that may follow one another until a study ends.
  ///   - dryRun: Whether to submit nothing.
  /// - Throws: ``Failure``, `StudyFileError` or `SystemError`.
  init(
    of folder: ScalingFolder, file: String, at site: String?, chain: Int, dryRun: Bool
  ) throws {
    self.file = file
    self.isDry = dryRun
    self.folder = folder.path
    let sites = try ScalingSites(folder.campaign, asked: site)
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
      let (state, jobs) = try Self.standing(of: point, folder)
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
    self.entries = entries
  }

  /// Where a study stands, and how many of its jobs are in Slurm's hands.
  private static func standing(of point: ScalingPoint, _ folder: ScalingFolder) throws -> (
    CampaignStanding, Int
  ) {
    guard let handle = try folder.handle(of: point) else { return (.waiting, 0) }
    let jobs = handle.livingJobs.count
    switch try handle.state() {
    case .completed: return (.ended, jobs)
    case .failed, .stopped: return (.failed, jobs)
    case .waiting, .running, .paused: return (jobs > 0 ? .inQueue : .waiting, jobs)
    }
  }

  /// What was done, for people.
  var text: String {
    submissionText(
      of: entries.map { ($0.name, $0.state) }, called: "studies", in: folder, file: file,
      isDry: isDry,
      end: "'rung campaign report \(file)' compares them")
  }
}
