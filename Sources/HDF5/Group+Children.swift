import CHDF5

extension Group {
  /// Returns the names of all groups and datasets in this group, sorted.
  ///
  /// - Throws: `H5Error` if the group cannot be read.
  ///
  /// Source: HDF5 reference, H5Literate.
  public func children() throws(H5Error) -> [String] {
    let names = NameList()
    try h5call("H5Literate", on: place.description) {
      unsafe chdf5_list_links(handle.id, appendName, names.pointer)
    }
    return names.sorted()
  }

  /// Says whether there is a child of this name.
  ///
  /// - Parameter name: A name, or a path from here of which any part may be missing.
  /// - Returns: False if any part of the path is missing.
  /// - Throws: `H5Error` if the group cannot be read.
  ///
  /// Source: HDF5 reference, H5Lexists, which wants every parent tested on its own.
  public func exists(_ name: String) throws(H5Error) -> Bool {
    try check(name: name, in: place)
    var path = ""
    for part in name.split(separator: "/") {
      path += path.isEmpty ? String(part) : "/\(part)"
      let found = try h5call("H5Lexists", on: place.child(path).description) {
        unsafe H5Lexists(handle.id, path, chdf5_default())
      }
      guard found > 0 else { return false }
    }
    return true
  }

  /// Says what a child is.
  ///
  /// - Parameter name: Its name, or a path from here.
  /// - Returns: Whether it is a group or a dataset.
  /// - Throws: `H5Error` if there is none.
  public func kind(of name: String) throws(H5Error) -> Child {
    try check(name: name, in: place)
    let subject = place.child(name).description
    let object = try H5Handle("H5Oopen", on: subject) {
      unsafe H5Oopen(handle.id, name, chdf5_default())
    }
    var type = H5I_BADID
    try h5call("H5Iget_type", on: subject) {
      type = H5Iget_type(object.id)
      return type.rawValue
    }
    return type == H5I_GROUP ? .group : type == H5I_DATASET ? .dataset : .other
  }
}
