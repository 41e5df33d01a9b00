import JobScripts
import Planning
import StudyModel
import Testing

/// The job scripts beside the first study: one for each site and layout that it takes.
@Suite struct JobScriptGoldenTests {
  /// How many nodes each site's example has.
  static let nodes = [
    "cte-amd": 8, "deep-est": 16, "generic": 2, "jureca-dc": 4, "private-cluster": 4,
  ]

  @Test(arguments: Sites.all, Plan.Strategy.allCases)
  func theDigitsStudyOnEverySite(site: Site, strategy: Plan.Strategy) throws {
    guard strategy != .hetjob || site.allowsHeterogeneousJobs else { return }
    let nodes = try #require(Self.nodes[site.name])
    let wish = PlanRequest(size: .nodes(nodes), strategy: strategy.rawValue)
    let plan = try plan(digits(), at: site, asking: wish)
    let script = try jobScript(
      for: plan, study: digits(), site: site, locations: locations, version: version)
    try expectGolden(
      script, at: "jobscripts/digits/\(site.name).\(strategy.rawValue).sbatch")
  }
}
