import JobScripts
import StudyModel
import Testing

/// The job script of which every task makes a share of a campaign's runs.
@Suite struct SharesScriptTests {
  private func script(
    _ command: [String] = ["campaign", "run", "/path/to/a b.yaml"]
  ) throws -> String {
    let plan = Plan(
      study: "all", site: "private-cluster", strategy: .steps,
      components: [
        Plan.Component(
          role: .workers, partition: "gpu", nodes: 1, cores: 3, memoryMiB: 6000, gres: nil,
          slotsPerNode: 3)
      ], time: .seconds(7200), vendor: nil)
    return try sharesScript(
      for: plan, study: digits(), site: Sites.privateCluster, locations: locations,
      command: command, shares: 5, version: version)
  }

  @Test func everyTaskMakesAShare() throws {
    let text = try script()
    #expect(
      text.hasSuffix(
        """
        exec '/path/to/rung' 'campaign' 'run' '/path/to/a b.yaml' --share "$SLURM_ARRAY_TASK_ID/5" --processes 3

        """), "\(text)")
    for line in [
      "--job-name=all", "--array=1-5", "--cpus-per-task=3", "--mem=6000M", "--time=0-02:00:00",
    ] {
      #expect(text.contains("#SBATCH \(line)\n"), "\(line) in \(text)")
    }
    // One file of output for all tasks.
    #expect(text.contains("/jobs/%A.out") && !text.contains("%j"))
    #expect(!text.contains("gres"))
    #expect(text == (try script()))
  }

  @Test func noWordAddsALine() {
    #expect(throws: JobScriptError.self) { try script(["campaign", "run", "a\nb"]) }
  }
}
