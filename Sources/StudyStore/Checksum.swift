import CZlib

/// CRC-32 over the bytes of a journal line, as zlib and Python's `zlib.crc32` calculate it.
///
/// - Parameter bytes: What is summed.
/// - Returns: The checksum.
func crc32(_ bytes: some Collection<UInt8>) -> UInt32 {
  if let sum = bytes.withContiguousStorageIfAvailable({ unsafe crc32($0) }) { return sum }
  return unsafe Array(bytes).withUnsafeBufferPointer { unsafe crc32($0) }
}

private func crc32(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
  UInt32(truncatingIfNeeded: unsafe crc32_z(0, bytes.baseAddress, bytes.count))
}
