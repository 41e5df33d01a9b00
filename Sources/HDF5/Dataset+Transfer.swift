import CHDF5

extension Dataset {
  /// Moves `range` between the file and `buffer`, which holds its elements as `type` in memory.
  func write(
    _ buffer: UnsafeRawBufferPointer, at range: Range<Int>, as type: hid_t
  ) throws(H5Error) {
    guard !range.isEmpty else { return }
    let file = try select(range)
    let memory = try makeSpace(range.count, place.description)
    try h5call("H5Dwrite", on: place.description) {
      unsafe H5Dwrite(
        handle.id, type, memory.id, file.id, chdf5_default(), buffer.baseAddress)
    }
  }

  func read(
    into buffer: UnsafeMutableRawBufferPointer, at range: Range<Int>, as type: hid_t
  ) throws(H5Error) {
    guard !range.isEmpty else { return }
    do {
      try unsafe transfer(into: buffer, at: range, as: type)
    } catch {
      throw locate(error, in: range, as: type, elementBytes: buffer.count / range.count)
    }
  }

  private func transfer(
    into buffer: UnsafeMutableRawBufferPointer, at range: Range<Int>, as type: hid_t
  ) throws(H5Error) {
    let file = try select(range)
    let memory = try makeSpace(range.count, place.description)
    try h5call("H5Dread", on: place.description) {
      unsafe H5Dread(
        handle.id, type, memory.id, file.id, chdf5_default(), buffer.baseAddress)
    }
  }

  /// Finds the first chunk that cannot be read, since the library does not name it.
  private func locate(
    _ error: H5Error, in range: Range<Int>, as type: hid_t, elementBytes: Int
  ) -> H5Error {
    guard chunkCount > 0 else { return error }
    var element = [UInt8](repeating: 0, count: elementBytes)
    for chunk in (range.lowerBound / chunkCount)...((range.upperBound - 1) / chunkCount) {
      let first = max(range.lowerBound, chunk * chunkCount)
      do {
        var span = element.mutableSpan
        try unsafe span.withUnsafeMutableBytes { bytes throws(H5Error) in
          try unsafe transfer(into: bytes, at: first..<first + 1, as: type)
        }
      } catch {
        let elements = "\(chunk * chunkCount)..<\(min(count, (chunk + 1) * chunkCount))"
        return H5Error(
          error.function, on: error.subject,
          cause: "chunk \(chunk) (elements \(elements)) is damaged: \(error.cause)")
      }
    }
    return error
  }

  private func select(_ range: Range<Int>) throws(H5Error) -> H5Handle {
    precondition(range.lowerBound >= 0)
    let subject = place.description
    guard range.upperBound <= count else {
      throw H5Error(
        "range", on: subject,
        cause: "elements \(range) were asked for, but there are only \(count)")
    }
    let space = try H5Handle("H5Dget_space", on: subject) { H5Dget_space(handle.id) }
    var (start, length) = (hsize_t(range.lowerBound), hsize_t(range.count))
    try h5call("H5Sselect_hyperslab", on: subject) {
      unsafe H5Sselect_hyperslab(space.id, H5S_SELECT_SET, &start, nil, &length, nil)
    }
    return space
  }
}
