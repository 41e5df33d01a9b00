import FoundationEssentials
import Processes

/// A request that a run ends, left as a file in the study's folder: rank 0 may be on any host, and
/// listens on no port.
public struct StopRequest: Hashable, Sendable, Codable {
  /// The run it is meant for: a later one does not heed it.
  public var run: Int
  /// Whether trials are asked to hold first; otherwise they are ended at once.
  public var isDraining: Bool

  /// A request to a run.
  public init(run: Int, isDraining: Bool) {
    self.run = run
    self.isDraining = isDraining
  }

  private static func path(in directory: StudyDirectory) -> String { directory.path + "/stop.json" }

  /// The request in a study's folder.
  ///
  /// - Parameter directory: The study.
  /// - Returns: `nil` where there is none, or none that can be read (yet).
  public static func read(_ directory: StudyDirectory) -> StopRequest? {
    guard let text = try? readFile(path(in: directory)) else { return nil }
    return try? JSONDecoder().decode(StopRequest.self, from: Data(text))
  }

  /// Leaves the request in a study's folder, whole from the moment it is there.
  ///
  /// - Parameter directory: The study.
  /// - Throws: ``StoreError``.
  public func write(to directory: StudyDirectory) throws(StoreError) {
    let beside = directory.path + "/.stop.json"
    do {
      try writeFile(beside, Array(try JSONEncoder().encode(self)))
      try renamePath(beside, to: Self.path(in: directory))
    } catch let error as SystemError {
      throw .system(error)
    } catch { throw .unwritable(file: beside, cause: "\(error)") }
  }

  /// Takes the request out of a study's folder.
  ///
  /// - Parameter directory: The study.
  public static func remove(from directory: StudyDirectory) { removeAll(path(in: directory)) }
}
