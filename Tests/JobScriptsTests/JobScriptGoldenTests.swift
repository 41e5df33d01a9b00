import Foundation
import JobScripts
import Planning
import StudyFiles
import StudyModel
import Testing

/// The job scripts beside the studies of `jobscripts`: one for each site and layout that it takes, or
/// why a site cannot run the study.
@Suite struct JobScriptGoldenTests {
  /// How many nodes each site's example has.
  static let nodes = [
    "cte-amd": 8, "deep-est": 16, "generic": 2, "generic-amd": 2, "generic-cpu": 2,
    "jureca-dc": 4, "juwels-booster": 4, "leonardo": 4, "lumi-g": 2, "private-cluster": 4,
    "supermuc-ng": 4, "thetagpu-like": 2,
  ]

  @Test func everySiteHasAnExample() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: packagePath("site-configs"))
    #expect(Set(files) == Set(Self.nodes.keys.map { "\($0).yaml" }))
  }

  @Test(arguments: nodes.keys.sorted(), Plan.Strategy.allCases)
  func theDigitsStudyOnEverySite(name: String, strategy: Plan.Strategy) throws {
    try check("digits", at: name, strategy) { study, site, _ in
      // On cores alone, as with 'gpus: 0' in the study.
      if site.partition(named: site.workerPartition)?.gpus == nil { study.trial.gpus = 0 }
    }
  }

  /// Half a day, or what the site allows.
  @Test(arguments: nodes.keys.sorted(), Plan.Strategy.allCases)
  func theDataParallelStudyOnEverySite(name: String, strategy: Plan.Strategy) throws {
    try check("digits-parallel", at: name, strategy) { _, site, wish in
      let most = site.partition(named: site.workerPartition)?.maximumTime ?? .zero
      wish.time = min(.seconds(12 * 3600), most)
    }
  }

  /// On the nodes without GPUs, where the site has some.
  @Test(arguments: nodes.keys.sorted(), Plan.Strategy.allCases)
  func theStudyOnCoresOnEverySite(name: String, strategy: Plan.Strategy) throws {
    try check("digits-forest", at: name, strategy) { _, site, wish in
      guard let partition = site.partitions.first(where: { $0.gpus == nil }) else { return }
      wish.partition = partition.name
      // In a heterogeneous job the coordinator takes a node of these too.
      let free = partition.nodes - (partition.name == site.coordinatorPartition ? 1 : 0)
      if case .nodes(let nodes) = wish.size { wish.size = .nodes(max(1, min(nodes, free))) }
    }
  }

  /// A component for each class of trials, where there are heterogeneous jobs.
  @Test(arguments: nodes.keys.sorted())
  func theStudyOfSeveralSizesOnEverySite(name: String) throws {
    try check("digits-sizes", at: name, .hetjob) { _, _, _ in }
  }

  /// Each trial an MPI program, on the nodes without GPUs, where the site has some.
  @Test(arguments: nodes.keys.sorted())
  func theMPIProgramOnEverySite(name: String) throws {
    try check("poisson-mpi", at: name, .steps) { _, site, wish in
      guard let partition = site.partitions.first(where: { $0.gpus == nil }) else { return }
      wish.partition = partition.name
      if case .nodes(let nodes) = wish.size { wish.size = .nodes(min(nodes, partition.nodes)) }
    }
  }

  /// Compares the script of a study's plan with the one in its folder, or the plan's refusal.
  private func check(
    _ folder: String, at name: String, _ strategy: Plan.Strategy,
    prepare: (inout Study, Site, inout PlanRequest) -> Void
  ) throws {
    var study = try loadStudy(packagePath("jobscripts/\(folder)/study.yaml")).value
    let site = try loadSite(packagePath("site-configs/\(name).yaml")).value
    guard
      strategy != .hetjob
        || (site.allowsHeterogeneousJobs && site.coordinatorPartition != nil)
    else { return }
    let nodes = try #require(Self.nodes[site.name])
    var wish = PlanRequest(size: .nodes(nodes), strategy: strategy.rawValue)
    prepare(&study, site, &wish)
    // Where a reader would have put the study.
    let places = JobLocations(
      executable: "/path/to/rung", directory: "/path/to/\(folder)/study.rung",
      studyFolder: "/path/to/\(folder)")
    let golden = "jobscripts/\(folder)/\(name).\(strategy.rawValue)"
    let made: Plan
    do { made = try plan(study, at: site, asking: wish) } catch {
      expectNone(at: golden + ".sbatch")
      return try expectGolden("\(error)\n", at: golden + ".refused.txt")
    }
    expectNone(at: golden + ".refused.txt")
    let script = try jobScript(
      for: made, study: study, site: site, locations: places, version: version)
    try expectGolden(script, at: golden + ".sbatch")
  }

  /// A file of an earlier plan would contradict the one that is compared.
  private func expectNone(at path: String) {
    #expect(
      !FileManager.default.fileExists(atPath: packagePath(path)),
      "\(path) is out of date; remove it")
  }
}
