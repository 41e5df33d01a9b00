internal import CProcesses

/// A vendor's library that knows the GPUs which this process can use.
///
/// Unlike a list in a variable it says what a program really finds. It is loaded when it is asked, and
/// keeps its hold on the GPUs until the process ends: ask in a process of its own.
public enum GPUDriver: String, Hashable, Sendable {
  /// NVIDIA's: CUDA Driver API, cuDeviceGetCount and cuDeviceGetUuid.
  case cuda = "libcuda.so.1"
  /// AMD's: HIP runtime API, hipGetDeviceCount and hipDeviceGetPCIBusId.
  case hip = "libamdhip64.so"

  /// Why a library says nothing.
  public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is not there, or lacks what is asked.
    case noLibrary(String)
    /// A call of it failed with a code of its own.
    case call(String, code: Int)

    /// What is the matter.
    public var description: String {
      switch self {
      case .noLibrary(let name): "no '\(name)' of the GPUs' vendor is to be found"
      case .call(let name, let code): "'\(name)' answered with code \(code)"
      }
    }
  }

  /// The GPUs that this process can use, by names that no variable changes.
  ///
  /// - Returns: In the library's order: UUIDs of NVIDIA's, PCI addresses of AMD's.
  /// - Throws: ``Failure``.
  public func devices() throws(Failure) -> [String] {
    let (length, most) = (Int(cprocesses_gpu_name_length), 64)
    var names = [CChar](repeating: 0, count: length * most)
    let count = unsafe cprocesses_gpu_names(rawValue, self == .cuda ? 1 : 0, &names, Int32(most))
    guard count != -1 else { throw .noLibrary(rawValue) }
    guard count >= 0 else { throw .call(rawValue, code: Int(-count - 1)) }
    return (0..<Int(count)).map { index in
      let name = names[(index * length)..<((index + 1) * length)].prefix { $0 != 0 }
      return String(decoding: name.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }
}
