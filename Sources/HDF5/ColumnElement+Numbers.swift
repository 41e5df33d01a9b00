extension Double: ColumnElement {
  /// Writes 64-bit IEEE 754 numbers, little-endian.
  ///
  /// - Throws: `H5Error`.
  public static func write(
    _ values: [Double], as name: String, in group: borrowing Group, options: StorageOptions
  ) throws(H5Error) -> Dataset {
    try writeNumbers(values, as: name, in: group, .double, options)
  }

  /// Reads floating-point numbers of 64 bits or less.
  ///
  /// - Throws: `H5Error`.
  public static func read(from dataset: borrowing Dataset) throws(H5Error) -> [Double] {
    guard case .real(let bytes) = dataset.kind, bytes <= 8 else {
      throw mismatch(dataset, "64-bit floating-point numbers")
    }
    return try readNumbers(from: dataset, as: .double)
  }
}

extension Int64: ColumnElement {
  /// Writes signed 64-bit integers, little-endian.
  ///
  /// - Throws: `H5Error`.
  public static func write(
    _ values: [Int64], as name: String, in group: borrowing Group, options: StorageOptions
  ) throws(H5Error) -> Dataset {
    try writeNumbers(values, as: name, in: group, .int64, options)
  }

  /// Reads integers that fit into 64 bits with a sign.
  ///
  /// - Throws: `H5Error`.
  public static func read(from dataset: borrowing Dataset) throws(H5Error) -> [Int64] {
    guard case .integer(let bytes, let isSigned) = dataset.kind, bytes < 8 || isSigned else {
      throw mismatch(dataset, "64-bit signed integers")
    }
    return try readNumbers(from: dataset, as: .int64)
  }
}

extension UInt8: ColumnElement {
  /// Writes bytes.
  ///
  /// - Throws: `H5Error`.
  public static func write(
    _ values: [UInt8], as name: String, in group: borrowing Group, options: StorageOptions
  ) throws(H5Error) -> Dataset {
    try writeNumbers(values, as: name, in: group, .uint8, options)
  }

  /// Reads bytes.
  ///
  /// - Throws: `H5Error`.
  public static func read(from dataset: borrowing Dataset) throws(H5Error) -> [UInt8] {
    guard case .integer(bytes: 1, isSigned: false) = dataset.kind else {
      throw mismatch(dataset, "8-bit unsigned integers")
    }
    return try readNumbers(from: dataset, as: .uint8)
  }
}

/// `Bool?`: truth values of which some are missing.
extension Optional: ColumnElement where Wrapped == Bool {
  /// Writes 8-bit integers: 1 for true, 0 for false, -1 for missing.
  ///
  /// - Throws: `H5Error`.
  public static func write(
    _ values: [Bool?], as name: String, in group: borrowing Group, options: StorageOptions
  ) throws(H5Error) -> Dataset {
    let stored = values.map { value -> Int8 in value.map { $0 ? 1 : 0 } ?? -1 }
    return try writeNumbers(stored, as: name, in: group, .int8, options)
  }

  /// Reads 8-bit integers: 0 is false, a negative one is missing, others are true.
  ///
  /// - Throws: `H5Error`.
  public static func read(from dataset: borrowing Dataset) throws(H5Error) -> [Bool?] {
    guard case .integer(bytes: 1, isSigned: true) = dataset.kind else {
      throw mismatch(dataset, "8-bit signed integers")
    }
    let stored: [Int8] = try readNumbers(from: dataset, as: .int8)
    return stored.map { $0 < 0 ? nil : $0 > 0 }
  }
}
