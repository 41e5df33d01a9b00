import StudyModel
import Testing

@testable import Diagnosis

/// What is complained of, one thing at a time.
struct ExaminationTests {
  /// The findings of a healthy machine that is changed, without those that are well.
  private func complaints(_ change: (inout Examination) -> Void) -> [Finding] {
    var examination = healthy()
    change(&examination)
    return examination.findings.filter { $0.verdict != .well }
  }

  /// The one complaint, as text.
  private func complaint(_ change: (inout Examination) -> Void) -> String {
    complaints(change).map { finding in
      "\(finding.check) on \(finding.nodes): \(finding.verdict.rawValue): \(finding.result); "
        + "\(finding.problem ?? "-"); \(finding.key ?? "-")"
    }.joined(separator: "\n")
  }

  /// Outside of the macro, which does not bear such closures.
  private func expect<Value>(
    _ value: Value, sourceLocation: SourceLocation = #_sourceLocation, _ holds: (Value) -> Bool
  ) {
    #expect(holds(value), "\(value)", sourceLocation: sourceLocation)
  }

  @Test func aHealthyMachineIsWell() { expect(complaints { _ in }) { $0.isEmpty } }

  // MARK: - The site file against Slurm

  @Test func moreGPUsThanSlurmKnowsAreWrong() {
    expect(complaint { $0.site?.partitions[0].gpus?.count = 8 }) {
      $0 == """
        partition gpu on ["n0", "n1"]: wrong: 2 GPUs; the site file says 8 GPUs a node, which Slurm \
        grants no job there; write 'count: 2'; partitions.gpu.gpus.count
        """
    }
    expect(
      complaint { examination in
        examination.site?.partitions[0].gpus = nil
        examination.nodes = []
        examination.steps = []
        examination.job = nil
      }
    ) {
      $0.hasPrefix(
        """
        partition gpu on []: hint: up to 2 GPUs; the site file says 0 a node, so that trials leave the \
        others idle; write 'gpus: {count: 2, vendor: VENDOR, model: MODEL}'; partitions.gpu
        """)
    }
  }

  @Test func moreMemoryThanSlurmGrantsIsWrong() {
    // The kernel's own figure is too small then, too.
    let found = complaints { $0.site?.partitions[0].memoryMiB = 32000 }
    #expect(found.map(\.check) == ["partition gpu", "memory"])
    #expect(found.map(\.key) == ["partitions.gpu.memory", "partitions.gpu.memory"])
    #expect(
      found[0].problem == """
        the site file says 32000 MiB, which Slurm grants no job there; write 'memory: 16000MiB'
        """)
    expect(complaint { $0.slurm?.nodes[1].memoryMiB = 8000 }) {
      $0 == """
        partition gpu on ["n1"]: wrong: 8000 MiB; the site file says 16000 MiB, which Slurm grants no job \
        there; write 'memory: 8000MiB'; partitions.gpu.memory
        """
    }
  }

  @Test func aPartitionThatIsNotThereIsNamedWithThoseThatAre() {
    expect(
      complaint { examination in
        examination.site?.partitions.append(
          Site.Partition(
            name: "cpux", nodes: 1, cores: 4, memoryMiB: 1000, maximumTime: .seconds(60)))
      }
    ) {
      $0 == """
        partition cpux on []: wrong: not there; Slurm has no partition 'cpux'; write one that it has: \
        gpu; partitions.cpux
        """
    }
  }

  @Test func coresAreComparedWithThreads() {
    func partition(cores: Int, threads: Int) -> String {
      complaint { examination in
        examination.site?.partitions[0].cores = cores
        examination.site?.partitions[0].threadsPerCore = threads
        for node in 0..<2 {
          examination.slurm?.nodes[node].cpus = 16
          examination.nodes[node].usableCores = 16
        }
      }
    }
    #expect(partition(cores: 8, threads: 2) == "")
    #expect(partition(cores: 8, threads: 1) == "", "jobs may get one thread of each core")
    #expect(
      partition(cores: 16, threads: 2) == """
        partition gpu on ["n0", "n1"]: wrong: 8 cores, 16 CPUs; the site file says 32 CPUs, which Slurm \
        grants no job there; write 'cores: 8, threads: 2'; partitions.gpu.cores
        """)
    #expect(
      partition(cores: 16, threads: 1) == """
        partition gpu on []: hint: 8 cores, 16 CPUs; the site file says 16 cores, so that a trial's core \
        is a hardware thread; write 'cores: 8, threads: 2' where that is not meant; partitions.gpu.cores
        """)
    #expect(
      partition(cores: 4, threads: 1).contains("says 4 cores, so that trials leave the others idle")
    )
  }

  @Test func limitsThatSlurmDoesNotGrantAreWrong() {
    expect(complaint { $0.site?.partitions[0].maximumTime = .seconds(7200) }) {
      $0.contains(
        "jobs of at most 60 minutes; the site file grants longer jobs, which Slurm refuses; write "
          + "'time: 60m'; partitions.gpu.time")
    }
    expect(complaint { $0.slurm?.partitions[0].maximumNodes = 1 }) {
      $0.contains(
        "a job may have 1 node, not 2; write 'max_nodes: 1'; partitions.gpu.max_nodes")
    }
    expect(complaint { $0.site?.partitions[0].nodes = 5 }) {
      $0.contains("wrong: 2 nodes; the site file says 5")
    }
    expect(complaint { $0.site?.partitions[0].nodes = 1 }) {
      $0.contains("hint: 2 nodes; the site file says 1")
    }
    expect(complaint { $0.site?.partitions[0].sockets = 2 }) { $0.contains("write 'sockets: 1'") }
    expect(complaint { $0.slurm?.partitions[0].isUp = false }) { $0.contains("not up") }
    expect(complaint { $0.site?.grace = .seconds(30) }) { $0.contains("write 'grace: 5s'; grace") }
    expect(complaint { $0.site?.mpi = "pmi2" }) { $0.hasSuffix("; mpi") }
    expect(complaint { $0.slurm?.nodes = [] }) { $0.contains("Slurm shows none of its nodes") }
  }

  // MARK: - What jobs may do

  @Test func whatJobsMayNotDoIsNamedByItsCapability() {
    expect(complaint { $0.job?.isRequeued = false }) {
      $0 == """
        requeue on []: wrong: jobs are not queued again; Slurm took '--requeue' away; write \
        'capabilities: {requeue: false}'; capabilities.requeue
        """
    }
    expect(complaint { $0.nodes[0].sbatchRefusal = "not allowed" }) {
      $0 == """
        sbatch in jobs on ["n0"]: wrong: refused: not allowed; jobs cannot submit the next of a chain; \
        write 'capabilities: {sbatch: false}'; capabilities.sbatch
        """
    }
    expect(complaint { $0.site?.submitsFromJobs = false }) {
      $0.hasPrefix("sbatch in jobs on [\"n0\"]: hint")
    }
    expect(
      complaint { examination in
        examination.site?.coordinatorPartition = "gpu"
        examination.slurm?.hetjobRefusal = "no backfill"
      }
    ) { $0.hasPrefix("hetjobs on []: wrong: refused: no backfill; ") }
    let none = complaint { examination in
      examination.site?.requeuesJobs = false
      examination.site?.nestsSteps = false
      examination.site?.allowsHeterogeneousJobs = false
      examination.site?.outlivesNodes = false
      examination.job?.isRequeued = false
      examination.steps = []
    }
    #expect(none == "", "what the site file rules out is not missed")
  }

  @Test func aJobThatDidNotRunIsSaidAndNotGuessed() {
    let refused = complaints { examination in
      examination.job = nil
      examination.jobRefusal = "Slurm does not take the job: Invalid account"
      examination.nodes = []
      examination.steps = []
    }
    #expect(refused.map(\.check) == ["requeue", "job"])
    #expect(refused.map(\.verdict) == [.notChecked, .wrong] && refused[1].key == "slurm")
    expect(
      complaint { examination in
        examination.nodes.removeLast()
        examination.steps.removeLast()
        examination.nodes[0].peers = []
        examination.job?.printed = "srun: error: n1 is gone"
      }
    ) {
      $0.hasPrefix(
        """
        job on []: wrong: job 7: word from 1 of 2 nodes; it heard of n0; do the nodes see this folder and \
        this program? The job said: srun: error: n1 is gone; -
        """)
    }
  }

  // MARK: - The nodes

  @Test func nodesThatHaveLessAreNamed() {
    expect(complaint { $0.nodes[1].usableCores = 2 }) {
      $0 == """
        cores on ["n1"]: wrong: 2 to 8 usable CPUs; the site file says 8 cores, but a job's processes can \
        run on 2 CPUs; write 'cores: 2', or 'threads' as Slurm counts them; partitions.gpu.cores
        """
    }
    expect(complaint { $0.nodes[0].memoryMiB = 8000 }) {
      $0.contains("write less than 'memory: 8000MiB'")
    }
    expect(
      complaint { examination in
        examination.nodes[1].devices = ["0"]
      }
    ) {
      $0 == """
        GPUs on ["n1"]: wrong: 1 GPU to 2 GPUs; the job asked for 2 GPUs a node and sees 1 by the vendor's \
        variable; is 'vendor' right?; partitions.gpu.gpus.vendor
        """
    }
    expect(
      complaints { examination in
        examination.slurm?.settings["SlurmdParameters"] = "config_overrides"
        examination.nodes[0].usableCores = 1
      }
    ) { $0.map(\.verdict) == [.notChecked, .notChecked] }
  }

  @Test func aLoginNodeIsNotMeasuredByThePartition() {
    let found = complaints { examination in
      examination.job = nil
      examination.steps = []
      examination.nodes = [NodeRecord(node: "login", rank: 0, usableCores: 1, memoryMiB: 10)]
    }
    #expect(
      found.first { $0.check == "cores" }?.result == "this host is no node of 'gpu'; 1 usable CPUs")
    #expect(found.allSatisfy { $0.verdict == .notChecked }, "\(found)")
  }

  @Test func slotsThatShareAGPUAreWrong() {
    func slots(_ change: (inout [SlotView]) -> Void) -> String {
      complaint { change(&$0.nodes[1].slots) }
    }
    expect(slots { $0[1].variables = ["CUDA_VISIBLE_DEVICES=0"] }) {
      $0 == """
        GPUs of slots on ["n1"]: wrong: device 0 was given twice; two trials would have one GPU; \
        partitions.gpu.gpus.vendor
        """
    }
    expect(slots { $0[1].variables = [] }) { $0.contains("slot 1 is bound to no GPU") }
    expect(slots { $0[1].variables.append("ROCR_VISIBLE_DEVICES=1") }) {
      $0.contains(
        "slot 1 has CUDA_VISIBLE_DEVICES=1 and ROCR_VISIBLE_DEVICES=1; the variables filter")
    }
    expect(slots { $0[0].variables = ["ROCR_VISIBLE_DEVICES=0"] }) {
      $0.contains("write the right 'vendor'")
    }
    expect(slots { $0[0].variables = ["CUDA_VISIBLE_DEVICES=0,1"] }) {
      $0.contains("slot 0 has CUDA_VISIBLE")
    }
    expect(slots { $0[0].driver = ["uuid-0", "uuid-1"] }) {
      $0.contains(
        "driver, slots on [\"n1\"]: wrong: slot 0 sees 2 GPUs")
    }
    expect(slots { $0[1].driver = ["uuid-0"] }) { $0.contains("uuid-0 is seen by two slots") }
    expect(
      slots {
        $0[1].driver = nil; $0[1].cause = "no library"
      }
    ) {
      $0
        == "driver, slots on [\"n1\"]: not checked: no library; -; -"
    }
  }

  @Test func stepsThatShareAGPUOrDoNotComeUpAreWrong() {
    expect(complaint { $0.steps[0].slots[1].stepDevices = "0" }) {
      $0.hasSuffix(
        "keep to 'strategy: resident' at this site ('steps: false'); capabilities.steps")
    }
    expect(
      complaint { examination in
        examination.steps[0].hasFailed = true
        examination.steps[0].slots[0].cause = "status 1: srun: error: Invalid job id"
      }
    ) {
      $0 == """
        steps on ["n0"]: wrong: status 1: srun: error: Invalid job id; processes of a job cannot start job \
        steps; write 'capabilities: {steps: false}', or mend it; capabilities.steps
        """
    }
    expect(complaint { $0.steps = [] }) {
      $0.contains("steps on [\"n0\", \"n1\"]: wrong: no step has said")
    }
  }

  @Test func aJobThatIsStuckInMPISaysNothingOfSteps() {
    let found = complaints { examination in
      examination.nodes[0].worldSize = nil
      examination.steps = []
      examination.job?.printed = "srun: error"
    }
    #expect(found.map(\.check) == ["steps", "MPI"])
    #expect(found.map(\.verdict) == [.notChecked, .wrong])
    #expect(
      found[1].problem == """
        Rung's MPI does not start under 'srun --mpi=pmix'; build Rung with the site's MPI, write another \
        'mpi', or look at the network between the nodes; the job said: srun: error
        """)
  }

  @Test func messagesThatDoNotArriveAreWrong() {
    expect(complaint { $0.nodes[0].worldSize = 1 }) {
      $0 == """
        MPI on ["n0", "n1"]: wrong: 1 process in rank 0's world instead of 2; every process takes itself \
        for all; 'mpi' must be the kind that starts the MPI Rung was built with; mpi
        """
    }
    expect(complaint { $0.nodes[0].worldSize = nil }) {
      $0.hasPrefix("MPI on [\"n0\", \"n1\"]: wrong: it did")
    }
    expect(
      complaint { examination in
        examination.nodes[0].peers = [PeerRecord(rank: 1)]
        examination.nodes[0].peers[0].failure = "no answer within 30 s"
      }
    ) { $0.hasPrefix("MPI on [\"n1\"]: wrong: no answer within 30 s; messages do not reach it") }
    expect(complaint { $0.nodes[0].peers[0].skew = -3.2 }) {
      $0 == """
        clocks on ["n1"]: wrong: at most 3.2 s apart, give or take 3 us; times of logs and files cannot be \
        compared with those of n0; have the site set its clocks (NTP); -
        """
    }
    expect(complaint { $0.nodes[0].unresolved = ["n1"] }) {
      $0.hasPrefix(
        "names on [\"n0\"]: wrong: no address for n1; ")
    }
  }

  @Test func storageThatFailsIsWrong() {
    expect(complaint { $0.nodes[1].file?.failure = "H5Fcreate: no locks" }) {
      $0.hasPrefix(
        "HDF5 on [\"n1\"]: wrong: H5Fcreate: no locks; ")
    }
    expect(complaint { $0.nodes[1].seen = SeenFile(failure: "it is not there") }) {
      $0.hasPrefix(
        "shared files on [\"n1\"]: wrong: it is not there; ")
    }
    expect(complaint { $0.nodes[1].seen = nil }) {
      $0.hasPrefix("shared files on [\"n1\"]: not checked")
    }
    expect(complaint { $0.nodes[1].local?.failure = "open failed" }) {
      $0.hasPrefix(
        "local storage on [\"n1\"]: wrong: /local: open failed; ")
    }
    expect(complaint { $0.site?.partitions[0].local = Site.LocalStorage(sizeMiB: 200_000) }) {
      $0.contains(
        "write 'size: 100000MiB'; partitions.gpu.local.size")
    }
    expect(complaint { $0.site?.partitions[0].local = Site.LocalStorage(path: "/nvme") }) {
      $0.contains(
        "hint: /local; the site file says '/nvme'")
    }
  }
}
