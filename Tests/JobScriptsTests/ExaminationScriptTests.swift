import JobScripts
import StudyModel
import Testing

/// The job script of `rung doctor`.
@Suite struct ExaminationScriptTests {
  private func script(
    at site: Site = Sites.privateCluster, gres: String? = "gpu:4",
    vendor: Site.Vendor? = .nvidia
  ) throws -> String {
    let plan = Plan(
      study: "rung-doctor", site: site.name, strategy: .steps,
      components: [
        Plan.Component(
          role: .workers, partition: "gpu", nodes: 2, cores: 8, memoryMiB: 16_000, gres: gres,
          slotsPerNode: 4)
      ], time: .seconds(300), vendor: vendor)
    return try examinationScript(
      for: plan, study: digits(), site: site, locations: locations, version: version)
  }

  @Test func theNodesAreLookedAtAsProcessesAndAsSteps() throws {
    let text = try script()
    #expect(
      text.hasSuffix(
        """

        status=0
        srun --mpi='pmix' --nodes=2 --ntasks=2 --ntasks-per-node=1 --cpus-per-task=8 --cpu-bind=none \
        --kill-on-bad-exit=0 --time=2 --no-kill \\
          '/path/to/rung' examine '/path/to/digits/digits-mlp.rung' --gpu-vendor nvidia || status=$?
        srun --mpi=none --nodes=2 --ntasks=2 --ntasks-per-node=1 --cpus-per-task=8 --cpu-bind=none \
        --kill-on-bad-exit=0 --time=2 --no-kill \\
          --overlap --gres=none --mem=1024M \\
          '/path/to/rung' examine '/path/to/digits/digits-mlp.rung' --gpu-vendor nvidia \\
          --slots 4 --steps 'pmix' --step-gres 'gpu' || status=$?
        exit "$status"

        """), "\(text)")
    for line in ["--job-name=rung-doctor", "--gres=gpu:4", "--time=0-00:05:00", "--requeue"] {
      #expect(text.contains("#SBATCH \(line)\n"))
    }
    #expect(text == (try script()))
  }

  @Test func whatTheSiteRulesOutIsNotTried() throws {
    var site = Sites.privateCluster
    site.nestsSteps = false
    site.outlivesNodes = false
    site.requeuesJobs = false
    let text = try script(at: site)
    #expect(!text.contains("--overlap") && !text.contains("no-kill") && !text.contains("requeue"))
    site.nestsSteps = true
    #expect(!(try script(at: site, gres: nil).contains("--overlap")), "steps would see all GPUs")
    #expect(try script(at: site, gres: nil, vendor: nil).contains("--overlap"))
    site.maximumSteps = 5
    #expect(try script(at: site).contains("--slots 2 --steps"), "two nodes, and their own step")
  }

  @Test func theNodesOwnStorageAndModulesAreThoseOfAStudysJob() throws {
    var site = Sites.privateCluster
    site.partitions[0].local = Site.LocalStorage(path: "/local/it's")
    site.modules = ["HDF5"]
    let text = try script(at: site)
    #expect(text.contains("export RUNG_LOCAL_STORAGE='/local/it'\\''s'\n"))
    #expect(text.contains("module load 'HDF5' || fail module 'HDF5'\n"))
  }
}
