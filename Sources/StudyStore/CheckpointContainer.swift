public import Coordination
import Glibc
import HDF5
import Processes
import StudyModel

/// Containers of checkpoints: HDF5 files that are written once, whole, and never reopened for
/// writing.
///
/// A container is written beside its place, closed, synced and renamed; what is under its final
/// name is complete. Each checkpoint is a group with one dataset of bytes a file, in chunks with
/// Fletcher-32 checksums.
public enum CheckpointContainer {
  /// A checkpoint that is to go into a container.
  public struct Item {
    /// What it is.
    public var entry: Container.Entry
    /// The folder that holds it.
    public var folder: String

    /// A checkpoint in a folder.
    public init(entry: Container.Entry, folder: String) {
      self.entry = entry
      self.folder = folder
    }
  }

  /// Bytes that are copied at a time.
  static let pieceBytes = 1 << 20

  /// Writes folders into a new container.
  ///
  /// - Parameters:
  ///   - items: The checkpoints; their sizes are measured here.
  ///   - name: The container's name.
  ///   - folder: The study's `checkpoints` folder.
  /// - Returns: The entries with their sizes.
  /// - Throws: ``StoreError``; then nothing is under the container's name.
  public static func write(
    _ items: [Item], as name: String, in folder: String
  ) throws(StoreError) -> [Container.Entry] {
    var entries: [Container.Entry] = []
    try create(name, in: folder) { root throws(StoreError) in
      for item in items {
        var entry = item.entry
        entry.bytes = try add(item, to: root, of: partial(name, in: folder))
        entries.append(entry)
      }
    }
    return entries
  }

  /// Copies checkpoints of several containers into a new one.
  ///
  /// - Parameters:
  ///   - names: The containers to read.
  ///   - entries: What to keep of them.
  ///   - name: The new container's name.
  ///   - folder: The study's `checkpoints` folder.
  /// - Throws: ``StoreError``; then nothing is under the new name.
  public static func merge(
    _ names: [String], keeping entries: [Container.Entry], as name: String, in folder: String
  ) throws(StoreError) {
    try create(name, in: folder) { target throws(StoreError) in
      var missing = entries
      for source in names {
        let path = folder + "/" + source
        do {
          let file = try File(reading: path)
          // One that was kept twice at the same epoch is copied once.
          for entry in missing where try file.root.exists(groupName(entry)) {
            let from = try file.root.openGroup(groupName(entry))
            let to = try target.createGroup(groupName(entry))
            try copy(from, to)
            try to.close()
            missing.removeAll { $0 == entry }
          }
        } catch { throw failure(error, writing: partial(name, in: folder), reading: path) }
      }
      if let lost = missing.first {
        throw .damaged(
          file: folder + "/" + (names.last ?? ""),
          cause: "neither it nor those merged with it hold '\(groupName(lost))'")
      }
    }
  }

  /// Lays a checkpoint out again as files, all of its pieces.
  ///
  /// - Parameters:
  ///   - source: The checkpoint.
  ///   - containers: The study's `checkpoints` folder.
  ///   - folder: Where to; it must exist and should be empty.
  /// - Throws: ``StoreError``, also where a checksum is wrong.
  public static func load(
    _ source: Leg.Source, from containers: String, into folder: String
  ) throws(StoreError) {
    for piece in source.pieces {
      try load(piece.entry, from: containers + "/" + piece.container, into: folder)
    }
  }

  /// Lays a checkpoint, or a part of one, out again as files.
  ///
  /// - Parameters:
  ///   - entry: The checkpoint.
  ///   - container: The container's path.
  ///   - folder: Where to; it must exist and should be empty.
  /// - Throws: ``StoreError``, also where a checksum is wrong.
  public static func load(
    _ entry: Container.Entry, from container: String, into folder: String
  ) throws(StoreError) {
    do {
      let file = try File(reading: container)
      let group = try file.root.openGroup(groupName(entry))
      for path in try group.readColumn("folders", as: String.self) {
        try makeFolder(folder + "/" + path)
      }
      for (index, path) in try group.readColumn("files", as: String.self).enumerated() {
        try lay(group, index, folder + "/" + path)
      }
      let targets = try group.readColumn("link_targets", as: String.self)
      for (path, target) in zip(try group.readColumn("links", as: String.self), targets) {
        try makeLink(folder + "/" + path, to: target)
      }
    } catch let error as SystemError {
      throw .system(error)
    } catch { throw .damaged(file: container, cause: "\(error)") }
  }

  static func groupName(_ entry: Container.Entry) -> String {
    "trial-\(entry.leg.trial)-attempt-\(entry.leg.attempt)-epoch-\(entry.epoch)"
      + (entry.part.map { "-part-\($0.number)" } ?? "")
  }

  private static func create(
    _ name: String, in folder: String, _ body: (borrowing Group) throws(StoreError) -> Void
  ) throws(StoreError) {
    let beside = partial(name, in: folder)
    let path = folder + "/" + name
    do {
      let file = try createPartial(beside)
      try file.root.setAttribute("format", to: 1)
      try file.root.setAttribute("kind", to: "checkpoints")
      try body(file.root)
      try file.close()
      try syncPath(beside)
      try renamePath(beside, to: path)
      try syncPath(folder)
    } catch {
      abandon(beside)
      throw failure(error, writing: beside)
    }
  }

  /// Where a container is written before it has its name.
  private static func partial(_ name: String, in folder: String) -> String {
    folder + "/.\(name).partial"
  }

  /// What an error means while `target` is written from `source`.
  private static func failure(
    _ error: any Error, writing target: String, reading source: String? = nil
  ) -> StoreError {
    switch error {
    case let error as StoreError: error
    case let error as SystemError: .system(error)
    case let error as H5Error where source == nil || error.subject.contains("'\(target)'"):
      .unwritable(file: target, cause: "\(error)")
    default: .damaged(file: source ?? target, cause: "\(error)")
    }
  }

  private static func add(
    _ item: Item, to root: borrowing Group, of target: String
  ) throws(StoreError) -> Int {
    do {
      let tree = try CheckpointTree(of: item.folder)
      let group = try root.createGroup(groupName(item.entry))
      try group.setAttribute("trial", to: .integer(Int64(item.entry.leg.trial.number)))
      try group.setAttribute("attempt", to: .integer(Int64(item.entry.leg.attempt)))
      try group.setAttribute("epoch", to: .integer(Int64(item.entry.epoch)))
      if let part = item.entry.part {
        try group.setAttribute("part", to: .integer(Int64(part.number)))
        try group.setAttribute("parts", to: .integer(Int64(part.count)))
      }
      // Each is closed by hand: what a full disk does not take is known only then.
      try group.writeColumn("files", tree.files.map(\.path)).close()
      try group.writeColumn("modes", tree.files.map { Int64($0.mode) }).close()
      try group.writeColumn("folders", tree.folders).close()
      try group.writeColumn("links", tree.linkPaths).close()
      try group.writeColumn("link_targets", tree.linkTargets).close()
      for (index, file) in tree.files.enumerated() {
        let source = try Descriptor(opening: item.folder + "/" + file.path, flags: O_RDONLY)
        let dataset = try group.createBytes("content-\(index)", count: file.bytes)
        var offset = 0
        while offset < file.bytes {
          let wanted = min(pieceBytes, file.bytes - offset)
          guard let piece = try source.read(atMost: wanted), !piece.isEmpty else {
            throw StoreError.damaged(file: file.path, cause: "it shrank while it was being kept")
          }
          try dataset.write(piece, at: offset)
          offset += piece.count
        }
        try dataset.close()
      }
      try group.close()
      return tree.bytes
    } catch { throw failure(error, writing: target) }
  }

  private static func copy(_ from: borrowing Group, _ to: borrowing Group) throws(H5Error) {
    for name in try from.attributeNames() {
      if let value = try from.attribute(name) { try to.setAttribute(name, to: value) }
    }
    let files = try from.readColumn("files", as: String.self)
    for name in ["files", "folders", "links", "link_targets"] {
      try to.writeColumn(name, try from.readColumn(name, as: String.self)).close()
    }
    try to.writeColumn("modes", try from.readColumn("modes", as: Int64.self)).close()
    for index in files.indices {
      let source = try from.openDataset("content-\(index)")
      let target = try to.createBytes("content-\(index)", count: source.count)
      for offset in stride(from: 0, to: source.count, by: pieceBytes) {
        try target.write(
          try source.read(min(pieceBytes, source.count - offset), at: offset), at: offset)
      }
      try target.close()
    }
  }

  private static func lay(
    _ group: borrowing Group, _ index: Int, _ path: String
  ) throws {
    let modes = try group.readColumn("modes", as: Int64.self)
    let content = try group.openDataset("content-\(index)")
    let file = try Descriptor(opening: path, flags: O_WRONLY | O_CREAT | O_TRUNC)
    for offset in stride(from: 0, to: content.count, by: pieceBytes) {
      try file.writeAll(try content.read(min(pieceBytes, content.count - offset), at: offset))
    }
    try file.setMode(Int(modes[index]))
  }
}
