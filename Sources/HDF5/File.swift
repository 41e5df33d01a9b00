import CHDF5

/// An open HDF5 file.
///
/// A file is either created and written once, or read. It is written so that every reader since
/// HDF5 1.8 understands it, and nothing locks it: file locks fail on some parallel file systems.
///
/// From its creation until ``close()`` the root group carries the attribute
/// ``incompleteMark``. So a file whose writer was killed, threw or forgot to close is refused by
/// ``init(reading:)``, whatever of it reached the disk.
public struct File: ~Copyable {
  /// What happens to a file that is already there.
  public enum Existing: Hashable, Sendable {
    /// It stays as it is, and creating fails.
    case refuse
    /// It is emptied first.
    case replace
  }

  /// The attribute of a root group whose file is still being written, or never was completed.
  public static let incompleteMark = "incomplete"

  /// The group that holds all others; groups, columns and attributes of the file are made here.
  ///
  /// Used in place, as in `file.root.children()`: it cannot be moved out of the file.
  public let root: Group
  private let handle: H5Handle
  private let isWritable: Bool

  /// Creates a file and marks it as incomplete.
  ///
  /// - Parameters:
  ///   - path: Where; its folder must exist.
  ///   - existing: What to do if a file is there.
  /// - Throws: `H5Error` if the file is there, or cannot be made or written.
  ///
  /// Source: HDF5 reference, H5Fcreate, H5Pset_libver_bounds, H5Pset_file_locking.
  public init(creating path: String, existing: Existing = .refuse) throws(H5Error) {
    let place = Place(file: path, path: "/")
    try check(name: path, in: place)
    let flags = h5constant { existing == .refuse ? chdf5_exclusive() : chdf5_truncate() }
    let access = try fileAccess(place)
    let handle = try H5Handle("H5Fcreate", on: place.description) {
      unsafe H5Fcreate(path, flags, chdf5_default(), access.id)
    }
    let root = try Group(opening: "/", of: handle.id, at: place)
    try root.setAttribute(File.incompleteMark, to: 1)
    try h5call("H5Fflush", on: place.description) { H5Fflush(handle.id, H5F_SCOPE_GLOBAL) }
    self.handle = handle
    self.root = root
    isWritable = true
  }

  /// Opens a file for reading.
  ///
  /// - Parameter path: The file.
  /// - Throws: `H5Error` if there is none, it is no HDF5 file, it is cut short, or its writer
  ///   never closed it.
  public init(reading path: String) throws(H5Error) {
    let place = Place(file: path, path: "/")
    try check(name: path, in: place)
    let access = try fileAccess(place)
    let handle = try H5Handle("H5Fopen", on: place.description) {
      unsafe H5Fopen(path, chdf5_read_only(), access.id)
    }
    let root = try Group(opening: "/", of: handle.id, at: place)
    if try root.attribute(File.incompleteMark) != nil {
      throw H5Error(
        "File(reading:)", on: place.description,
        cause: """
          the file was not closed by its writer, which was ended or failed, so its contents \
          cannot be trusted; use an earlier file, or write it again
          """)
    }
    self.handle = handle
    self.root = root
    isWritable = false
  }

  /// Hands everything written so far to the operating system, not to the disk.
  ///
  /// - Throws: `H5Error`, for example when the disk is full.
  public func flush() throws(H5Error) {
    try h5call("H5Fflush", on: root.place.description) { H5Fflush(handle.id, H5F_SCOPE_GLOBAL) }
  }

  /// Completes the file and closes it, and with it its groups and datasets that are still open.
  ///
  /// Takes the mark of an incomplete file away after all else has been written. Does not sync to
  /// disk: whoever renames the file over an older one syncs it first.
  ///
  /// - Throws: `H5Error`, for example when the disk is full; then the file is not complete.
  public consuming func close() throws(H5Error) {
    let place = root.place
    if isWritable {
      try flush()
      try root.removeAttribute(File.incompleteMark)
      try flush()
    }
    try root.close()
    try handle.close(on: place.description)
  }
}

/// Makes the properties all files are opened with.
///
/// Closing is strong (it closes what is still open inside), so that ``File/close()`` is the end
/// and no forgotten group keeps a file open for writing.
private func fileAccess(_ place: Place) throws(H5Error) -> H5Handle {
  let subject = place.description
  let access = try H5Handle("H5Pcreate", on: subject) { H5Pcreate(chdf5_file_access()) }
  try h5call("H5Pset_file_locking", on: subject) { chdf5_switch_locking_off(access.id) }
  try h5call("H5Pset_fclose_degree", on: subject) {
    H5Pset_fclose_degree(access.id, H5F_CLOSE_STRONG)
  }
  try h5call("H5Pset_libver_bounds", on: subject) {
    H5Pset_libver_bounds(access.id, H5F_LIBVER_EARLIEST, chdf5_latest())
  }
  return access
}
