import FoundationEssentials
import Processes
public import StudyModel

// What the drivers know of the devices that this process was given.
extension Machine {
  /// Asks the driver for names of the devices that no numbering changes, and for where they are.
  ///
  /// Where it does not answer the devices stay as they are.
  ///
  /// - Parameter program: Rung's own program, which loads NVIDIA's driver in a process of its own.
  public mutating func askDriver(_ program: String) {
    switch vendor {
    case .nvidia:
      let facts = Self.cudaFacts(of: devices, by: program)
      guard facts.count == devices.count else { return }
      self.facts = facts
      addresses = facts.map(\.address)
      devices = facts.map(\.name)
    case .amd:
      let folder = "/sys/class/kfd/kfd/topology/nodes"
      let nodes = namesInFolder(folder).compactMap { Int($0) }.sorted()
      let texts = nodes.compactMap { Self.text("\(folder)/\($0)/properties") }
      addresses = Self.addresses(of: devices, amongNodes: texts)
    case nil: break
    }
  }

  /// The NUMA domain beside each device; `nil` where nothing is known.
  ///
  /// Source: the kernel's ABI/testing/sysfs-bus-pci, `numa_node`, which is -1 where there is none.
  public var domains: [Int?] {
    devices.indices.map { place in
      let known = addresses.indices.contains(place) ? addresses[place] : nil
      return known.flatMap { Self.text("/sys/bus/pci/devices/\($0)/numa_node") }
        .flatMap { Int($0.filter { !$0.isWhitespace }) }.flatMap { $0 < 0 ? nil : $0 }
    }
  }

  /// What CUDA says in a process of its own that is given the devices, in their order; empty where it
  /// does not answer.
  private static func cudaFacts(of devices: [String], by program: String) -> [GPUFacts] {
    // A driver that hangs must not hold the agent up.
    var words = ["timeout", "60", "env", "CUDA_VISIBLE_DEVICES=" + devices.joined(separator: ",")]
    // Slurm and nvidia-smi(1) count by PCI address; CUDA itself the fastest first.
    if environmentVariable("CUDA_DEVICE_ORDER") == nil {
      words.append("CUDA_DEVICE_ORDER=PCI_BUS_ID")
    }
    // Without these programs, or an answer, the devices keep the names that they have.
    guard let result = try? runCommand(words + [program, "cuda-devices"]), result.status == 0,
      let facts = try? JSONDecoder().decode([GPUFacts].self, from: Data(result.output))
    else { return [] }
    return facts
  }

  /// The PCI addresses of AMD's devices.
  ///
  /// Source: the kernel's amdkfd driver, kfd_topology.c, `location_id` and `domain`; ROCm documentation,
  /// "GPU isolation techniques": an index counts the nodes that are GPUs, and `GPU-` is followed by the
  /// node's `unique_id` in hexadecimal digits.
  ///
  /// - Parameters:
  ///   - devices: Indices or such names.
  ///   - nodes: The properties of each node of the topology that can be read, in its order.
  /// - Returns: For each device as `0000:c1:00.0`; `nil` where it is no node.
  static func addresses(of devices: [String], amongNodes nodes: [String]) -> [String?] {
    let gpus = nodes.map { text -> [Substring: UInt64] in
      var values: [Substring: UInt64] = [:]
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ")
        if words.count == 2 { values[words[0]] = UInt64(words[1]) }
      }
      return values
    }.filter { ($0["simd_count"] ?? 0) > 0 }
    return devices.map { device in
      let index =
        Int(device)
        ?? gpus.firstIndex { gpu in
          gpu["unique_id"].map { "gpu-" + digits($0, 16) == device.lowercased() } ?? false
        }
      guard let index, gpus.indices.contains(index), let place = gpus[index]["location_id"]
      else { return nil }
      let parts = [(gpus[index]["domain"] ?? 0, 4), (place >> 8 & 0xFF, 2), (place >> 3 & 0x1F, 2)]
      return parts.map { digits($0, $1) }.joined(separator: ":") + ".\(place & 7)"
    }
  }

  private static func digits(_ number: UInt64, _ count: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: max(0, count - digits.count)) + digits
  }

  static func text(_ path: String) -> String? {
    // What the kernel does not show is not known.
    (try? readFile(path)).map { String(decoding: $0, as: UTF8.self) }
  }
}

// What slots get of the processor.
extension Machine {
  /// The CPUs of each slot on this machine.
  ///
  /// - Parameters:
  ///   - count: The slots; at least 0.
  ///   - trial: What a trial needs.
  ///   - domains: The NUMA domain beside each device of which slots are shares; empty for slots of cores.
  ///   - isGranted: Whether the cores are this study's alone.
  /// - Returns: `nil` where trials are bound to none: there are too few, or the study does not want it.
  public static func cpus(
    ofSlots count: Int, for trial: TrialSettings, beside domains: [Int?], isGranted: Bool
  ) -> [[Int]]? {
    let topology = NodeTopology(usable: usableCPUs()) { text("/sys/devices/system/\($0)") }
    let beside = (0..<count).map { slot -> Int? in
      let device = slot / trial.trialsPerGPU
      return domains.indices.contains(device) ? domains[device] : nil
    }
    return SlotCPUs(for: trial, on: topology, isGranted: isGranted)?.cpus(beside: beside)
  }
}
