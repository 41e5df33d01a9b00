import Glibc
import HDF5
import Processes

/// Begins an HDF5 file that is the user's alone, replacing what a writer before left of it.
///
/// - Parameter path: Where; not yet its final name.
/// - Returns: The file, still marked as incomplete.
/// - Throws: `SystemError` and `H5Error`.
func createPartial(_ path: String) throws -> File {
  // The library would create it with whatever permissions the umask leaves.
  try writeFile(path, [])
  return try File(creating: path, existing: .replace)
}

/// Removes a file that could not be written to its end.
///
/// It is emptied first: the HDF5 library may hold it open until this process ends, and its room is
/// needed before.
///
/// - Parameter path: May be missing.
func abandon(_ path: String) {
  // Where it cannot be emptied it is removed all the same.
  _ = try? Descriptor(opening: path, flags: O_WRONLY | O_TRUNC)
  removeAll(path)
}
