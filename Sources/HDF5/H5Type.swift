import CHDF5

/// A number type, as it is in memory and as it is in the file (little-endian on every machine).
struct H5Type {
  let native: hid_t
  let stored: hid_t

  /// Reads the library's identifiers under its lock; so never use one first inside `h5call`.
  private init(_ native: () -> hid_t, _ stored: () -> hid_t) {
    self.native = h5constant(native)
    self.stored = h5constant(stored)
  }

  static let double = H5Type(chdf5_native_double, chdf5_little_double)
  static let int64 = H5Type(chdf5_native_int64, chdf5_little_int64)
  static let uint8 = H5Type(chdf5_native_uint8, chdf5_little_uint8)
  static let int8 = H5Type(chdf5_native_int8, chdf5_little_int8)
}

/// Makes a type for text in UTF-8: of variable length, or `bytes` long and padded with zeros.
func makeTextType(bytes: Int?, on subject: String) throws(H5Error) -> H5Handle {
  let type = try H5Handle("H5Tcopy", on: subject) { H5Tcopy(chdf5_c_string()) }
  try h5call("H5Tset_size", on: subject) { H5Tset_size(type.id, bytes ?? chdf5_variable()) }
  try h5call("H5Tset_cset", on: subject) { H5Tset_cset(type.id, H5T_CSET_UTF8) }
  try h5call("H5Tset_strpad", on: subject) {
    H5Tset_strpad(type.id, bytes == nil ? H5T_STR_NULLTERM : H5T_STR_NULLPAD)
  }
  return type
}
