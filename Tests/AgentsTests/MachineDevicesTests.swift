import Testing

@testable import Agents

@Suite struct MachineDevicesTests {
  /// Nodes of the topology as the kernel has them on a machine with two GPUs, cut to what is read.
  private let nodes = [
    "cpu_cores_count 64\nsimd_count 0\nlocation_id 0\ndomain 0\nunique_id 0\n",
    "cpu_cores_count 0\nsimd_count 416\nlocation_id 49408\ndomain 0\nunique_id 11743432\n",
    "cpu_cores_count 0\nsimd_count 416\nlocation_id 54537\ndomain 1\nunique_id 18364758544493064720\n",
  ]

  @Test func indicesAndNamesOfAMDsDevicesHaveAddresses() {
    #expect(
      Machine.addresses(of: ["1", "0", "2"], amongNodes: nodes)
        == ["0001:d5:01.1", "0000:c1:00.0", nil])
    #expect(
      Machine.addresses(
        of: ["GPU-fedcba9876543210", "GPU-0000000000b330c8", "GPU-1"], amongNodes: nodes)
        == ["0001:d5:01.1", "0000:c1:00.0", nil])
  }
}
