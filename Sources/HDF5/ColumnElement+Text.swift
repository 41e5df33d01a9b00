import CHDF5

extension String: ColumnElement {
  /// Writes text in UTF-8.
  ///
  /// As a rule every text is padded with zeros to the length of the longest, so that the chunks'
  /// checksums cover it and it compresses. Only when this would take over 64 MiB and over eight
  /// times the text itself is it stored with variable length, in the file's heap, which HDF5 does
  /// not protect; then the column carries a checksum of its own as the attribute `fnv1a64`.
  ///
  /// - Throws: `H5Error` if a text holds a zero byte, which neither form can hold.
  ///
  /// Source: HDF5 reference, H5Tset_size, H5Tset_cset; the FNV-1a hash of RFC 9923.
  public static func write(
    _ values: [String], as name: String, in group: borrowing Group, options: StorageOptions
  ) throws(H5Error) -> Dataset {
    let subject = group.place.child(name).description
    guard !values.contains(where: { $0.utf8.contains(0) }) else {
      throw H5Error("writeColumn", on: subject, cause: "a text holds a zero byte")
    }
    let longest = values.reduce(1) { Swift.max($0, $1.utf8.count) }
    let total = values.reduce(0) { $0 + $1.utf8.count }
    let padded = longest * values.count
    guard padded > 64 << 20, padded / 8 > total || longest > StorageOptions.cacheBytes else {
      return try writePadded(values, longest, as: name, in: group, options)
    }
    return try writeVariable(values, as: name, in: group)
  }

  /// Reads text of fixed or of variable length.
  ///
  /// - Throws: `H5Error` if it is not UTF-8, or damaged.
  public static func read(from dataset: borrowing Dataset) throws(H5Error) -> [String] {
    switch dataset.kind {
    case .text(.fixed(let bytes, let padding)):
      try readPadded(from: dataset, bytes, padding)
    case .text(.variable):
      try readVariable(from: dataset)
    default:
      throw mismatch(dataset, "text")
    }
  }
}

private func writePadded(
  _ values: [String], _ longest: Int, as name: String, in group: borrowing Group,
  _ options: StorageOptions
) throws(H5Error) -> Dataset {
  var stored: [UInt8] = []
  stored.reserveCapacity(longest * values.count)
  for value in values {
    stored.append(contentsOf: value.utf8)
    stored.append(contentsOf: repeatElement(0, count: longest - value.utf8.count))
  }
  let type = try makeTextType(bytes: longest, on: group.place.child(name).description)
  let dataset = try Dataset(
    creating: name, of: type.id, elementBytes: longest, count: values.count, in: group, options)
  let all = 0..<values.count
  try unsafe stored.span.withUnsafeBytes { bytes throws(H5Error) in
    try unsafe dataset.write(bytes, at: all, as: type.id)
  }
  return dataset
}

private func readPadded(
  from dataset: borrowing Dataset, _ width: Int, _ padding: UInt8
) throws(H5Error) -> [String] {
  let subject = dataset.place.description
  let type = try H5Handle("H5Dget_type", on: subject) { [id = dataset.handle.id] in
    H5Dget_type(id)
  }
  var stored = [UInt8](repeating: 0, count: width * dataset.count)
  let all = 0..<dataset.count
  var span = stored.mutableSpan
  try unsafe span.withUnsafeMutableBytes { bytes throws(H5Error) in
    try unsafe dataset.read(into: bytes, at: all, as: type.id)
  }
  var values: [String] = []
  values.reserveCapacity(dataset.count)
  for start in stride(from: 0, to: stored.count, by: width) {
    values.append(try decode(stored[start..<start + width], padding: padding, on: subject))
  }
  return values
}
