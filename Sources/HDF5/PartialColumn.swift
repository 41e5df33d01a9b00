import CHDF5

// Columns whose length is known, but that are written piece by piece.
extension Group {
  /// Creates a column of 64-bit floating-point numbers, to be written piece by piece.
  ///
  /// What is never written reads as 0. Close it in the end.
  ///
  /// - Parameters:
  ///   - name: Its name in this group.
  ///   - count: Its length, fixed from then on.
  ///   - options: How it lies in the file.
  /// - Returns: The column, open.
  /// - Throws: `H5Error` if the name is taken or the file cannot be written.
  public func createReals(
    _ name: String, count: Int, options: StorageOptions = StorageOptions()
  ) throws(H5Error) -> Dataset {
    try Dataset(
      creating: name, of: H5Type.double.stored, elementBytes: 8, count: count, in: self, options)
  }

  /// Creates a column of signed 64-bit integers, to be written piece by piece.
  ///
  /// - Parameters:
  ///   - name: Its name in this group.
  ///   - count: Its length, fixed from then on.
  ///   - options: How it lies in the file.
  /// - Returns: The column, open.
  /// - Throws: `H5Error` if the name is taken or the file cannot be written.
  public func createIntegers(
    _ name: String, count: Int, options: StorageOptions = StorageOptions()
  ) throws(H5Error) -> Dataset {
    try Dataset(
      creating: name, of: H5Type.int64.stored, elementBytes: 8, count: count, in: self, options)
  }

  /// Creates a column of text, padded with zeros to one length, to be written piece by piece.
  ///
  /// - Parameters:
  ///   - name: Its name in this group.
  ///   - count: Its length, fixed from then on.
  ///   - bytes: The most bytes of UTF-8 of a text; at least 1.
  ///   - options: How it lies in the file.
  /// - Returns: The column, open.
  /// - Throws: `H5Error` if the name is taken or the file cannot be written.
  public func createTexts(
    _ name: String, count: Int, bytes: Int, options: StorageOptions = StorageOptions()
  ) throws(H5Error) -> Dataset {
    let type = try makeTextType(bytes: bytes, on: place.child(name).description)
    return try Dataset(
      creating: name, of: type.id, elementBytes: bytes, count: count, in: self, options)
  }
}

extension Dataset {
  /// Writes a piece of a column of ``Group/createReals(_:count:options:)``.
  ///
  /// - Parameters:
  ///   - values: What to write.
  ///   - first: The row of the first of them, from 0.
  /// - Throws: `H5Error` if they do not fit, or the disk is full.
  public func write(_ values: [Double], atRow first: Int) throws(H5Error) {
    try unsafe values.span.withUnsafeBytes { bytes throws(H5Error) in
      try unsafe write(bytes, at: first..<first + values.count, as: H5Type.double.native)
    }
  }

  /// Writes a piece of a column of ``Group/createIntegers(_:count:options:)``.
  ///
  /// - Parameters:
  ///   - values: What to write.
  ///   - first: The row of the first of them, from 0.
  /// - Throws: `H5Error` if they do not fit, or the disk is full.
  public func write(_ values: [Int64], atRow first: Int) throws(H5Error) {
    try unsafe values.span.withUnsafeBytes { bytes throws(H5Error) in
      try unsafe write(bytes, at: first..<first + values.count, as: H5Type.int64.native)
    }
  }

  /// Writes a piece of a column of ``Group/createTexts(_:count:bytes:options:)``.
  ///
  /// - Parameters:
  ///   - values: What to write; a text that is too long is cut between two characters, and one is cut
  ///     at its first zero byte.
  ///   - first: The row of the first of them, from 0.
  /// - Throws: `H5Error` if they do not fit, or the disk is full.
  public func write(_ values: [String], atRow first: Int) throws(H5Error) {
    guard case .text(.fixed(let width, _)) = kind else {
      throw H5Error("writeTexts", on: place.description, cause: "it holds \(kind), not text")
    }
    var stored = [UInt8](repeating: 0, count: width * values.count)
    for (row, value) in values.enumerated() {
      var bytes = value.utf8.prefix { $0 != 0 }
      if bytes.count > width {
        bytes = bytes.prefix(width)
        // A text ends with a whole character: one that goes on behind the cut is left out.
        let rest = value.utf8[bytes.endIndex...]
        if rest.first.map({ $0 & 0xC0 == 0x80 }) == true {
          while let last = bytes.last, last & 0xC0 == 0x80 { bytes.removeLast() }
          bytes.removeLast()
        }
      }
      stored.replaceSubrange(row * width..<row * width + bytes.count, with: bytes)
    }
    let type = try makeTextType(bytes: width, on: place.description)
    try unsafe stored.span.withUnsafeBytes { bytes throws(H5Error) in
      try unsafe write(bytes, at: first..<first + values.count, as: type.id)
    }
  }
}
