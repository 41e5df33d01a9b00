import Glibc
import Processes

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
