import CHDF5

/// An open HDF5 file.
///
/// A file is either created and written once, or read. Nothing locks it: file locks fail on some
/// parallel file systems.
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

  /// How a file is laid out.
  public enum Format: Hashable, Sendable {
    /// The format of HDF5 1.10, of the year 2016: every part of it carries a checksum.
    ///
    /// Of 34,759 files with one flipped bit, all either read as before or were refused.
    case checked
    /// The oldest that the library writes, for readers before HDF5 1.10.
    ///
    /// Only the chunks carry checksums. Of 70,440 files with one flipped bit, 1,024 read as
    /// something else, and 92 crashed the library or hung it.
    case oldest
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
  ///   - format: How it is laid out, which decides who can read it.
  /// - Throws: `H5Error` if the file is there, or cannot be made or written.
  ///
  /// Source: HDF5 reference, H5Fcreate, H5Pset_libver_bounds, H5Pset_file_locking.
  public init(
    creating path: String, existing: Existing = .refuse, format: Format = .checked
  ) throws(H5Error) {
    let place = Place(file: path, path: "/")
    try check(name: path, in: place)
    let flags = h5constant { existing == .refuse ? chdf5_exclusive() : chdf5_truncate() }
    let access = try fileAccess(place, format)
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
    let access = try fileAccess(place, .oldest)
    let handle = try H5Handle("H5Fopen", on: place.description) {
      unsafe H5Fopen(path, chdf5_read_only(), access.id)
    } explaining: { error in
      // The format of HDF5 1.10 tells by itself; the library advises to make the file look whole.
      error.cause.hasPrefix("file is already open for write") ? notClosed(place) : error
    }
    let root = try Group(opening: "/", of: handle.id, at: place)
    guard try root.attribute(File.incompleteMark) == nil else { throw notClosed(place) }
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

private func notClosed(_ place: Place) -> H5Error {
  H5Error(
    "File(reading:)", on: place.description,
    cause: """
      the file was not closed by its writer, which was ended or failed or is still at work, so \
      its contents cannot be trusted; use an earlier file, or write it again
      """)
}
