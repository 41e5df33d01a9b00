import Foundation
import JobScripts
import Planning
import StudyFiles
import StudyModel
import Testing

/// The job scripts beside the first study: one for each site and layout that it takes.
@Suite struct JobScriptGoldenTests {
  /// How many nodes each site's example has.
  static let nodes = [
    "cte-amd": 8, "deep-est": 16, "generic": 2, "generic-amd": 2, "generic-cpu": 2,
    "jureca-dc": 4, "juwels-booster": 4, "leonardo": 4, "lumi-g": 2, "private-cluster": 4,
    "supermuc-ng": 4, "thetagpu-like": 2,
  ]

  /// Where a reader would have put the study.
  private let places = JobLocations(
    executable: "/path/to/rung", directory: "/path/to/digits/study.rung",
    studyFolder: "/path/to/digits")

  @Test func everySiteHasAnExample() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: packagePath("site-configs"))
    #expect(Set(files) == Set(Self.nodes.keys.map { "\($0).yaml" }))
  }

  @Test(arguments: nodes.keys.sorted(), Plan.Strategy.allCases)
  func theDigitsStudyOnEverySite(name: String, strategy: Plan.Strategy) throws {
    var study = try loadStudy(packagePath("jobscripts/digits/study.yaml")).value
    let site = try loadSite(packagePath("site-configs/\(name).yaml")).value
    guard
      strategy != .hetjob
        || (site.allowsHeterogeneousJobs && site.coordinatorPartition != nil)
    else { return }
    // On cores alone, as with 'gpus: 0' in the study.
    if site.partition(named: site.workerPartition)?.gpus == nil { study.trial.gpus = 0 }
    let nodes = try #require(Self.nodes[site.name])
    let wish = PlanRequest(size: .nodes(nodes), strategy: strategy.rawValue)
    let plan = try plan(study, at: site, asking: wish)
    let script = try jobScript(
      for: plan, study: study, site: site, locations: places, version: version)
    try expectGolden(script, at: "jobscripts/digits/\(name).\(strategy.rawValue).sbatch")
  }
}
