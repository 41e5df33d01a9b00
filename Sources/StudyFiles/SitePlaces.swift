import StudyModel

/// Where the keys of a site file stand, in it or in the files that it takes values from.
public struct SitePlaces: Sendable {
  private let root: YAMLNode?
  private let file: String

  /// The places of a file that has been read without mistakes.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - files: Those that it may take values from by their names.
  /// - Throws: ``StudyFileError`` where it cannot be read any more.
  public init(
    _ path: String, among files: SiteFiles = SiteFiles(paths: [])
  ) throws(StudyFileError) {
    try self.init(text: contents(of: path), file: path, among: files)
  }

  /// The places of a text.
  ///
  /// - Parameters:
  ///   - text: YAML.
  ///   - file: The file's name.
  ///   - files: Those that it may take values from by their names.
  /// - Throws: ``StudyFileError`` where it cannot be read.
  public init(
    text: String, file: String, among files: SiteFiles = SiteFiles(texts: [])
  ) throws(StudyFileError) {
    let ledger = Ledger(file: file, isOfStudy: false)
    guard let own = yamlDocument(text, ledger),
      let (root, _) = SiteInheritance(files: files, ledger: ledger).document(own, of: file)
    else { throw ledger.error }
    self.root = root
    self.file = file
  }

  /// Where a key stands; where it is not there, the nearest mapping that would hold it.
  ///
  /// - Parameter key: A path of keys, such as `partitions.gpu.memory`.
  /// - Returns: `FILE:LINE`, or the file's name alone where nothing of the path is there.
  public subscript(key: String) -> String {
    guard let place = root?.place(of: key) else { return file }
    return "\(place.file ?? file):\(place.line)"
  }
}

extension YAMLNode {
  /// The place of the last key of a path that is there; `nil` where none is. Keys may hold dots.
  fileprivate func place(of path: String) -> Place? {
    guard case .mapping(let entries) = content else { return nil }
    for entry in entries {
      if path == entry.key { return entry.place }
      if path.hasPrefix(entry.key + ".") {
        return entry.value.place(of: String(path.dropFirst(entry.key.count + 1))) ?? entry.place
      }
    }
    return nil
  }
}
