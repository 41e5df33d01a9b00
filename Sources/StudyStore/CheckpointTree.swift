public import Processes

/// What a trial left in its checkpoint folder: files, folders and symbolic links.
public struct CheckpointTree: Hashable, Sendable {
  /// A regular file.
  public struct File: Hashable, Sendable {
    /// Its path from the checkpoint folder.
    public var path: String
    /// Its permissions.
    public var mode: Int
    /// Its size in bytes.
    public var bytes: Int
  }

  /// Regular files, in the order of a walk by name.
  public var files: [File] = []
  /// Folders within, each before what it holds.
  public var folders: [String] = []
  /// Symbolic links, path and target; they are kept as links and not followed.
  public var links: [(path: String, target: String)] {
    zip(linkPaths, linkTargets).map { ($0, $1) }
  }
  var linkPaths: [String] = []
  var linkTargets: [String] = []

  /// The size of all files in bytes.
  public var bytes: Int { files.reduce(0) { $0 + $1.bytes } }
  /// Whether there is nothing in it.
  public var isEmpty: Bool { files.isEmpty && folders.isEmpty && linkPaths.isEmpty }

  init() {}

  /// Looks at a folder; sockets, pipes and devices in it are left out.
  ///
  /// - Parameter root: The checkpoint folder.
  /// - Throws: `SystemError`.
  public init(of root: String) throws(SystemError) { try walk(root, "") }

  private mutating func walk(_ folder: String, _ prefix: String) throws(SystemError) {
    for name in try readFolder(folder) {
      let path = prefix + name
      let whole = folder + "/" + name
      let status = try FileStatus(of: whole)
      switch status.kind {
      case .folder:
        folders.append(path)
        try walk(whole, path + "/")
      case .file: files.append(File(path: path, mode: status.mode, bytes: status.bytes))
      case .link:
        linkPaths.append(path)
        linkTargets.append(try readLink(whole))
      case .other: break
      }
    }
  }
}
