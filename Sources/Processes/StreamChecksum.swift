internal import CProcesses

/// A checksum of 64 bits over bytes that come one after the other: XXH64 with seed 0.
///
/// It tells bytes that were damaged, not bytes that somebody forged.
///
/// Source: xxHash fast digest algorithm, version 0.1.1, section "XXH64".
public struct StreamChecksum {
  private var state = cprocesses_checksum_begin()

  /// The checksum of nothing yet.
  public init() {}

  /// Adds the next bytes.
  public mutating func add(_ bytes: ArraySlice<UInt8>) {
    unsafe bytes.withUnsafeBytes {
      unsafe cprocesses_checksum_add(&state, $0.baseAddress, $0.count)
    }
  }

  /// The checksum of all that was added.
  public var value: UInt64 {
    var state = state
    return unsafe cprocesses_checksum_end(&state)
  }

  /// The same as 16 hexadecimal digits.
  public var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
