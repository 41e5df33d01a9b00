import CHDF5

/// An open group of an HDF5 file: a folder of groups and datasets.
public struct Group: ~Copyable {
  /// What a name in a group stands for.
  public enum Child: Hashable, Sendable {
    /// A group.
    case group
    /// A dataset.
    case dataset
    /// Something this module does not read, such as a named type.
    case other
  }

  let handle: H5Handle
  let place: Place

  init(_ handle: consuming H5Handle, at place: Place) {
    self.handle = handle
    self.place = place
  }

  init(opening name: String, of location: hid_t, at place: Place) throws(H5Error) {
    handle = try H5Handle("H5Gopen2", on: place.description) {
      unsafe H5Gopen2(location, name, chdf5_default())
    }
    self.place = place
  }

  /// The group's path in its file, for example `/trials`.
  public var path: String { place.path }

  /// Creates a group in this one.
  ///
  /// - Parameter name: Its name; a path needs its parents to be there.
  /// - Returns: The new group, open.
  /// - Throws: `H5Error` if the name is taken or a parent is missing.
  ///
  /// Source: HDF5 reference, H5Gcreate2.
  public func createGroup(_ name: String) throws(H5Error) -> Group {
    try check(name: name, in: place)
    let child = place.child(name)
    let made = try H5Handle("H5Gcreate2", on: child.description) {
      unsafe H5Gcreate2(handle.id, name, chdf5_default(), chdf5_default(), chdf5_default())
    }
    return Group(made, at: child)
  }

  /// Opens a group in this one.
  ///
  /// - Parameter name: Its name, or a path from here.
  /// - Returns: The group.
  /// - Throws: `H5Error` if there is none.
  public func openGroup(_ name: String) throws(H5Error) -> Group {
    try check(name: name, in: place)
    return try Group(opening: name, of: handle.id, at: place.child(name))
  }

  /// Opens a dataset in this group.
  ///
  /// - Parameter name: Its name, or a path from here.
  /// - Returns: The dataset, which must be of one dimension.
  /// - Throws: `H5Error` if there is none.
  public func openDataset(_ name: String) throws(H5Error) -> Dataset {
    try check(name: name, in: place)
    return try Dataset(opening: name, of: handle.id, at: place.child(name))
  }

  /// Closes the group and reports a failure.
  ///
  /// - Throws: `H5Error`, for example if the file was closed before.
  public consuming func close() throws(H5Error) {
    try handle.close(on: place.description)
  }
}
