import CHDF5

/// The version of the HDF5 library that is loaded, such as `1.10.8`.
///
/// - Returns: Three numbers; `nil` where the library does not say.
///
/// Source: HDF5 reference, H5get_libversion.
public func hdf5Version() -> String? {
  var (major, minor, release): (CUnsignedInt, CUnsignedInt, CUnsignedInt) = (0, 0, 0)
  guard unsafe H5get_libversion(&major, &minor, &release) >= 0 else { return nil }
  return "\(major).\(minor).\(release)"
}
