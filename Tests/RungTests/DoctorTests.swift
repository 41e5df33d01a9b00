import FoundationEssentials
import Glibc
import Processes
import ProgramSupport
import Testing

/// `rung doctor` on this machine; `IntegrationTests` has it look at nodes.
@Suite struct DoctorTests {
  private let folder: TemporaryFolder
  private let program: String

  init() throws {
    folder = try TemporaryFolder()
    program = try rungProgram()
    for name in ["bin", "studies"] { try makeFolder(folder.file(name)) }
    // What the program calls but Slurm's commands.
    for name in ["env", "getent"] {
      try makeLink(
        folder.file("bin/\(name)"), to: try #require(executablePath(name), "no \(name)"))
    }
    _ = try folder.write(
      "here.yaml",
      """
      summary: A cluster
      source: [its administrator]
      partitions:
        all: {nodes: 4, cores: 100000, memory: 10000GiB, time: 24h}
      workers: all

      """)
  }

  /// Without Slurm, or with whatever of it is on the search path.
  private func doctor(
    _ arguments: String..., without: Bool = true, variables: [String] = []
  ) throws -> (status: Int, output: String, errors: String) {
    let path = without ? ["PATH=\(folder.file("bin"))"] : []
    let result = try runCommand(
      [
        "/usr/bin/env", "-u", "RUNG_SITE", "-u", "RUNG_SITES", "-u", "SLURM_JOB_ID",
        "XDG_CONFIG_HOME=/nonexistent",
      ] + path + variables + [program, "doctor", "--directory", folder.file("studies")] + arguments)
    return (
      result.status, text(result.output), text(result.errors).replacing(folder.path, with: "FOLDER")
    )
  }

  private struct Result: Decodable {
    struct Finding: Decodable {
      var check: String
      var nodes: [String]
      var verdict: String
      var result: String
      var problem: String?
      var key: String?
      var place: String?
    }
    var site: String?
    var job: Int?
    var findings: [Finding]

    subscript(check: String) -> Finding? { findings.first { $0.check == check } }
  }

  private func read(_ text: String) throws -> Result {
    try JSONDecoder().decode(Result.self, from: Data(text.utf8))
  }

  @Test func thisHostIsLookedAtAndNothingIsLeft() throws {
    let result = try doctor("--here", "--json")
    let found = try read(result.output)
    #expect(result.status == 0, "\(result)")
    #expect(result.errors == "rung: looks at this host\n")
    #expect(found.site == nil && found.job == nil)
    #expect(found["HDF5"]?.verdict == "well", "\(found.findings)")
    #expect(found["HDF5"]?.nodes == [hostName()])
    #expect(found["local storage"]?.verdict == "well")
    #expect(found["Slurm"]?.result == "no 'sbatch' on this machine's PATH")
    for check in ["Slurm", "job", "MPI", "clocks", "shared files", "names", "steps"] {
      #expect(found[check]?.verdict == "not checked", "\(check)")
    }
    #expect(try readFolder(folder.file("studies")).isEmpty)
    let table = try doctor("--here").output
    #expect(table.hasPrefix("check "))
    #expect(table.hasSuffix(" well, 0 wrong, 7 not checked\n"), "\(table)")
  }

  /// What a program that is carried to another machine must find there.
  @Test func theLibrariesThatItNeedsAreSaidWithVersionAndPlace() throws {
    let found = try read(try doctor("--here", "--json").output)
    for (check, words) in [("MPI library", "MPI"), ("HDF5 library", "1."), ("zlib library", "1.")] {
      let result = try #require(found[check]?.result, "\(found.findings)")
      let parts = result.split(separator: "; ")
      #expect(parts.count == 2 && parts[0].contains(words), "\(result)")
      let file = try #require(parts.last?.split(separator: ",").first)
      #expect(file.hasPrefix("/") && exists(String(file)), "\(result)")
    }
    #expect(found["LAPACK library"]?.result.hasPrefix("LAPACK 3.") == true, "\(found.findings)")
    #expect(found["C library"]?.result.hasPrefix("glibc 2.") == true, "\(found.findings)")
  }

  @Test func withoutSlurmThisHostIsLookedAtUnlessNodesAreAskedFor() throws {
    let result = try doctor()
    #expect(result.status == 0)
    #expect(
      result.errors == """
        rung: no 'sbatch' on this machine's PATH: looks at this host alone
        rung: looks at this host

        """)
    let asked = try doctor("--nodes", "2", "--site", folder.file("here.yaml"))
    #expect(asked.status == 69 && asked.output.isEmpty)
    #expect(
      asked.errors == """
        rung: no 'sbatch' on this machine's PATH, so no job can look at nodes; go to a login node of \
        the site, or look at this host by 'rung doctor --here'

        """)
  }

  @Test func aSiteFileThatPromisesMoreThanThisHostHasIsFoundWithItsLine() throws {
    let site = folder.file("here.yaml")
    let result = try doctor("--here", "--site", site, "--json")
    #expect(result.status == 1)
    let found = try read(result.output)
    #expect(found.site == "here")
    #expect(found["cores"]?.verdict == "wrong" && found["cores"]?.place == "\(site):4")
    #expect(found["cores"]?.key == "partitions.all.cores")
    #expect(found["cores"]?.problem?.hasPrefix("the site file says 100000 cores, but ") == true)
    #expect(found["memory"]?.verdict == "wrong" && found["memory"]?.place == "\(site):4")
    #expect(result.errors.hasSuffix("checks found something wrong\n"))
    let table = try doctor("--here", "--site", site)
    #expect(table.status == 1 && table.output.contains("\n  \(site):4: the site file says "))
  }

  /// A stand-in for NVIDIA's library, which shows what the variable says, or all that there is.
  private func makeDriver(heedsVariable: Bool) throws {
    let source = try folder.write(
      "driver.c",
      """
      #include <stdlib.h>
      #include <string.h>
      int cuInit(unsigned flags) { return flags; }
      int cuDeviceGetCount(int *count) {
        const char *list = getenv("CUDA_VISIBLE_DEVICES");
        *count = 1;
        for (; list && *list; list++) *count += *list == ',';
        if (!\(heedsVariable ? 1 : 0)) *count = 4;
        return 0;
      }
      int cuDeviceGet(int *device, int index) { *device = index; return 0; }
      int cuDeviceGetUuid(unsigned char *uuid, int device) {
        memset(uuid, 0, 16);
        uuid[15] = device + atoi(getenv("CUDA_VISIBLE_DEVICES"));
        return 0;
      }

      """)
    let made = try runCommand([
      "cc", "-shared", "-fPIC", "-o", folder.file("libcuda.so.1"), source,
    ])
    try #require(made.status == 0, "\(text(made.errors))")
  }

  @Test func whatTheDriverShowsIsToldFromWhatTheVariableSays() throws {
    try makeDriver(heedsVariable: true)
    let variables = ["CUDA_VISIBLE_DEVICES=2,5", "LD_LIBRARY_PATH=\(folder.path)"]
    let sound = try read(try doctor("--here", "--json", variables: variables).output)
    #expect(sound["GPUs"]?.result == "2 GPUs")
    #expect(
      sound["GPUs of slots"]?.result
        == "2 slots with one GPU each: 2, 5, by CUDA_VISIBLE_DEVICES")
    #expect(sound["driver, slots"]?.verdict == "well", "\(sound.findings)")
    try makeDriver(heedsVariable: false)
    let other = try doctor("--here", "--json", variables: variables)
    #expect(other.status == 1)
    let driver = try #require(try read(other.output)["driver, slots"])
    #expect(driver.verdict == "wrong" && driver.result == "slot 0 sees 4 GPUs")
  }

  @Test func aFolderThatCannotBeWrittenToIsAnError() throws {
    let result = try runCommand([
      program, "doctor", "--here", "--directory", folder.file("nowhere"),
    ])
    #expect(result.status == 74 && text(result.errors).contains("realpath"))
  }

  @Test func theJobScriptIsShownWithoutSlurm() throws {
    let result = try doctor("--dry-run", "--site", folder.file("here.yaml"), "--nodes", "3")
    #expect(result.status == 0, "\(result)")
    for line in ["#!/bin/bash", "#SBATCH --nodes=3", "#SBATCH --partition=all", "status=0"] {
      #expect(result.output.contains(line + "\n"), "\(line)")
    }
    #expect(result.output.contains(" examine '"))
    #expect(try readFolder(folder.file("studies")).isEmpty)
  }

  @Test func slurmThatDoesNotAnswerIsOutOfReach() throws {
    for name in ["sbatch", "srun", "scontrol"] {
      let path = try folder.write(
        "bin/\(name)", "#!/bin/sh\necho 'Unable to contact slurm controller' >&2\nexit 1\n")
      _ = try runCommand(["chmod", "+x", path])
    }
    let result = try doctor("--site", folder.file("here.yaml"))
    #expect(result.status == 69 && result.output.isEmpty)
    #expect(
      result.errors.hasSuffix(
        """
        rung: 'scontrol show config' failed: Unable to contact slurm controller; try again on a login \
        node of the site

        """), "\(result.errors)")
    let here = try doctor("--here")
    #expect(here.status == 0 && here.output.contains("Unable to contact slurm controller"))
  }

  @Test func whatExcludesEachOtherIsRefused() throws {
    #expect(try doctor("--here", "--nodes", "2").status == 64)
    #expect(try doctor("--here", "--dry-run").status == 64)
    #expect(try doctor("--nodes", "0").errors.contains("'--nodes' is at least 1, not 0"))
    let time = try doctor("--here", "--time", "soon")
    #expect(time.status == 64)
    #expect(time.errors == "rung: '--time soon' is no duration; write 90s, 5m or 1h\n")
    let partition = try doctor(
      "--here", "--site", folder.file("here.yaml"), "--partition", "gpux")
    #expect(partition.status == 64)
    #expect(partition.errors == "rung: no partition 'gpux' in the site file; write 'all'\n")
  }
}
