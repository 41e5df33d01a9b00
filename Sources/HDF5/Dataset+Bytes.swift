extension Group {
  /// Creates a dataset of bytes, to be written piece by piece.
  ///
  /// What is never written reads as zeros. Close it in the end: only that tells whether the last
  /// chunks found room.
  ///
  /// - Parameters:
  ///   - name: Its name in this group.
  ///   - count: Its length in bytes, 0 or more; fixed from then on.
  ///   - options: How it lies in the file.
  /// - Returns: The dataset, open.
  /// - Throws: `H5Error` if the name is taken or the file cannot be written.
  ///
  /// Source: HDF5 reference, H5Dcreate2, H5Pset_chunk, H5Pset_fletcher32.
  public func createBytes(
    _ name: String, count: Int, options: StorageOptions = StorageOptions()
  ) throws(H5Error) -> Dataset {
    precondition(count >= 0)
    return try Dataset(
      creating: name, of: H5Type.uint8.stored, elementBytes: 1, count: count, in: self, options)
  }
}

extension Dataset {
  /// Writes bytes at an offset.
  ///
  /// Fastest when offset and length are multiples of the chunk size.
  ///
  /// - Parameters:
  ///   - bytes: What to write; read before the call returns.
  ///   - offset: Where, in bytes from the start.
  /// - Throws: `H5Error` if they do not fit, or the disk is full.
  ///
  /// Source: HDF5 reference, H5Sselect_hyperslab, H5Dwrite.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(H5Error) {
    try requireBytes()
    try unsafe write(bytes, at: offset..<offset + bytes.count, as: H5Type.uint8.native)
  }

  /// Writes bytes at an offset.
  ///
  /// - Parameters:
  ///   - bytes: What to write.
  ///   - offset: Where, in bytes from the start.
  /// - Throws: `H5Error` if they do not fit, or the disk is full.
  public func write(_ bytes: [UInt8], at offset: Int) throws(H5Error) {
    try unsafe bytes.span.withUnsafeBytes { buffer throws(H5Error) in
      try unsafe write(buffer, at: offset)
    }
  }

  /// Fills a buffer with the bytes at an offset.
  ///
  /// - Parameters:
  ///   - buffer: Where they go; filled wholly.
  ///   - offset: Where they lie, in bytes from the start.
  /// - Throws: `H5Error` that names the damaged chunk if a checksum is wrong.
  ///
  /// Source: HDF5 reference, H5Sselect_hyperslab, H5Dread.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(H5Error) {
    try requireBytes()
    try unsafe read(into: buffer, at: offset..<offset + buffer.count, as: H5Type.uint8.native)
  }

  /// Reads bytes at an offset.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - offset: Where they lie, in bytes from the start.
  /// - Returns: As many bytes as were asked for.
  /// - Throws: `H5Error` that names the damaged chunk if a checksum is wrong.
  public func read(_ count: Int, at offset: Int) throws(H5Error) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    try unsafe span.withUnsafeMutableBytes { buffer throws(H5Error) in
      try unsafe read(into: buffer, at: offset)
    }
    return bytes
  }

  private func requireBytes() throws(H5Error) {
    guard case .integer(bytes: 1, isSigned: false) = kind else {
      throw H5Error("bytes", on: place.description, cause: "it holds \(kind), not bytes")
    }
  }
}
