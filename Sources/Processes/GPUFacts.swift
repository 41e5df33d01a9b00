internal import CProcesses

/// What CUDA says of a GPU, or of an instance that one is cut into.
public struct GPUFacts: Hashable, Sendable, Codable {
  /// The name that no numbering changes, as `CUDA_VISIBLE_DEVICES` takes it: `GPU-...` or `MIG-...`.
  public var name: String
  /// Its PCI address, as the kernel writes it: `0000:3b:00.0`.
  public var address: String
  /// Its memory, in MiB.
  public var memoryMiB: Int

  /// Facts of these values.
  public init(name: String, address: String, memoryMiB: Int) {
    self.name = name
    self.address = address
    self.memoryMiB = memoryMiB
  }

  /// Of every GPU that this process can use, in CUDA's order.
  ///
  /// The driver is loaded, and keeps its hold on the GPUs until the process ends: ask in a process of its
  /// own.
  ///
  /// - Throws: ``GPUDriver/Failure``.
  public static func ofCUDA() throws(GPUDriver.Failure) -> [GPUFacts] {
    let library = GPUDriver.cuda.rawValue
    var facts = [cprocesses_gpu_facts](repeating: cprocesses_gpu_facts(), count: 64)
    let count = unsafe cprocesses_cuda_facts(library, &facts, Int32(facts.count))
    guard count != -1 else { throw .noLibrary(library) }
    guard count >= 0 else { throw .call(library, code: Int(-count - 1)) }
    return facts.prefix(Int(count)).map { fact in
      GPUFacts(
        name: unsafe withUnsafeBytes(of: fact.name) { unsafe text($0) },
        address: unsafe withUnsafeBytes(of: fact.address) { unsafe text($0) }.lowercased(),
        memoryMiB: Int(clamping: fact.memory >> 20))
    }
  }
}

private func text(_ bytes: UnsafeRawBufferPointer) -> String {
  unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
}
