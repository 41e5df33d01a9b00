import Diagnosis
import Testing

struct FindingTableTests {
  @Test func aHealthyMachineHasATableWithoutAComplaint() {
    let examination = healthy()
    #expect(
      describe(examination.findings) { _ in "here.yaml:1" } == """
        check            nodes   verdict  result
        Slurm            -       well     version 22.05.8
        partition gpu    -       well     2 nodes of 8 cores, 16000 MiB, 2 GPUs
        srun --mpi       -       well     pmix
        grace            -       well     5 s from SIGTERM to SIGKILL
        requeue          -       well     jobs may be queued again
        hetjobs          -       well     not used, as the site file says
        job              n0, n1  well     job 7 ran
        no-kill          -       well     Slurm takes '--no-kill'
        sbatch in jobs   n0      well     jobs can submit the next one
        cores            n0, n1  well     8 usable CPUs
        memory           n0, n1  well     16384 MiB built in
        GPUs             n0, n1  well     2 GPUs
        names            n0, n1  well     every node resolves every other's name
        GPUs of slots    n0, n1  well     2 slots with one GPU each: 0, 1, by CUDA_VISIBLE_DEVICES
        driver, slots    n0, n1  well     2 slots, each sees one GPU that no other sees
        steps            n0, n1  well     processes of a job start job steps
        GPUs of steps    n0, n1  well     2 slots with one GPU each: 0, 1, by CUDA_VISIBLE_DEVICES
        driver, steps    n0, n1  well     2 slots, each sees one GPU that no other sees
        MPI              n1      well     from n0: 1.2 us, 12 GB/s
        clocks           n1      well     at most 20 us apart, give or take 3 us
        HDF5             n0, n1  well     8 MiB written, synced and renamed in 31 to 41 ms, read back whole in 4.2 ms
        shared files     n1      well     rank 0's file is there, and whole, after 2.1 ms
        local storage    n0, n1  well     /local: 90000 to 90001 MiB free, written at 850 MB/s
        MPI library      n0, n1  well     Open MPI v4.1.4; /usr/lib/libmpi.so.40.30.4
        HDF5 library     n0, n1  well     1.10.8; /usr/lib/libhdf5_serial.so.103.3.0
        Slurm library    n0, n1  well     built without it
        Swift library    n0, n1  well     within the program
        other libraries  n0, n1  well     4 files, which these need

        28 well, 0 wrong, 0 not checked

        """)
  }

  @Test func whatIsWrongStandsBelowWithItsLine() {
    let findings = [
      Finding("grace", .well, "5 s"),
      Finding(
        "memory", on: (0..<7).map { "n\($0)" }, .wrong, "10 MiB", problem: "write 'memory: 10MiB'",
        key: "partitions.gpu.memory"),
      Finding("clocks", on: ["n0", "n1"], .hint, "a bit late", problem: "set them"),
      Finding("MPI", .notChecked, "there is none"),
    ]
    #expect(
      describe(findings) { "\($0)@7" } == """
        check   nodes          verdict      result
        grace   -              well         5 s
        memory  n0 and 6 more  wrong        10 MiB
          partitions.gpu.memory@7: write 'memory: 10MiB'
        clocks  n0, n1         hint         a bit late
          set them
        MPI     -              not checked  there is none

        1 well, 1 wrong, 1 hint, 1 not checked

        """)
  }
}
