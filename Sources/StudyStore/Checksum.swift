/// CRC-32 as in IEEE 802.3 and zlib, over the bytes of a journal line.
///
/// Source: ISO/IEC 13239 (HDLC), reflected polynomial 0xEDB88320.
///
/// - Parameter bytes: What is summed.
/// - Returns: The checksum.
func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
  var sum: UInt32 = 0xFFFF_FFFF
  for byte in bytes { sum = table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ sum >> 8 }
  return sum ^ 0xFFFF_FFFF
}

private let table: [UInt32] = (0..<256).map { (index: UInt32) in
  (0..<8).reduce(index) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
}
