import Diagnosis
import Glibc
import HDF5
import Processes

private let mebibyte = 1 << 20

/// Writes to a folder, and removes what was written.
///
/// - Parameter path: The folder.
/// - Returns: What came of it.
func probe(storage path: String) -> StorageProbe {
  var probe = StorageProbe(path: path)
  do throws(SystemError) {
    let space = try FileSystemSpace(of: path)
    probe.freeMiB = space.freeBytes / mebibyte
    probe.sizeMiB = space.bytes / mebibyte
    let folder = try makeTemporaryFolder(path + "/rung-doctor-")
    defer { removeAll(folder) }
    let file = try Descriptor(opening: folder + "/probe", flags: O_WRONLY | O_CREAT | O_EXCL)
    let (piece, count) = (pattern(0), 64)
    let begin = monotonicSeconds()
    for _ in 0..<count { try file.writeAll(piece) }
    try file.sync()
    probe.writeRate = Double(count * piece.count) / (monotonicSeconds() - begin)
  } catch { probe.failure = error.description }
  return probe
}

/// Writes an HDF5 file as checkpoints are written: beside its name, closed, synced, renamed; then reads
/// it back.
///
/// - Parameters:
///   - name: The file, which stays, for other nodes to see.
///   - folder: Its folder.
/// - Returns: What came of it.
func probe(file name: String, in folder: String) -> FileProbe {
  let pieces = 8
  var probe = FileProbe(bytes: pieces * mebibyte)
  let path = "\(folder)/\(name)"
  do {
    let begin = monotonicSeconds()
    let file = try File(creating: path + ".new")
    let dataset = try file.root.createBytes("probe", count: probe.bytes)
    for piece in 0..<pieces { try dataset.write(pattern(piece), at: piece * mebibyte) }
    try dataset.close()
    try file.close()
    try syncPath(path + ".new")
    try renamePath(path + ".new", to: path)
    try syncPath(folder)
    let written = monotonicSeconds()
    try compare(file: path)
    probe.writeSeconds = written - begin
    probe.readSeconds = monotonicSeconds() - written
  } catch { probe.failure = "\(error)" }
  return probe
}

/// Reads a file of ``probe(file:in:)`` to its end.
///
/// - Parameter path: The file.
/// - Throws: `H5Error`, or ``Failure`` where it holds something else.
func compare(file path: String) throws {
  let file = try File(reading: path)
  let dataset = try file.root.openDataset("probe")
  for piece in 0..<dataset.count / mebibyte {
    guard try dataset.read(mebibyte, at: piece * mebibyte) == pattern(piece) else {
      throw Failure(.inputOutput, "'\(path)' holds something else than was written at MiB \(piece)")
    }
  }
  try dataset.close()
  try file.close()
}

/// A mebibyte that differs from every other piece's, and within itself.
private func pattern(_ piece: Int) -> [UInt8] {
  let seed = (0..<4096).map { UInt8(truncatingIfNeeded: ($0 &* 31) ^ ($0 >> 5) ^ (piece &* 77)) }
  return (0..<mebibyte / seed.count).flatMap { _ in seed }
}
