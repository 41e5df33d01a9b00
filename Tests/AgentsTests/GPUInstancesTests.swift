import Testing

@testable import Agents

@Suite struct GPUInstancesTests {
  /// As nvidia-smi(1) writes it; see NVIDIA, "Multi-Instance GPU User Guide", "Listing".
  private static let listing = """
    GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5c89852c-d268-c3f3-1b07-005d5ae1dc3f)
      MIG 3g.20gb     Device  0: (UUID: MIG-c7384736-a75d-5afc-978f-d2f1294409fd)
      MIG 2g.10gb     Device  1: (UUID: MIG-a28ad590-3fda-56dd-84fc-0a0b96edc58d)
      MIG 1g.5gb (1)  Device  2: (UUID: MIG-24d1a2a0-1f3c-5a54-9b4b-9d8f7e2f3a11)
    GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-69e25e2c-1111-c3f3-1b07-005d5ae1dc3f)
      MIG 3g.20gb     Device  0: (UUID: MIG-2)
      MIG 3g.20gb     Device  1: (UUID: MIG-3)
    GPU 2: NVIDIA A100-SXM4-40GB (UUID: GPU-77777777-1111-c3f3-1b07-005d5ae1dc3f)
    """

  private let instances = GPUInstances(listing: listing)

  @Test func aListingIsRead() {
    #expect(instances.gpus.map(\.instances.count) == [3, 2, 0])
    #expect(instances.gpus[0].uuid == "GPU-5c89852c-d268-c3f3-1b07-005d5ae1dc3f")
    #expect(instances.gpus[0].instances[2] == "MIG-24d1a2a0-1f3c-5a54-9b4b-9d8f7e2f3a11")
    #expect(GPUInstances(listing: "No devices were found\n").gpus.isEmpty)
  }

  @Test func eachSlotIsAnInstanceOfAGPUThatWasGiven() throws {
    let first = instances.gpus[0].instances
    #expect(try instances.slots(of: ["0", "1"], for: 2) == [first[0], first[1], "MIG-2", "MIG-3"])
    #expect(try instances.slots(of: ["GPU-69e25e2c"], for: 1) == ["MIG-2"])
    // Slurm may give out instances itself.
    #expect(try instances.slots(of: ["MIG-3", first[1]], for: 1) == ["MIG-3", first[1]])
    #expect(try GPUInstances(listing: "").slots(of: ["MIG-8"], for: 4) == ["MIG-8"])
  }

  private func wording(_ devices: [String], _ trials: Int) -> String {
    var text = "granted"
    do throws(GPUInstances.Failure) { _ = try instances.slots(of: devices, for: trials) } catch {
      text = error.description
    }
    return text
  }

  @Test func whereThereAreTooFewTheNearestShareIsNamed() {
    #expect(
      wording(["0", "1"], 3) == """
        3 trials are to share GPU '1', which is cut into 2 instances; write a share of 1/2 for \
        'trial.gpus' in the study, or have the GPU cut into 3
        """)
    #expect(wording(["MIG-2"], 2).hasPrefix("2 trials are to share GPU 'GPU-69e25e2c-1111"))
    #expect(
      wording(["2"], 1) == """
        GPU '2' is not cut into instances; write 'sharing: plain' in the site file, or have it cut
        """)
    #expect(
      wording(["5"], 1) == """
        'nvidia-smi -L' does not list GPU '5', so that its instances are not known; write 'sharing: \
        plain' in the site file
        """)
  }
}
