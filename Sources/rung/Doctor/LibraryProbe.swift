import Diagnosis
import HDF5
import MPI
import Processes
import Surrogates
import TableFiles

/// The shared libraries of this process, with the versions that they say themselves.
func loadedLibraries() -> [LibraryRecord] {
  var versions = ["zlib": zlibVersion()]
  versions["MPI"] = mpiVersion()
  versions["HDF5"] = hdf5Version()
  versions["LAPACK"] = lapackVersion()
  versions["C"] = cLibraryVersion()
  // Without a /proc nothing is known of files; Linux has one.
  let maps = (try? readFile("/proc/self/maps")) ?? []
  return LibraryRecord.records(inMaps: String(decoding: maps, as: UTF8.self), versions: versions)
}
