import FoundationEssentials

/// What staged data consists of, as one stream of bytes: a head that lists files and folders, then the
/// contents of the files, one after the other.
///
/// A stream is cut into pieces of equal length, so that it can be asked for and passed on whatever the
/// sizes of the files.
struct StageLayout: Hashable, Sendable {
  /// A file or folder.
  struct Entry: Hashable, Sendable, Codable {
    /// Its path below the folder that trials see.
    var path: String
    /// Its size; `nil` for a folder.
    var bytes: Int?
    /// Whether it may be executed.
    var isProgram: Bool?
  }

  /// The length of a piece in bytes.
  ///
  /// With what MPI puts before it, it is within the eager limit of Open MPI's TCP transport (64 KiB), so that
  /// it is off to the kernel at once. Of what is still on its way to a process that is killed, Open MPI 4.1
  /// would end its sender.
  static let piece = 60 << 10
  /// Bytes that are read from the file system at a time, and between two words of how far that has come.
  static let block = 2 << 20
  /// The bytes before the list: the length of the head and of the stream.
  static let prefix = 16

  /// Folders before what is in them.
  let entries: [Entry]
  /// The head.
  let head: [UInt8]
  /// The length of the stream.
  let total: Int
  /// Where the files with content begin in the stream, ascending, and which entries they are.
  private let starts: [Int]
  private let files: [Int]

  /// A layout of these files.
  ///
  /// - Parameter entries: Folders before what is in them.
  /// - Throws: `EncodingError`.
  init(_ entries: [Entry]) throws {
    let encoder = JSONEncoder()
    // The same bytes whoever reads: another agent may go on where this one stops.
    encoder.outputFormatting = .sortedKeys
    let list = Array(try encoder.encode(entries))
    let length = Self.prefix + list.count
    let content = entries.reduce(0) { $0 + ($1.bytes ?? 0) }
    self.init(
      entries, head: encodeNumber(length) + encodeNumber(length + content) + list,
      total: length + content)
  }

  /// The layout that a stream begins with; `nil` where it is not wholly there yet.
  ///
  /// - Parameter bytes: The beginning of a stream.
  /// - Throws: `DecodingError` where it is none.
  init?(beginningOf bytes: [UInt8]) throws {
    guard bytes.count >= Self.prefix else { return nil }
    let length = decodeNumber(bytes[0..<8])
    guard length >= Self.prefix, bytes.count >= length else { return nil }
    let entries = try JSONDecoder().decode(
      [Entry].self, from: Data(bytes[Self.prefix..<length]))
    self.init(entries, head: Array(bytes[..<length]), total: decodeNumber(bytes[8..<16]))
  }

  private init(_ entries: [Entry], head: [UInt8], total: Int) {
    self.entries = entries
    self.head = head
    self.total = total
    var starts: [Int] = []
    var files: [Int] = []
    var place = head.count
    for (index, entry) in entries.enumerated() {
      guard let bytes = entry.bytes, bytes > 0 else { continue }
      starts.append(place)
      files.append(index)
      place += bytes
    }
    self.starts = starts
    self.files = files
  }

  /// The number of pieces.
  var pieces: Int { (total + Self.piece - 1) / Self.piece }

  /// Where a piece is in the stream.
  func range(ofPiece index: Int) -> Range<Int> {
    index * Self.piece..<min(total, (index + 1) * Self.piece)
  }

  /// A part of a file.
  struct Part: Hashable {
    var entry: Int
    var offset: Int
    var count: Int
  }

  /// The parts of files that a part of the stream consists of, behind the head.
  func parts(of range: Range<Int>) -> [Part] {
    var parts: [Part] = []
    var place = max(range.lowerBound, head.count)
    var index = firstFile(at: place)
    while place < range.upperBound, index < files.count {
      let offset = place - starts[index]
      let left = (entries[files[index]].bytes ?? 0) - offset
      let count = min(left, range.upperBound - place)
      parts.append(Part(entry: files[index], offset: offset, count: count))
      place += count
      index += 1
    }
    return parts
  }

  /// The file that holds a place of the stream, by bisection.
  private func firstFile(at place: Int) -> Int {
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] <= place { low = middle + 1 } else { high = middle }
    }
    return max(0, low - 1)
  }

  /// The bytes below each of the names that are staged.
  func bytes(of names: Set<String>) -> Int {
    entries.reduce(0) { sum, entry in
      names.contains(Self.name(of: entry.path)) ? sum + (entry.bytes ?? 0) : sum
    }
  }

  /// The staged name that a path is below.
  static func name(of path: String) -> String { String(path.prefix { $0 != "/" }) }
}

/// A number as eight bytes, the lowest first.
func encodeNumber(_ number: Int) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
}

/// The number in eight bytes.
func decodeNumber(_ bytes: ArraySlice<UInt8>) -> Int {
  bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
}
