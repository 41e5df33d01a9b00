internal import CProcesses

/// NVIDIA's management library, which tells what GPUs do without taking hold of them.
///
/// A call of it may hang with a GPU that has failed: ask in a process of its own, and in one thread.
///
/// Source: NVML API Reference Guide.
public struct ManagementLibrary: Sendable {
  /// What the library is called.
  public static let name = "libnvidia-ml.so.1"

  /// A GPU, or an instance of one.
  public struct Device: Hashable, Sendable {
    fileprivate let address: UInt
  }

  /// What a GPU does at a moment; `nil` for what it does not tell.
  public struct Reading: Hashable, Sendable {
    /// The share of the library's last sample period, of at most a second, in which a kernel ran,
    /// from 0 to 1.
    public let busy: Double?
    /// Memory that is taken, in MiB.
    public let memoryMiB: Int?
    /// Power, in watts.
    public let watts: Double?
  }

  /// A process that computes on a GPU.
  public struct Process: Hashable, Sendable {
    /// Its process id.
    public let process: Int
    /// Memory of the GPU that it has, in MiB, rounded up.
    public let memoryMiB: Int

    /// A process with so much memory.
    public init(process: Int, memoryMiB: Int) {
      (self.process, self.memoryMiB) = (process, memoryMiB)
    }
  }

  /// Loads the library and begins with it.
  ///
  /// - Throws: `GPUDriver.Failure`.
  public init() throws(GPUDriver.Failure) {
    switch unsafe cprocesses_nvml_open(Self.name) {
    case 0: break
    case -1: throw .noLibrary(Self.name)
    case let code: throw .call(Self.name, code: Int(-code - 1))
    }
  }

  /// Finds a GPU.
  ///
  /// - Parameter name: Its number in the order of PCI addresses, or a UUID that begins with `GPU-` or
  ///   `MIG-`.
  /// - Returns: `nil` where there is none of that name.
  public func device(named name: String) -> Device? {
    let address = unsafe cprocesses_nvml_device(name)
    return address == 0 ? nil : Device(address: address)
  }

  /// What a GPU does now.
  public func read(_ device: Device) -> Reading {
    let reading = cprocesses_nvml_read(device.address)
    return Reading(
      busy: reading.busy < 0 ? nil : reading.busy,
      memoryMiB: reading.memory_mib < 0 ? nil : Int(reading.memory_mib),
      watts: reading.watts < 0 ? nil : reading.watts)
  }

  /// The processes that compute on a GPU; of the first 64, and none where the driver does not tell.
  public func processes(on device: Device) -> [Process] {
    var found = [cprocesses_gpu_process](repeating: cprocesses_gpu_process(), count: 64)
    let count = unsafe cprocesses_nvml_processes(device.address, &found, Int32(found.count))
    return found.prefix(Int(count)).map {
      Process(process: Int($0.process), memoryMiB: Int($0.memory_mib))
    }
  }
}
