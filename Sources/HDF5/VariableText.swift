import CHDF5

/// The attribute with the checksum of a column of variable length.
private let checksumName = "fnv1a64"

/// Writes text of variable length, and a checksum over it.
func writeVariable(
  _ values: [String], as name: String, in group: borrowing Group
) throws(H5Error) -> Dataset {
  let subject = group.place.child(name).description
  let type = try makeTextType(bytes: nil, on: subject)
  let dataset = try Dataset(
    creating: name, of: type.id, elementBytes: MemoryLayout<UInt>.size, count: values.count,
    in: group, nil)
  // One block of zero-terminated texts, and a pointer to each, as H5Dwrite wants them.
  let block = values.flatMap { Array($0.utf8CString) }
  try unsafe block.span.withUnsafeBufferPointer { block throws(H5Error) in
    var next = block.baseAddress
    var pointers = unsafe [UnsafePointer<CChar>?]()
    for value in values {
      unsafe pointers.append(next)
      unsafe next = next.map { unsafe $0 + value.utf8.count + 1 }
    }
    let all = 0..<values.count
    try unsafe pointers.span.withUnsafeBytes { bytes throws(H5Error) in
      try unsafe dataset.write(bytes, at: all, as: type.id)
    }
  }
  try dataset.setAttribute(checksumName, to: .integer(checksum(values)))
  return dataset
}

/// Reads text of variable length, and compares it with the checksum if there is one.
func readVariable(from dataset: borrowing Dataset) throws(H5Error) -> [String] {
  let subject = dataset.place.description
  let type = try H5Handle("H5Dget_type", on: subject) { [id = dataset.handle.id] in
    H5Dget_type(id)
  }
  let space = try makeSpace(dataset.count, subject)
  let all = 0..<dataset.count
  var pointers = unsafe [UnsafeMutablePointer<CChar>?](repeating: nil, count: dataset.count)
  var span = unsafe pointers.mutableSpan
  try unsafe span.withUnsafeMutableBytes { bytes throws(H5Error) in
    try unsafe dataset.read(into: bytes, at: all, as: type.id)
  }
  let stored = unsafe pointers.map { text in
    unsafe text.map { unsafe bytes(ofCString: $0) } ?? []
  }
  if dataset.count > 0 {
    try h5call("H5Dvlen_reclaim", on: subject) {
      unsafe chdf5_reclaim(type.id, space.id, &pointers)
    }
  }
  var values: [String] = []
  values.reserveCapacity(stored.count)
  for bytes in stored { values.append(try decode(bytes[...], padding: 0, on: subject)) }
  if let expected = try dataset.attribute(checksumName), expected != .integer(checksum(values)) {
    throw H5Error("readColumn", on: subject, cause: "its text differs from its checksum")
  }
  return values
}

/// FNV-1a over every text and a zero byte after it.
private func checksum(_ values: [String]) -> Int64 {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for value in values {
    for byte in value.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = hash &* 0x100_0000_01b3
  }
  return Int64(bitPattern: hash)
}
