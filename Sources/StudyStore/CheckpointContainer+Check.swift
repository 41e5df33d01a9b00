public import Coordination
import HDF5
import Processes

extension CheckpointContainer {
  /// Reads a checkpoint to its last byte, and keeps nothing of it.
  ///
  /// - Parameters:
  ///   - entry: The checkpoint.
  ///   - container: The container's path.
  /// - Throws: ``StoreError`` where it is missing, a checksum is wrong, or it has another size than
  ///   the journal says.
  public static func check(_ entry: Container.Entry, of container: String) throws(StoreError) {
    guard exists(container) else { throw .damaged(file: container, cause: "it is missing") }
    var bytes = 0
    do {
      let file = try File(reading: container)
      let group = try file.root.openGroup(groupName(entry))
      let files = try group.readColumn("files", as: String.self)
      for name in ["folders", "links", "link_targets"] {
        _ = try group.readColumn(name, as: String.self)
      }
      _ = try group.readColumn("modes", as: Int64.self)
      for index in files.indices {
        let content = try group.openDataset("content-\(index)")
        for offset in stride(from: 0, to: content.count, by: pieceBytes) {
          bytes += try content.read(min(pieceBytes, content.count - offset), at: offset).count
        }
      }
    } catch { throw .damaged(file: container, cause: "\(error)") }
    guard bytes == entry.bytes else {
      throw .damaged(
        file: container,
        cause: "'\(groupName(entry))' has \(bytes) bytes, but the journal says \(entry.bytes)")
    }
  }
}
