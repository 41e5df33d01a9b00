import Glibc
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

  private mutating func walk(_ root: String, _ prefix: String) throws(SystemError) {
    for name in namesInFolder(root + "/" + prefix) {
      let path = prefix + name
      let whole = root + "/" + path
      var status = stat()
      guard unsafe lstat(whole, &status) == 0 else { throw .last("lstat", whole) }
      switch status.st_mode & S_IFMT {
      case S_IFDIR:
        folders.append(path)
        try walk(root, path + "/")
      case S_IFREG:
        files.append(
          File(path: path, mode: Int(status.st_mode & 0o777), bytes: Int(status.st_size)))
      case S_IFLNK:
        var target = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink(whole, &target, target.count)
        guard count >= 0 else { throw .last("readlink", whole) }
        linkPaths.append(path)
        linkTargets.append(
          String(decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self))
      default: break
      }
    }
  }
}
