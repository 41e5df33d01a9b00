import FoundationEssentials
import Processes
import ProgramSupport
import Testing

/// How trials of `rung run` are given GPUs, with stand-ins for NVIDIA's driver and nvidia-smi(1).
@Suite struct SharingRunTests {
  private let folder: TemporaryFolder
  private let program: String

  init() throws {
    folder = try TemporaryFolder()
    program = try rungProgram()
    try makeFolder(folder.file("bin"))
  }

  /// A driver of four GPUs, which has the devices that the variable says, counted by address or, unless
  /// told, the other way round.
  private func makeDriver() throws {
    let source = try folder.write(
      "cuda.c",
      """
      #include <stdlib.h>
      #include <stdio.h>
      #include <string.h>
      static int place(int index) {
        const char *order = getenv("CUDA_DEVICE_ORDER");
        return order && !strcmp(order, "PCI_BUS_ID") ? index : 3 - index;
      }
      int cuInit(unsigned flags) { return flags; }
      int cuDeviceGetCount(int *count) {
        const char *list = getenv("CUDA_VISIBLE_DEVICES");
        if (!list) return 1;
        for (*count = 1; *list; list++) *count += *list == ',';
        return 0;
      }
      int cuDeviceGet(int *device, int index) {
        const char *list = getenv("CUDA_VISIBLE_DEVICES");
        while (index > 0) index -= *list++ == ',';
        *device = place(atoi(list));
        return 0;
      }
      int cuDeviceGetUuid(char *uuid, int device) {
        memset(uuid, 0xab, 16);
        uuid[15] = (char)device;
        return 0;
      }
      int cuDeviceGetPCIBusId(char *text, int length, int device) {
        snprintf(text, (size_t)length, "0000:%02X:00.0", 0xA0 + device);
        return 0;
      }
      int cuDeviceTotalMem_v2(size_t *bytes, int device) {
        *bytes = (size_t)(40 + device) << 30;
        return 0;
      }

      """)
    let made = try runCommand([
      "cc", "-shared", "-fPIC", "-o", folder.file("libcuda.so.1"), source,
    ])
    try #require(made.status == 0, "\(text(made.errors))")
  }

  private func study(_ gpus: String) throws {
    _ = try folder.write(
      "study.yaml",
      """
      metric: {name: value, goal: minimize}
      fidelity: {name: epoch, min: 1, max: 1}
      parameters: {x: {min: 0.0, max: 1.0}}
      algorithm: random
      trial:
        command: [sh, -c, "echo $CUDA_VISIBLE_DEVICES $CUDA_DEVICE_ORDER >seen.$RUNG_TRIAL; sleep 0.4; echo '[rung] {{\\"epoch\\": 1, \\"value\\": 1}'"]
        arguments: none
        gpus: \(gpus)
      stop: {trials: 4}

      """)
  }

  private func run(
    _ options: String..., variables: [String]
  ) throws -> (status: Int, errors: String) {
    let path = "PATH=\(folder.file("bin")):/usr/local/bin:/usr/bin:/bin"
    let result = try runCommand(
      ["env", "-u", "CUDA_DEVICE_ORDER", path] + variables
        + [program, "run", "study.yaml", "--fresh", "--quiet"] + options, in: folder.path)
    return (result.status, text(result.errors))
  }

  /// What the trials have seen, ascending.
  private func seen() throws -> [String] {
    try (0..<4).map { try folder.read("seen.\($0)").filter { $0 != "\n" } }.sorted()
  }

  private static let name = "GPU-abababab-abab-abab-abab-ababababab0"

  @Test func aDriverNamesTheDevices() throws {
    try makeDriver()
    try study("1")
    let variables = ["CUDA_VISIBLE_DEVICES=2,0", "LD_LIBRARY_PATH=\(folder.path)"]
    let facts = try runCommand(
      ["env", "CUDA_DEVICE_ORDER=PCI_BUS_ID"] + variables + [program, "cuda-devices"])
    let devices = try JSONDecoder().decode([GPUFacts].self, from: Data(facts.output))
    #expect(
      devices == [
        GPUFacts(name: Self.name + "2", address: "0000:a2:00.0", memoryMiB: 42 << 10),
        GPUFacts(name: Self.name + "0", address: "0000:a0:00.0", memoryMiB: 40 << 10),
      ])
    let result = try run("--slots", "2", variables: variables)
    #expect(result.status == 0, "\(result.errors)")
    #expect(Set(try seen()) == [Self.name + "0", Self.name + "2"])
    let chosen = try run(
      "--slots", "2", variables: variables + ["CUDA_DEVICE_ORDER=FASTEST_FIRST"])
    #expect(chosen.status == 0, "\(chosen.errors)")
    #expect(
      Set(try seen()) == [Self.name + "1 FASTEST_FIRST", Self.name + "3 FASTEST_FIRST"])
  }

  @Test func withoutADriverTheIndicesStayAndAreCountedByAddress() throws {
    try study("1")
    let result = try run("--slots", "2", variables: ["CUDA_VISIBLE_DEVICES=3,1"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(Set(try seen()) == ["1 PCI_BUS_ID", "3 PCI_BUS_ID"])
  }

  private func listInstances(_ counts: Int...) throws {
    var lines: [String] = []
    for (gpu, count) in counts.enumerated() {
      lines.append("GPU \(gpu): NVIDIA A100-SXM4-40GB (UUID: GPU-\(gpu)\(gpu))")
      for place in 0..<count {
        lines.append("  MIG 1g.5gb     Device  \(place): (UUID: MIG-\(gpu)-\(place))")
      }
    }
    let path = try folder.write(
      "bin/nvidia-smi",
      "#!/bin/sh\n[ \"$1\" = -L ] && cat <<END\n\(lines.joined(separator: "\n"))\nEND\n")
    try setMode(path, 0o755)
  }

  @Test func eachTrialHasExactlyOneInstance() throws {
    try listInstances(2, 3)
    try study("0.5")
    let result = try run(
      "--gpu-sharing", "mig", "--slots", "4", variables: ["CUDA_VISIBLE_DEVICES=0,1"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(try seen() == ["MIG-0-0", "MIG-0-1", "MIG-1-0", "MIG-1-1"])
  }

  @Test func tooFewInstancesAreAnErrorThatLeavesNoStudy() throws {
    try listInstances(2)
    try study("0.25")
    let result = try run("--gpu-sharing", "mig", variables: ["CUDA_VISIBLE_DEVICES=0"])
    #expect(result.status == 64)
    #expect(
      result.errors == """
        rung: 4 trials are to share GPU '0', which is cut into 2 instances; write a share of 1/2 for \
        'trial.gpus' in the study, or have the GPU cut into 4

        """)
    #expect(!exists(folder.file("study.rung")))
  }

  @Test func whatTheServiceNeedsIsSaidBeforeThereIsAStudy() throws {
    try study("0.5")
    let variables = ["CUDA_VISIBLE_DEVICES=0"]
    let driverless = try run("--gpu-sharing", "mps", variables: variables)
    #expect(driverless.status == 64)
    #expect(
      driverless.errors == """
        rung: trials are to share GPUs by NVIDIA's MPS, but NVIDIA's driver does not say which there \
        are; leave '--gpu-sharing' out, or write 'sharing: plain' in the site file

        """)
    try makeDriver()
    let programless = try run(
      "--gpu-sharing", "mps", variables: variables + ["LD_LIBRARY_PATH=\(folder.path)"])
    #expect(programless.status == 64)
    #expect(programless.errors.contains("no 'nvidia-cuda-mps-control' is on the PATH of this node"))
    #expect(!exists(folder.file("study.rung")))
  }
}
