/// Where an object lies, for the wording of errors.
struct Place: Sendable {
  let file: String
  let path: String

  func child(_ name: String) -> Place {
    Place(file: file, path: path == "/" ? "/\(name)" : "\(path)/\(name)")
  }

  var description: String { "'\(path)' in '\(file)'" }
}

/// Refuses what C would cut short or HDF5 would take for something else.
func check(name: String, in place: Place) throws(H5Error) {
  guard !name.isEmpty, !name.utf8.contains(0) else {
    throw H5Error(
      "name", on: place.description, cause: "a name is empty or holds a zero byte: '\(name)'")
  }
}
