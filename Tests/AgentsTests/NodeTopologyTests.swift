import StudyModel
import Testing

@testable import Agents

@Suite struct NodeTopologyTests {
  /// Files of `/sys/devices/system` as a machine has them.
  ///
  /// - Parameters:
  ///   - sockets: Sockets.
  ///   - cores: Cores a socket.
  ///   - threads: Hardware threads a core, numbered after all first ones, as Linux does on x86.
  ///   - domains: NUMA domains a socket.
  ///   - isOld: Whether the kernel is from before 5.3.
  /// - Returns: Texts by their paths.
  static func tree(
    sockets: Int, cores: Int, threads: Int, domains: Int = 1, isOld: Bool = false
  ) -> [String: String] {
    let all = sockets * cores
    var files = ["node/online": sockets * domains > 1 ? "0-\(sockets * domains - 1)\n" : "0\n"]
    for core in 0..<all {
      let siblings = (0..<threads).map { String(core + $0 * all) }.joined(separator: ",") + "\n"
      for thread in 0..<threads {
        let folder = "cpu/cpu\(core + thread * all)/topology/"
        files[folder + (isOld ? "thread_siblings_list" : "core_cpus_list")] = siblings
      }
    }
    let each = cores / domains
    for domain in 0..<(sockets * domains) {
      files["node/node\(domain)/cpulist"] =
        (0..<threads).map { thread in
          let first = domain * each + thread * all
          return "\(first)-\(first + each - 1)"
        }.joined(separator: ",") + "\n"
    }
    return files
  }

  static func topology(_ files: [String: String], usable: [Int]) -> NodeTopology {
    NodeTopology(usable: usable) { files[$0] }
  }

  @Test(arguments: [false, true]) func twoSocketsWithHardwareThreadsAreRead(isOld: Bool) {
    let files = Self.tree(sockets: 2, cores: 18, threads: 2, isOld: isOld)
    let topology = Self.topology(files, usable: Array(0..<72))
    #expect(topology.cores.count == 36)
    #expect(topology.cores[0] == .init(cpus: [0, 36], domain: 0))
    #expect(topology.cores[17] == .init(cpus: [17, 53], domain: 0))
    #expect(topology.cores[18] == .init(cpus: [18, 54], domain: 1))
  }

  @Test func fourDomainsASocketAreRead() {
    let files = Self.tree(sockets: 2, cores: 64, threads: 2, domains: 4)
    let topology = Self.topology(files, usable: Array(0..<256))
    #expect(topology.cores.map(\.domain) == (0..<128).map { $0 / 16 })
  }

  @Test func whatMayNotBeUsedIsNotThere() {
    let files = Self.tree(sockets: 2, cores: 4, threads: 2)
    // A job that was given core 1, and one thread of core 6.
    #expect(
      Self.topology(files, usable: [9, 14, 1]).cores
        == [.init(cpus: [1, 9], domain: 0), .init(cpus: [14], domain: 1)])
  }

  @Test func aKernelThatSaysNothingHasCoresOfOneCPUInOneDomain() {
    #expect(
      Self.topology([:], usable: [2, 0]).cores
        == [.init(cpus: [0], domain: 0), .init(cpus: [2], domain: 0)])
  }

  @Test func listsOfCPUsAreRead() {
    #expect(NodeTopology.numbers("0-3,8,10-11\n") == [0, 1, 2, 3, 8, 10, 11])
    #expect(NodeTopology.numbers("\n") == [])
    #expect(NodeTopology.numbers("3-1,x,-2,1-2-3,5") == [5])
  }

  @Test func thisMachineIsRead() {
    let topology = Machine.cpus(
      ofSlots: 1, for: .init(command: ["x"]), beside: [], isGranted: false)
    #expect(topology?.first?.isEmpty == false)
  }
}
