public import Processes
public import StudyModel

/// What the machine at hand offers to trials.
public struct Machine: Hashable, Sendable {
  /// Cores that this process may use.
  public var cores: Int
  /// Memory in MiB: what there is, or less where a control group of this process allows less.
  public var memoryMiB: Int
  /// The GPUs' names, as the vendor's variable takes them.
  public var devices: [String]
  /// Who made the GPUs; `nil` where there are none.
  public var vendor: Site.Vendor?
  /// What CUDA says of each device; empty where it was not asked, or does not answer.
  public var facts: [GPUFacts] = []
  /// The PCI address of each device, as the kernel writes it; empty where nothing is known.
  var addresses: [String?] = []

  /// Looks at this machine.
  ///
  /// A list of devices that this process was given (by Slurm, or by the user) is what counts;
  /// without one, the devices that the kernel shows.
  ///
  /// - Parameter vendor: The vendor to look for; `nil` for any.
  public init(detecting vendor: Site.Vendor? = nil) {
    cores = usableCores()
    memoryMiB = Self.memory()
    devices = []
    for candidate in Site.Vendor.allCases where vendor == nil || vendor == candidate {
      let given = currentEnvironment().first { $0.hasPrefix(candidate.deviceVariable + "=") }
      devices =
        given.map { Self.devices(listed: $0.dropFirst(candidate.deviceVariable.count + 1)) }
        ?? Self.devicesShown(of: candidate)
      self.vendor = devices.isEmpty ? nil : candidate
      if !devices.isEmpty { return }
    }
  }

  /// The slots for trials here, and the GPUs that they are, or are shares of.
  ///
  /// Where this machine shows no GPU, or its cores and memory are too few, a slot is what a process
  /// can get: at least one trial runs.
  ///
  /// - Parameter trial: What a trial needs.
  /// - Returns: Slots for at least one trial, if it does not need more GPUs than there are; devices
  ///   are empty where the slots are of cores.
  public func slots(for trial: TrialSettings) -> (count: Int, devices: [String]) {
    let width = trial.equalSlots ?? 1
    let (cores, memory) = (max(cores, trial.cpus), max(memoryMiB, trial.memoryMiB ?? 0))
    guard trial.gpus > 0, !devices.isEmpty else {
      var processes = cores / trial.cpus
      if let each = trial.memoryMiB, each > 0 { processes = min(processes, memory / each) }
      return (max(width, processes - processes % width), [])
    }
    let room = NodeRoom(cores: cores, memoryMiB: memory, gpus: devices.count)
    // Cores and memory that are too few for it hold no trial up: the user sees what comes of it.
    let count = (try? room.slots(for: trial)) ?? min(width, devices.count * trial.trialsPerGPU)
    let used = (count + trial.trialsPerGPU - 1) / trial.trialsPerGPU
    return (count, Array(devices.prefix(used)))
  }

  private static func memory() -> Int { min(installedMemory(), memoryLimitMiB() ?? .max) }

  /// The memory of this machine in MiB, whatever this process may have of it.
  public static func installedMemory() -> Int {
    // Linux always has this file; without it memory is not what bounds the slots.
    guard let text = try? readFile("/proc/meminfo") else { return .max }
    let fields = text.prefix { $0 != UInt8(ascii: "\n") }.split(separator: UInt8(ascii: " "))
    return fields.count > 1 ? (Int(String(decoding: fields[1], as: UTF8.self)) ?? 0) / 1024 : .max
  }

  /// The devices of a list such as `0,1`; none of an empty one, which hides them all.
  ///
  /// Source: CUDA C Programming Guide, `CUDA_VISIBLE_DEVICES`: what follows an invalid entry, such
  /// as -1, is hidden. Slurm writes `NoDevFiles` where a job was given no device.
  static func devices(listed list: Substring) -> [String] {
    list.split(separator: ",").map { $0.filter { $0 != " " } }
      .prefix { !$0.isEmpty && !$0.hasPrefix("-") && $0 != "NoDevFiles" }
  }

  private static func devicesShown(of vendor: Site.Vendor) -> [String] {
    let count =
      switch vendor {
      case .nvidia:
        namesInFolder("/dev").count { $0.hasPrefix("nvidia") && Int($0.dropFirst(6)) != nil }
      case .amd:
        // A node of the topology with SIMD units is a GPU; the others are processors.
        namesInFolder("/sys/class/kfd/kfd/topology/nodes").count { node in
          let path = "/sys/class/kfd/kfd/topology/nodes/\(node)/properties"
          guard let text = try? readFile(path) else { return false }
          return String(decoding: text, as: UTF8.self).split(separator: "\n").contains {
            $0.hasPrefix("simd_count ") && !$0.hasSuffix(" 0")
          }
        }
      }
    return (0..<count).map(String.init)
  }
}

extension Site.Vendor {
  /// The one variable that binds a process to its devices: the lowest layer of each vendor's, so
  /// that nothing filters twice.
  ///
  /// Source: CUDA C Programming Guide, "CUDA Environment Variables"; ROCm documentation, "GPU
  /// isolation techniques".
  public var deviceVariable: String {
    switch self {
    case .nvidia: "CUDA_VISIBLE_DEVICES"
    case .amd: "ROCR_VISIBLE_DEVICES"
    }
  }
}
