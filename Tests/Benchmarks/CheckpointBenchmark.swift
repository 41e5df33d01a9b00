import Coordination
import Glibc
import Processes
import StudyModel
import StudyStore

/// A checkpoint of one file into a container and out of it again, beside the same bytes without one.
enum CheckpointBenchmark {
  /// What is printed of a run; seconds.
  struct Figures: Encodable {
    var bench = "checkpoint"
    var mib: Int
    /// Into a container, until it is durable under its name.
    var save_s: Double
    /// Read from the file, written into another, synced and renamed.
    var plain_save_s: Double
    /// From a container into a folder.
    var load_s: Double
    /// Read from the file and written into another.
    var plain_load_s: Double
    /// Read from the file.
    var read_s: Double
  }

  /// Measures in a new folder.
  static func run(_ folder: String, mebibytes: Int) throws -> Figures {
    for name in ["", "/trial", "/checkpoints", "/plain", "/loaded"] {
      try makeFolder(folder + name)
    }
    let source = folder + "/trial/model.bin"
    try fill(source, mebibytes: mebibytes)

    let entry = Container.Entry(leg: LegID(TrialID(0), attempt: 1), epoch: 1, bytes: 0)
    let item = CheckpointContainer.Item(entry: entry, folder: folder + "/trial")
    let (entries, save) = try timed {
      try CheckpointContainer.write([item], as: "0-1.h5", in: folder + "/checkpoints")
    }
    let (_, plainSave) = try timed {
      try copy(source, to: folder + "/plain/beside", isSynced: true)
      try renamePath(folder + "/plain/beside", to: folder + "/plain/model.bin")
    }
    let (_, load) = try timed {
      try CheckpointContainer.load(
        entries[0], from: folder + "/checkpoints/0-1.h5", into: folder + "/loaded")
    }
    let (_, plainLoad) = try timed {
      try copy(folder + "/plain/model.bin", to: folder + "/plain/loaded.bin", isSynced: false)
    }
    let (_, read) = try timed { try copy(source, to: nil, isSynced: false) }
    return Figures(
      mib: mebibytes, save_s: save / 1e9, plain_save_s: plainSave / 1e9, load_s: load / 1e9,
      plain_load_s: plainLoad / 1e9, read_s: read / 1e9)
  }

  /// What is printed of many small ones; seconds.
  struct MergeFigures: Encodable {
    var bench = "merge"
    var checkpoints: Int
    /// Into eight containers.
    var write_s: Double
    /// Of these into one.
    var merge_s: Double
  }

  /// Writes checkpoints of a few bytes into containers and merges these.
  static func merge(_ folder: String, checkpoints: Int) throws -> MergeFigures {
    for name in ["", "/trial", "/checkpoints"] { try makeFolder(folder + name) }
    try writeFile(folder + "/trial/epoch", Array("1".utf8))
    let containers = (1...8).map { "0-\($0).h5" }
    var entries: [Container.Entry] = []
    let (_, write) = try timed {
      for (place, name) in containers.enumerated() {
        let numbers = checkpoints * place / 8..<checkpoints * (place + 1) / 8
        entries += try CheckpointContainer.write(
          numbers.map {
            CheckpointContainer.Item(
              entry: .init(leg: LegID(TrialID($0), attempt: 1), epoch: 1, bytes: 0),
              folder: folder + "/trial")
          }, as: name, in: folder + "/checkpoints")
      }
    }
    let (_, merge) = try timed {
      try CheckpointContainer.merge(
        containers, keeping: entries, as: "0-9.h5", in: folder + "/checkpoints")
    }
    return MergeFigures(checkpoints: checkpoints, write_s: write / 1e9, merge_s: merge / 1e9)
  }

  /// Random bytes, which no file system makes smaller.
  private static func fill(_ path: String, mebibytes: Int) throws {
    let file = try Descriptor(opening: path, flags: O_WRONLY | O_CREAT | O_EXCL)
    var draw = SystemRandomNumberGenerator()
    for _ in 0..<mebibytes {
      var piece: [UInt8] = []
      piece.reserveCapacity(1 << 20)
      for _ in 0..<1 << 17 {
        let bits = draw.next()
        for shift in 0..<8 { piece.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * shift))) }
      }
      try file.writeAll(piece)
    }
    try file.sync()
  }

  /// Copies in pieces as large as a container's; without a target only reads.
  private static func copy(_ path: String, to target: String?, isSynced: Bool) throws {
    let from = try Descriptor(opening: path, flags: O_RDONLY)
    let to = try target.map { try Descriptor(opening: $0, flags: O_WRONLY | O_CREAT | O_TRUNC) }
    while let piece = try from.read(atMost: 1 << 20), !piece.isEmpty { try to?.writeAll(piece) }
    if isSynced { try to?.sync() }
  }
}
