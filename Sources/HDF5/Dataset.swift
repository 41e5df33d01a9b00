import CHDF5

/// An open dataset of an HDF5 file: a column of numbers or text, or a long run of bytes.
public struct Dataset: ~Copyable {
  /// The number of elements; of a byte dataset, its length in bytes.
  public let count: Int
  let kind: ElementKind
  /// The number of elements in a chunk; 0 for a dataset that is not cut into chunks.
  let chunkCount: Int
  let handle: H5Handle
  let place: Place

  /// The dataset's path in its file, for example `/trials/loss`.
  public var path: String { place.path }

  init(opening name: String, of location: hid_t, at place: Place) throws(H5Error) {
    let subject = place.description
    let access = try datasetAccess(subject)
    let handle = try H5Handle("H5Dopen2", on: subject) {
      unsafe H5Dopen2(location, name, access.id)
    }
    let type = try H5Handle("H5Dget_type", on: subject) { H5Dget_type(handle.id) }
    let space = try H5Handle("H5Dget_space", on: subject) { H5Dget_space(handle.id) }
    let kind = try ElementKind(of: type.id, on: subject)
    let count = try h5call("H5Sget_simple_extent_npoints", on: subject) {
      H5Sget_simple_extent_npoints(space.id)
    }
    let rank = try h5call("H5Sget_simple_extent_ndims", on: subject) {
      H5Sget_simple_extent_ndims(space.id)
    }
    guard rank == 1 else {
      throw H5Error("openDataset", on: subject, cause: "it has \(rank) dimensions instead of one")
    }
    chunkCount = try readChunkCount(of: handle.id, subject)
    self.count = Int(count)
    self.kind = kind
    self.place = place
    self.handle = handle
  }

  /// Makes a dataset of one dimension and fixed length, whose content is open.
  ///
  /// Without options it has no filters: the library refuses a checksum over text of variable
  /// length, of which the chunks hold only references.
  init(
    creating name: String, of type: hid_t, elementBytes: Int, count: Int,
    in group: borrowing Group, _ options: StorageOptions?
  ) throws(H5Error) {
    try check(name: name, in: group.place)
    let place = group.place.child(name)
    let subject = place.description
    let perChunk = max(1, min(count, (options ?? StorageOptions()).chunkBytes / elementBytes))
    let layout = try datasetLayout(perChunk, elementBytes, options, subject)
    let access = try datasetAccess(subject)
    let space = try makeSpace(count, subject)
    let kind = try ElementKind(of: type, on: subject)
    let parent = group.handle.id
    handle = try H5Handle("H5Dcreate2", on: subject) {
      unsafe H5Dcreate2(parent, name, type, space.id, chdf5_default(), layout.id, access.id)
    }
    self.count = count
    self.kind = kind
    self.place = place
    chunkCount = perChunk
  }

  /// Closes the dataset and reports a failure, such as a full disk when its last chunk is written.
  ///
  /// - Throws: `H5Error`.
  public consuming func close() throws(H5Error) {
    try handle.close(on: place.description)
  }
}

/// Makes a line of `count` elements.
func makeSpace(_ count: Int, _ subject: String) throws(H5Error) -> H5Handle {
  var length = hsize_t(count)
  return try H5Handle("H5Screate_simple", on: subject) {
    unsafe H5Screate_simple(1, &length, nil)
  }
}

private func readChunkCount(of dataset: hid_t, _ subject: String) throws(H5Error) -> Int {
  let layout = try H5Handle("H5Dget_create_plist", on: subject) { H5Dget_create_plist(dataset) }
  guard h5constant({ H5Pget_layout(layout.id) }) == H5D_CHUNKED else { return 0 }
  var length: hsize_t = 0
  try h5call("H5Pget_chunk", on: subject) { unsafe H5Pget_chunk(layout.id, 1, &length) }
  return Int(length)
}
