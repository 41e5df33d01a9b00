import CHDF5

/// Makes the properties all files are opened with.
///
/// Closing is strong (it closes what is still open inside), so that ``File/close()`` is the end
/// and no forgotten group keeps a file open for writing.
func fileAccess(_ place: Place, _ format: File.Format) throws(H5Error) -> H5Handle {
  let subject = place.description
  let access = try H5Handle("H5Pcreate", on: subject) { H5Pcreate(chdf5_file_access()) }
  try h5call("H5Pset_file_locking", on: subject) { chdf5_switch_locking_off(access.id) }
  try h5call("H5Pset_fclose_degree", on: subject) {
    H5Pset_fclose_degree(access.id, H5F_CLOSE_STRONG)
  }
  try h5call("H5Pset_libver_bounds", on: subject) {
    switch format {
    case .checked: H5Pset_libver_bounds(access.id, chdf5_version_110(), chdf5_version_110())
    case .oldest: H5Pset_libver_bounds(access.id, H5F_LIBVER_EARLIEST, chdf5_latest())
    }
  }
  return access
}
