import CHDF5

/// Makes the properties with which a dataset is created.
///
/// The checksum comes last, over the compressed bytes, so a reader meets it first. No space
/// is taken for chunks that are never written: they read as zeros.
func datasetLayout(
  _ perChunk: Int, _ elementBytes: Int, _ options: StorageOptions?, _ subject: String
) throws(H5Error) -> H5Handle {
  let layout = try H5Handle("H5Pcreate", on: subject) { H5Pcreate(chdf5_dataset_create()) }
  var length = hsize_t(perChunk)
  try h5call("H5Pset_chunk", on: subject) { unsafe H5Pset_chunk(layout.id, 1, &length) }
  try h5call("H5Pset_fill_time", on: subject) {
    H5Pset_fill_time(layout.id, H5D_FILL_TIME_IFSET)
  }
  if let options { try setFilters(of: layout.id, elementBytes, options, subject) }
  return layout
}

/// Sets the filters of a dataset, the checksum as the last.
func setFilters(
  of layout: hid_t, _ elementBytes: Int, _ options: StorageOptions, _ subject: String
) throws(H5Error) {
  if options.isShuffled, elementBytes > 1 {
    try h5call("H5Pset_shuffle", on: subject) { H5Pset_shuffle(layout) }
  }
  if let level = options.deflateLevel {
    try h5call("H5Pset_deflate", on: subject) { H5Pset_deflate(layout, CUnsignedInt(level)) }
  }
  try h5call("H5Pset_fletcher32", on: subject) { H5Pset_fletcher32(layout) }
}

/// Makes the properties with which a dataset is opened: room for whole chunks in the cache.
///
/// A chunk that does not fit is read, checked and written again for every piece of it. 521 slots
/// are the library's default; fully used chunks leave first.
func datasetAccess(_ subject: String) throws(H5Error) -> H5Handle {
  let access = try H5Handle("H5Pcreate", on: subject) { H5Pcreate(chdf5_dataset_access()) }
  try h5call("H5Pset_chunk_cache", on: subject) {
    H5Pset_chunk_cache(access.id, 521, StorageOptions.cacheBytes, 1)
  }
  return access
}
