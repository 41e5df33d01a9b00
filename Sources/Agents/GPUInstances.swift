import Processes

/// The instances that NVIDIA's GPUs are cut into (MIG), as nvidia-smi(1) lists them.
public struct GPUInstances: Hashable, Sendable {
  /// A GPU that this process may use.
  struct GPU: Hashable, Sendable {
    /// `GPU-...`.
    var uuid: String
    /// `MIG-...` of each instance, in order; empty where it is not cut.
    var instances: [String] = []
  }

  /// The GPUs, by their index.
  var gpus: [GPU]

  /// Asks `nvidia-smi -L`; without it, or an answer, there are none.
  public init() {
    // What cannot be asked is not known; the devices that were given may be instances themselves.
    let result = try? runCommand(["timeout", "60", "nvidia-smi", "-L"])
    self.init(listing: String(decoding: result?.output ?? [], as: UTF8.self))
  }

  /// Reads what `nvidia-smi -L` prints: a line for each GPU, below it one for each instance.
  init(listing text: String) {
    gpus = []
    for line in text.split(separator: "\n") {
      let words = line.split { " ()".contains($0) }
      guard let mark = words.lastIndex(of: "UUID:"), mark + 1 < words.count else { continue }
      let uuid = String(words[mark + 1])
      if words[0] == "GPU" {
        gpus.append(GPU(uuid: uuid))
      } else if words[0] == "MIG", !gpus.isEmpty {
        gpus[gpus.count - 1].instances.append(uuid)
      }
    }
  }

  /// Why trials cannot have instances.
  public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// A GPU has fewer than trials that are to share it.
    case tooFew(gpu: String, instances: Int, wanted: Int)
    /// Nobody knows a GPU that was given.
    case unknown(String)

    /// What is the matter, and what to change.
    public var description: String {
      switch self {
      case .tooFew(let gpu, 0, _):
        "GPU '\(gpu)' is not cut into instances; write 'sharing: plain' in the site file, or have it cut"
      case .tooFew(let gpu, let instances, let wanted):
        """
        \(wanted) trials are to share GPU '\(gpu)', which is cut into \(instances) \
        instance\(instances == 1 ? "" : "s"); write a share of 1/\(instances) for 'trial.gpus' in the study, or \
        have the GPU cut into \(wanted)
        """
      case .unknown(let device):
        """
        'nvidia-smi -L' does not list GPU '\(device)', so that its instances are not known; write \
        'sharing: plain' in the site file
        """
      }
    }
  }

  /// The instances that slots are, in the order of the slots.
  ///
  /// - Parameters:
  ///   - devices: What the job was given: instances, or GPUs by index or UUID.
  ///   - trials: How many trials are to share a GPU, at least 1.
  /// - Returns: All instances that were given, or so many of each GPU that was given; each once.
  /// - Throws: ``Failure``.
  public func slots(of devices: [String], for trials: Int) throws(Failure) -> [String] {
    let isGiven = devices.allSatisfy { $0.hasPrefix("MIG-") }
    guard isGiven else {
      var slots: [String] = []
      for device in devices {
        let index = Int(device) ?? gpus.firstIndex { $0.uuid.hasPrefix(device) } ?? -1
        guard gpus.indices.contains(index) else { throw .unknown(device) }
        let instances = gpus[index].instances
        guard instances.count >= trials else {
          throw .tooFew(gpu: device, instances: instances.count, wanted: trials)
        }
        slots += instances.prefix(trials)
      }
      return slots
    }
    for gpu in gpus {
      let own = gpu.instances.filter { devices.contains($0) }
      guard own.isEmpty || own.count >= trials else {
        throw .tooFew(gpu: gpu.uuid, instances: own.count, wanted: trials)
      }
    }
    return devices
  }
}
