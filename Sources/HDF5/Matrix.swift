import CHDF5

/// An open dataset of two dimensions that holds 64-bit floating-point numbers, row by row.
///
/// A row belongs to one thing, such as a training, and a column to one step of all of them. Chunks are
/// cut in both directions, so that a few rows and a few columns can both be read without the rest.
/// What was never written reads as NaN and takes no space.
public struct Matrix: ~Copyable {
  /// How many rows there are.
  public let rows: Int
  /// How many columns there are.
  public let columns: Int
  /// The shape of a chunk; 0 by 0 for a dataset that is not cut into chunks.
  public let chunk: (rows: Int, columns: Int)
  let handle: H5Handle
  let place: Place

  init(opening name: String, of location: hid_t, at place: Place) throws(H5Error) {
    let subject = place.description
    let access = try datasetAccess(subject)
    let handle = try H5Handle("H5Dopen2", on: subject) {
      unsafe H5Dopen2(location, name, access.id)
    }
    let type = try H5Handle("H5Dget_type", on: subject) { H5Dget_type(handle.id) }
    let space = try H5Handle("H5Dget_space", on: subject) { H5Dget_space(handle.id) }
    let kind = try ElementKind(of: type.id, on: subject)
    guard case .real(let bytes) = kind, bytes <= 8 else {
      throw H5Error(
        "openMatrix", on: subject,
        cause: "it holds \(kind), not 64-bit floating-point numbers")
    }
    let rank = try h5call("H5Sget_simple_extent_ndims", on: subject) {
      H5Sget_simple_extent_ndims(space.id)
    }
    guard rank == 2 else {
      throw H5Error("openMatrix", on: subject, cause: "it has \(rank) dimensions instead of two")
    }
    var extent: (hsize_t, hsize_t) = (0, 0)
    try h5call("H5Sget_simple_extent_dims", on: subject) {
      unsafe withUnsafeMutableBytes(of: &extent) { bytes in
        unsafe H5Sget_simple_extent_dims(
          space.id, bytes.assumingMemoryBound(to: hsize_t.self).baseAddress, nil)
      }
    }
    chunk = try readChunkShape(of: handle.id, subject)
    (rows, columns) = (Int(extent.0), Int(extent.1))
    self.handle = handle
    self.place = place
  }

  init(
    creating name: String, rows: Int, columns: Int, chunk: (rows: Int, columns: Int),
    in group: borrowing Group, _ options: StorageOptions
  ) throws(H5Error) {
    try check(name: name, in: group.place)
    let place = group.place.child(name)
    let subject = place.description
    let chunk = (rows: max(1, min(chunk.rows, rows)), columns: max(1, min(chunk.columns, columns)))
    let layout = try H5Handle("H5Pcreate", on: subject) { H5Pcreate(chdf5_dataset_create()) }
    try setChunk(chunk, of: layout.id, subject)
    var fill = Double.nan
    let native = H5Type.double.native
    try h5call("H5Pset_fill_value", on: subject) {
      unsafe H5Pset_fill_value(layout.id, native, &fill)
    }
    try setFilters(of: layout.id, MemoryLayout<Double>.size, options, subject)
    let access = try datasetAccess(subject)
    let space = try makePlane(rows, columns, subject)
    let stored = H5Type.double.stored
    let parent = group.handle.id
    handle = try H5Handle("H5Dcreate2", on: subject) {
      unsafe H5Dcreate2(parent, name, stored, space.id, chdf5_default(), layout.id, access.id)
    }
    (self.rows, self.columns, self.chunk) = (rows, columns, chunk)
    self.place = place
  }

  /// Writes whole rows.
  ///
  /// - Parameters:
  ///   - values: Row by row; as many as whole rows have.
  ///   - first: The first row, from 0.
  /// - Throws: `H5Error` if they do not fit, or the disk is full.
  ///
  /// Source: HDF5 reference, H5Sselect_hyperslab, H5Dwrite.
  public func write(_ values: [Double], atRow first: Int) throws(H5Error) {
    precondition(columns > 0 && values.count % columns == 0)
    guard !values.isEmpty else { return }
    let rows = first..<first + values.count / columns
    let file = try select(rows, 0..<columns)
    let memory = try makePlane(rows.count, columns, place.description)
    let native = H5Type.double.native
    try unsafe values.span.withUnsafeBytes { bytes throws(H5Error) in
      _ = try h5call("H5Dwrite", on: place.description) {
        unsafe H5Dwrite(
          handle.id, native, memory.id, file.id, chdf5_default(), bytes.baseAddress)
      }
    }
  }

  /// Reads a rectangle.
  ///
  /// - Parameters:
  ///   - rows: Which rows.
  ///   - columns: Which columns of them.
  /// - Returns: The values, row by row.
  /// - Throws: `H5Error` if the rectangle is not inside, or a chunk is damaged.
  ///
  /// Source: HDF5 reference, H5Sselect_hyperslab, H5Dread.
  public func read(rows: Range<Int>, columns: Range<Int>) throws(H5Error) -> [Double] {
    var values = [Double](repeating: .nan, count: rows.count * columns.count)
    guard !values.isEmpty else { return [] }
    let file = try select(rows, columns)
    let memory = try makePlane(rows.count, columns.count, place.description)
    let native = H5Type.double.native
    var span = values.mutableSpan
    try unsafe span.withUnsafeMutableBytes { bytes throws(H5Error) in
      _ = try h5call("H5Dread", on: place.description) {
        unsafe H5Dread(
          handle.id, native, memory.id, file.id, chdf5_default(), bytes.baseAddress)
      }
    }
    return values
  }

  /// Closes the dataset and reports a failure, such as a full disk when its last chunk is written.
  ///
  /// - Throws: `H5Error`.
  public consuming func close() throws(H5Error) {
    try handle.close(on: place.description)
  }

  private func select(_ rows: Range<Int>, _ columns: Range<Int>) throws(H5Error) -> H5Handle {
    let subject = place.description
    guard rows.lowerBound >= 0, rows.upperBound <= self.rows, columns.lowerBound >= 0,
      columns.upperBound <= self.columns
    else {
      throw H5Error(
        "range", on: subject,
        cause: "rows \(rows) of columns \(columns) were asked for, but there are only \(self.rows) "
          + "by \(self.columns)")
    }
    let space = try H5Handle("H5Dget_space", on: subject) { H5Dget_space(handle.id) }
    let start = [hsize_t(rows.lowerBound), hsize_t(columns.lowerBound)]
    let length = [hsize_t(rows.count), hsize_t(columns.count)]
    try h5call("H5Sselect_hyperslab", on: subject) {
      unsafe H5Sselect_hyperslab(space.id, H5S_SELECT_SET, start, nil, length, nil)
    }
    return space
  }
}

extension Group {
  /// Creates a dataset of two dimensions, to be written row by row.
  ///
  /// - Parameters:
  ///   - name: Its name in this group.
  ///   - rows: How many rows, fixed from then on.
  ///   - columns: How many columns.
  ///   - chunk: The shape of a chunk, cut to the dataset's.
  ///   - options: Filters; the size of chunks in it does not matter.
  /// - Returns: The dataset, open; every value is NaN.
  /// - Throws: `H5Error` if the name is taken or the file cannot be written.
  ///
  /// Source: HDF5 reference, H5Dcreate2, H5Pset_chunk, H5Pset_fill_value.
  public func createMatrix(
    _ name: String, rows: Int, columns: Int, chunk: (rows: Int, columns: Int),
    options: StorageOptions = StorageOptions()
  ) throws(H5Error) -> Matrix {
    try Matrix(
      creating: name, rows: rows, columns: columns, chunk: chunk, in: self, options)
  }

  /// Opens a dataset of two dimensions in this group.
  ///
  /// - Parameter name: Its name, or a path from here.
  /// - Returns: The dataset.
  /// - Throws: `H5Error` if there is none, or it is of another kind.
  public func openMatrix(_ name: String) throws(H5Error) -> Matrix {
    try check(name: name, in: place)
    return try Matrix(opening: name, of: handle.id, at: place.child(name))
  }
}

/// Makes a plane of `rows` by `columns` elements.
private func makePlane(_ rows: Int, _ columns: Int, _ subject: String) throws(H5Error) -> H5Handle {
  let extent = [hsize_t(rows), hsize_t(columns)]
  return try H5Handle("H5Screate_simple", on: subject) {
    unsafe H5Screate_simple(2, extent, nil)
  }
}

private func setChunk(
  _ chunk: (rows: Int, columns: Int), of layout: hid_t, _ subject: String
) throws(H5Error) {
  let extent = [hsize_t(chunk.rows), hsize_t(chunk.columns)]
  try h5call("H5Pset_chunk", on: subject) { unsafe H5Pset_chunk(layout, 2, extent) }
}

private func readChunkShape(
  of dataset: hid_t, _ subject: String
) throws(H5Error) -> (rows: Int, columns: Int) {
  let layout = try H5Handle("H5Dget_create_plist", on: subject) { H5Dget_create_plist(dataset) }
  guard h5constant({ H5Pget_layout(layout.id) }) == H5D_CHUNKED else { return (0, 0) }
  var extent = [hsize_t](repeating: 0, count: 2)
  try h5call("H5Pget_chunk", on: subject) { unsafe H5Pget_chunk(layout.id, 2, &extent) }
  return (Int(extent[0]), Int(extent[1]))
}
