/// The site files that others may take values from, by `from`.
public struct SiteFiles: Sendable {
  /// Their paths; where a name has several, the first counts.
  public let paths: [String]
  /// Reads the text of one.
  let text: @Sendable (String) throws(StudyFileError) -> String

  /// Files on disk; one that is named by its path need not be among them.
  ///
  /// - Parameter paths: In the order in which names are looked up.
  public init(paths: [String]) {
    self.paths = paths
    text = { path throws(StudyFileError) in try contents(of: path) }
  }

  /// Files whose texts are at hand; there are no others.
  ///
  /// - Parameter texts: Paths and texts, in the order in which names are looked up.
  public init(texts: [(path: String, text: String)]) {
    paths = texts.map(\.path)
    text = { path throws(StudyFileError) in
      if let found = texts.first(where: { $0.path == path }) { return found.text }
      let ledger = Ledger(file: path, isOfStudy: false)
      ledger.mistake(at: .wholeFile, Wording.noSuchFile)
      throw ledger.error
    }
  }
}
