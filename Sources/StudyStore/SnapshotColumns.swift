import HDF5
import Processes

/// Writes a snapshot's columns, and brings each few mebibytes of them to the disk by themselves.
///
/// The journal shares the disk: while all of a snapshot is brought there at once, its `fdatasync` waits,
/// and with it every decision.
struct SnapshotColumns {
  /// The file that they are written to.
  let path: String
  /// Bytes in memory, not packed yet, that are not known to be on the disk.
  private var unsynced = 0

  /// As many are brought there together: of a small study all, at the end.
  private static let limit = 4 << 20

  /// - Parameter path: The file that they are written to.
  init(path: String) { self.path = path }

  /// Writes a column, packed.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - values: A row each.
  ///   - group: Where it is.
  ///   - isShuffled: Whether the bytes of neighbours are alike.
  /// - Throws: `H5Error` and `SystemError`.
  mutating func write<Element: ColumnElement>(
    _ name: String, _ values: [Element], in group: borrowing Group, isShuffled: Bool = true
  ) throws {
    let options = StorageOptions(isShuffled: isShuffled, deflateLevel: 1)
    try group.writeColumn(name, values, options: options).close()
    unsynced += values.count * MemoryLayout<Element>.stride
    guard unsynced >= Self.limit else { return }
    unsynced = 0
    try syncPath(path)
  }
}
