import Diagnosis
import StudyModel

/// What Slurm 22.05.8 of a private cluster of two nodes printed, shortened to the fields that matter and
/// some that could mislead.
enum Recorded {
  static let configuration = """
    Configuration data as of 2026-11-29T07:50:00
    KillWait                = 5 sec
    SLURM_VERSION           = 22.05.8
    SlurmdParameters        = (null)
    SlurmctldHost[0]        = ctl(127.0.0.1)

    Slurmctld(primary) at ctl is UP
    """
  static let partitions = """
    PartitionName=gpu AllowGroups=ALL Default=YES MaxNodes=UNLIMITED MaxTime=01:00:00 Nodes=n[0-1] State=UP TotalCPUs=16 TotalNodes=2
    PartitionName=cpu AllowGroups=ALL Default=NO MaxNodes=1 MaxTime=1-00:00:00 Nodes=c0 State=DOWN TotalCPUs=4 TotalNodes=1
    """
  static let nodes = """
    NodeName=n0 Arch=x86_64 CoresPerSocket=4 CPUAlloc=0 CPUEfctv=8 CPUTot=8 Gres=gpu:4 NodeAddr=127.0.0.1 NodeHostName=h0 OS=Linux 6.1.0 #1 SMP RealMemory=16000 Sockets=1 State=IDLE ThreadsPerCore=2 Partitions=gpu,urgent
    NodeName=n1 Arch=x86_64 CoresPerSocket=4 CPUAlloc=0 CPUEfctv=8 CPUTot=8 Gres=gpu:a100:2(S:0,1),shard:8,gpu:v100:2(S:0-1) NodeHostName=n1 RealMemory=16000 Sockets=1 State=DOWN ThreadsPerCore=2 Partitions=gpu Reason=RealMemory=1 is low [root@2026-11-29T07:00:00]
    NodeName=c0 CoresPerSocket=4 CPUTot=4 Gres=(null) RealMemory=8000 Sockets=1 ThreadsPerCore=1 Partitions=cpu
    """
  static let kinds = """
    MPI plugin types are...
    \tcray_shasta
    \tnone
    \tpmix
    specific pmix plugin versions available: pmix_v4
    """

  static let facts = SlurmFacts(
    configuration: configuration, partitions: partitions, nodes: nodes, mpiKinds: kinds)
}

/// A machine of two nodes with a true site file and an examination without a complaint.
func healthy() -> Examination {
  var gpu = Site.Partition(
    name: "gpu", nodes: 2, cores: 8, memoryMiB: 16000,
    gpus: Site.GPUs(count: 2, vendor: .nvidia, model: "A100"), maximumTime: .seconds(3600))
  gpu.sockets = 1
  var site = Site(
    name: "here", summary: "A cluster", partitions: [gpu], workerPartition: "gpu")
  site.grace = .seconds(5)
  var slurm = SlurmFacts(
    settings: ["KillWait": "5 sec", "SLURM_VERSION": "22.05.8"],
    partitions: [.init(name: "gpu", nodes: 2, maximumMinutes: 60)],
    nodes: ["n0", "n1"].map { name in
      .init(
        name: name, cpus: 8, cores: 8, sockets: 1, memoryMiB: 16000, gpus: 2, partitions: ["gpu"])
    }, mpiKinds: ["none", "pmix"])
  slurm.isHetjobAsked = true
  var examination = Examination()
  examination.site = site
  examination.partition = "gpu"
  examination.slurm = slurm
  var job = Examination.Job(id: 7, nodes: 2, gpus: 2)
  job.isRequeued = true
  examination.job = job
  examination.nodes = (0..<2).map { node(rank: $0) }
  examination.steps = ["n0", "n1"].map { name in
    StepsRecord(
      node: name,
      slots: (0..<2).map { slot in
        // Devices are numbered anew where the step sees no other.
        SlotView(
          slot: slot, variables: ["CUDA_VISIBLE_DEVICES=0"], stepDevices: "\(slot)",
          driver: ["uuid-\(slot)"])
      }, hasFailed: false)
  }
  return examination
}

private func node(rank: Int) -> NodeRecord {
  var record = NodeRecord(node: "n\(rank)", rank: rank, usableCores: 8, memoryMiB: 16384)
  record.devices = ["0", "1"]
  record.slots = (0..<2).map { slot in
    SlotView(
      slot: slot, variables: ["CUDA_VISIBLE_DEVICES=\(slot)"], driver: ["uuid-\(slot)"])
  }
  var local = StorageProbe(path: "/local")
  (local.freeMiB, local.sizeMiB, local.writeRate) = (90_000 + rank, 100_000, 8.5e8)
  record.local = local
  var file = FileProbe(bytes: 8 << 20)
  (file.writeSeconds, file.readSeconds) = (0.031 + Double(rank) / 100, 0.0042)
  record.file = file
  record.worldSize = 2
  record.libraries = [
    LibraryRecord("MPI", version: "Open MPI v4.1.4", paths: ["/usr/lib/libmpi.so.40.30.4"]),
    LibraryRecord("HDF5", version: "1.10.8", paths: ["/usr/lib/libhdf5_serial.so.103.3.0"]),
    LibraryRecord("Slurm", paths: []), LibraryRecord("Swift", paths: []),
    LibraryRecord("other", paths: ["a", "b", "c", "d"].map { "/lib/lib\($0).so.1" }),
  ]
  if rank == 0 {
    record.sbatchRefusal = ""
    var peer = PeerRecord(rank: 1)
    (peer.latency, peer.bandwidth, peer.skew, peer.skewError) = (1.24e-6, 12.3e9, -2e-5, 3e-6)
    record.peers = [peer]
  } else {
    record.seen = SeenFile(delay: 0.0021)
  }
  return record
}
