import Testing

@testable import Diagnosis

/// The shared libraries of a process, and what is said of them.
@Suite struct LibraryRecordTests {
  private let maps = """
    5581c0-5581c4 r--p 00000000 fe:00 101    /home/me/bin/rung
    7f0000-7f0001 r--p 00000000 fe:00 102    /opt/my mpi/lib/libmpi.so.40.30.4
    7f0001-7f0002 r-xp 00001000 fe:00 102    /opt/my mpi/lib/libmpi.so.40.30.4
    7f0002-7f0003 r--p 00000000 fe:00 103    /usr/lib/libhdf5_serial.so.103.3.0
    7f0003-7f0004 r--p 00000000 fe:00 104    /usr/lib/openblas-serial/liblapack.so.3
    7f0004-7f0005 r--p 00000000 fe:00 105    /usr/lib/openblas-serial/libblas.so.3
    7f0005-7f0006 rw-p 00000000 00:00 0
    7f0006-7f0007 r--p 00000000 fe:00 106    /usr/lib/libz.so.1.2.13
    7f0007-7f0008 r--p 00000000 fe:00 107    /usr/lib/libc.so.6
    7ffc00-7ffc21 rw-p 00000000 00:00 0      [stack]
    """

  @Test func filesStandWithWhatTheyBelongTo() {
    let records = LibraryRecord.records(inMaps: maps, versions: ["MPI": "Open MPI v4.1.4"])
    #expect(
      records.map(\.name)
        == ["MPI", "HDF5", "LAPACK", "zlib", "Slurm", "Swift", "C", "other"])
    #expect(records[0].version == "Open MPI v4.1.4")
    #expect(records[0].paths == ["/opt/my mpi/lib/libmpi.so.40.30.4"])
    #expect(
      records[2].paths
        == ["libblas.so.3", "liblapack.so.3"].map { "/usr/lib/openblas-serial/\($0)" })
    #expect(records[5].paths.isEmpty)
    #expect(records[6].paths == ["/usr/lib/libc.so.6"] && records[7].paths.isEmpty)
  }

  @Test func eachNeededLibraryIsSaidWithItsPlace() {
    let found = healthy().findings.suffix(5).map { "\($0.check): \($0.result)" }
    #expect(
      found == [
        "MPI library: Open MPI v4.1.4; /usr/lib/libmpi.so.40.30.4",
        "HDF5 library: 1.10.8; /usr/lib/libhdf5_serial.so.103.3.0",
        "Slurm library: built without it", "Swift library: within the program",
        "other libraries: 4 files, which these need",
      ])
  }

  @Test func anotherMPIOnANodeIsWrongAndAnotherFileAHint() {
    var examination = healthy()
    examination.nodes[1].libraries[0].version = "Open MPI v5.0.3"
    examination.nodes[1].libraries[1].paths = ["/home/me/libhdf5.so.200"]
    let found = examination.findings.filter { $0.verdict != .well }
    #expect(found.map(\.check) == ["MPI library", "HDF5 library"])
    #expect(found.map(\.verdict) == [.wrong, .hint])
    #expect(found.map(\.nodes) == [["n1"], ["n1"]])
    #expect(
      found[0].problem == """
        n0 loads another: Open MPI v4.1.4; /usr/lib/libmpi.so.40.30.4; have the same loaded on all nodes \
        by 'modules', or ask the site
        """)
    #expect(found[0].key == "modules")
  }
}
