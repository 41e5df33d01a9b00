/// A file or folder that is carried to every node's own storage before trials start there.
public struct StagedItem: Hashable, Sendable, Codable {
  /// Where on a node it is kept.
  public enum Place: String, Hashable, Sendable, Codable, CaseIterable {
    /// In the node's own storage, beside the trials' scratch folders.
    case node
    /// In `/dev/shm`, which is memory.
    case memory
  }

  /// The file or folder, relative to the study file's folder or absolute.
  public let from: String
  /// Where it is kept.
  public let to: Place

  /// What is carried from where to where.
  public init(from: String, to: Place = .node) {
    self.from = from
    self.to = to
  }

  /// What trials find it under: the last part of its path; empty where that says none, such as `..`.
  public var name: String {
    let last = from.split(separator: "/").last.map(String.init) ?? ""
    return last == "." || last == ".." ? "" : last
  }

  /// Its path.
  ///
  /// - Parameter folder: That of the study file.
  /// - Returns: An absolute path where the folder's is one.
  public func path(in folder: String) -> String {
    from.hasPrefix("/") ? from : folder + "/" + from
  }
}
