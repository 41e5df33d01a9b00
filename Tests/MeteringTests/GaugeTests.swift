import Coordination
import Glibc
import Metering
import Processes
import Testing

@testable import Metering

struct GaugeTests {
  @Test func coresAreAsBusyAsTheShareOfThemThatRuns() throws {
    var gauge = CoresGauge()
    #expect(gauge.read() == nil)
    // One core is kept busy for half a second.
    let begin = monotonicSeconds()
    var rounds = 0
    while monotonicSeconds() - begin < 0.5 { rounds += 1 }
    #expect(rounds > 0)
    let read = gauge.read()
    let reading = try #require(read)
    #expect(reading.busy > 0.5 / Double(usableCores()) && reading.busy <= 1)
    #expect((reading.memoryMiB ?? 0) > 0)
    #expect(reading.watts == nil)
  }

  @Test func coresOfOthersAreNotCounted() throws {
    let folder = try makeTemporaryFolder("/tmp/rung-gauge-")
    defer { removeAll(folder) }
    try makeFolder(folder + "/self")
    try write(folder + "/self/status", "Name:\tx\nCpus_allowed_list:\t1,3-4\n")
    try write(folder + "/meminfo", "MemTotal:  4096 kB\nMemFree: 1 kB\nMemAvailable:  1024 kB\n")
    func stat(_ busy: [Int]) -> String {
      "cpu 9 9 9 9 9 9 9 9 0 0\n"
        + busy.enumerated().map { "cpu\($0.offset) \($0.element) 0 0 100 50 0 0 0 7 0\n" }.joined()
    }
    try write(folder + "/stat", stat([0, 0, 0, 0, 0]))
    var gauge = CoresGauge(processes: folder)
    #expect(gauge.read() == nil)
    try write(folder + "/stat", stat([999, 30, 999, 0, 10]))
    // 40 ticks on cores 1 and 4, none of them idle.
    #expect(gauge.read() == GaugeReading(busy: 1, memoryMiB: 3, watts: nil))
    // Nothing has passed.
    #expect(gauge.read() == nil)
  }

  /// A node as the kernel's documentation describes one: two processors and three GPUs, one of which
  /// this job was not given.
  @Test func gpusOfAMDAreReadFromTheKernelsFiles() throws {
    let system = try makeTemporaryFolder("/tmp/rung-gauge-")
    defer { removeAll(system) }
    let nodes = system + "/class/kfd/kfd/topology/nodes"
    for (node, simds, minor, id) in [
      (0, 0, 0, 0), (1, 0, 0, 0), (2, 240, 128, 0), (10, 240, 130, 0x1122_3344_5566_7788),
      (9, 240, 129, 0xab),
    ] {
      try makeFolders(nodes + "/\(node)")
      try write(
        nodes + "/\(node)/properties",
        node == 2
          ? ""
          : "simd_count \(simds)\ndrm_render_minor \(minor)\nunique_id \(id)\n")
    }
    for (minor, percent) in [(129, 40), (130, 99)] {
      let folder = "\(system)/class/drm/renderD\(minor)/device"
      try makeFolders(folder + "/hwmon/hwmon3")
      try write(folder + "/gpu_busy_percent", "\(percent)\n")
      try write(folder + "/mem_info_vram_used", "\(minor << 20)\n")
    }
    try write(system + "/class/drm/renderD129/device/hwmon/hwmon3/power1_average", "250000000\n")
    try write(system + "/class/drm/renderD130/device/hwmon/hwmon3/power1_input", "90500000\n")

    let first = try #require(AMDGauge("0", system: system))
    #expect(first.read() == GaugeReading(busy: 0.4, memoryMiB: 129, watts: 250))
    let second = try #require(AMDGauge("GPU-1122334455667788", system: system))
    #expect(second.read() == GaugeReading(busy: 0.99, memoryMiB: 130, watts: 90.5))
    #expect(AMDGauge("GPU-00000000000000ab", system: system)?.folder == first.folder)
    #expect(AMDGauge("2", system: system) == nil)
    #expect(AMDGauge("GPU-0", system: system) == nil)
  }

  @Test func aLibraryThatIsNotThereIsSaid() {
    // Where there is a driver, a GPU is found by its number, and tells what it does.
    do throws(GPUDriver.Failure) {
      let library = try ManagementLibrary()
      if let device = library.device(named: "0") {
        #expect((0...1).contains(library.read(device).busy ?? 0))
      }
      #expect(library.device(named: "GPU-none") == nil)
    } catch {
      #expect(
        error == .noLibrary("libnvidia-ml.so.1")
          || error.description.hasPrefix("'libnvidia-ml.so.1' answered"))
    }
  }

  private func write(_ path: String, _ text: String) throws {
    try writeFile(path, Array(text.utf8))
  }

  private func makeFolders(_ path: String) throws {
    var folder = ""
    for name in path.split(separator: "/") {
      folder += "/" + name
      if (try? FileStatus(of: folder)) == nil { try makeFolder(folder) }
    }
  }
}
