/// Writes a whole column of fixed-size numbers.
func writeNumbers<Number: FixedWidthNumber>(
  _ values: [Number], as name: String, in group: borrowing Group, _ type: H5Type,
  _ options: StorageOptions
) throws(H5Error) -> Dataset {
  let dataset = try Dataset(
    creating: name, of: type.stored, elementBytes: MemoryLayout<Number>.size,
    count: values.count, in: group, options)
  try unsafe values.span.withUnsafeBytes { bytes throws(H5Error) in
    try unsafe dataset.write(bytes, at: 0..<dataset.count, as: type.native)
  }
  return dataset
}

/// Reads a whole column of fixed-size numbers.
func readNumbers<Number: FixedWidthNumber>(
  from dataset: borrowing Dataset, as type: H5Type
) throws(H5Error) -> [Number] {
  var values = [Number](repeating: 0, count: dataset.count)
  let all = 0..<dataset.count
  var span = values.mutableSpan
  try unsafe span.withUnsafeMutableBytes { bytes throws(H5Error) in
    try unsafe dataset.read(into: bytes, at: all, as: type.native)
  }
  return values
}

/// Numbers without padding or references, for which any pattern of bits is a value.
protocol FixedWidthNumber: BitwiseCopyable, ExpressibleByIntegerLiteral {}

extension Double: FixedWidthNumber {}
extension Int64: FixedWidthNumber {}
extension Int8: FixedWidthNumber {}
extension UInt8: FixedWidthNumber {}

/// Says that a column holds something else than was asked for.
func mismatch(_ dataset: borrowing Dataset, _ wanted: String) -> H5Error {
  H5Error(
    "readColumn", on: dataset.place.description,
    cause: "it holds \(dataset.kind), not \(wanted)")
}
