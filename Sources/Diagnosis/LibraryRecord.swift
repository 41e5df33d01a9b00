/// A shared library that Rung's process has loaded, or several that are one thing.
public struct LibraryRecord: Hashable, Sendable, Codable {
  /// What it is, such as `MPI`.
  public var name: String
  /// In its own words; `nil` where it has none, or was not asked.
  public var version: String?
  /// The files, links resolved; empty where it is within the program.
  public var paths: [String]

  /// A record of these parts.
  public init(_ name: String, version: String? = nil, paths: [String]) {
    self.name = name
    self.version = version
    self.paths = paths
  }

  /// What belongs to a name, by the beginnings of the files' names.
  private struct Kind {
    var name: String
    var beginnings: [String]
  }

  private static let kinds = [
    Kind(name: "MPI", beginnings: ["libmpi"]), Kind(name: "HDF5", beginnings: ["libhdf5"]),
    Kind(
      name: "LAPACK",
      beginnings: [
        "liblapack", "libopenblas", "libblas", "libmkl_", "libflame", "libblis", "libsci_",
        "libarmpl",
      ]),
    Kind(name: "zlib", beginnings: ["libz.", "libz-ng"]),
    Kind(name: "Slurm", beginnings: ["libslurm"]),
    Kind(
      name: "Swift",
      beginnings: [
        "libswift", "libFoundation", "lib_Foundation", "libdispatch", "libBlocksRuntime",
      ]),
    Kind(name: "C", beginnings: ["libc.so", "libc-"]),
  ]

  /// What a process has loaded, by what it is, and all the rest as `other` in the end.
  ///
  /// - Parameters:
  ///   - maps: The text of `/proc/self/maps`, as proc(5) describes it.
  ///   - versions: What the libraries say of themselves, by name.
  /// - Returns: A record of each kind, without files where none is loaded.
  public static func records(inMaps maps: String, versions: [String: String]) -> [LibraryRecord] {
    var paths: [String] = []
    for line in maps.split(separator: "\n") {
      // Address, permissions, offset, device, inode, and a path that may hold spaces.
      let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
      guard fields.count == 6 else { continue }
      let path = String(fields[5].drop { $0 == " " })
      if path.hasPrefix("/"), !paths.contains(path), file(path).contains(".so") {
        paths.append(path)
      }
    }
    paths.sort()
    var records = kinds.map { kind in
      let own = paths.filter { path in kind.beginnings.contains { file(path).hasPrefix($0) } }
      paths.removeAll { own.contains($0) }
      return LibraryRecord(kind.name, version: versions[kind.name], paths: own)
    }
    records.append(LibraryRecord("other", paths: paths))
    return records
  }

  /// The part of a path behind its last slash.
  static func file(_ path: String) -> Substring {
    path.split(separator: "/", omittingEmptySubsequences: true).last ?? ""
  }

  /// Version and files as text; of many files their names alone, and of those that only the named ones
  /// need how many there are.
  var text: String {
    guard name != "other" else { return "\(counted(paths.count, "file")), which these need" }
    let places =
      switch paths.count {
      case 0: name == "Slurm" ? "built without it" : "within the program"
      case 1...3: paths.joined(separator: ", ")
      default: paths.map { String(Self.file($0)) }.joined(separator: ", ")
      }
    return (version.map { "\($0); " } ?? "") + places
  }
}
