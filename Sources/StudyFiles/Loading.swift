import FoundationEssentials
public import StudyModel

/// Loads a study from its file.
///
/// - Parameters:
///   - path: The file; messages show it as it is given here.
///   - purpose: What the study is to be used for.
///   - algorithm: A method with its defaults, in the place of the one that the file names.
/// - Returns: The study, and what in it is probably not meant.
/// - Throws: ``StudyFileError`` with every mistake, or why the file cannot be read.
public func loadStudy(
  _ path: String, for purpose: StudyPurpose = .running, by algorithm: Algorithm.Name? = nil
) throws(StudyFileError) -> Checked<Study> {
  try readStudy(contents(of: path), file: path, for: purpose, by: algorithm)
}

/// Loads a site from its file.
///
/// - Parameters:
///   - path: The file; its stem is the site's name.
///   - files: Those that it may take values from by their names.
/// - Returns: The site, and a warning of each value that has no source.
/// - Throws: ``StudyFileError`` with every mistake, or why the file cannot be read.
public func loadSite(
  _ path: String, among files: SiteFiles = SiteFiles(paths: [])
) throws(StudyFileError) -> Checked<Site> {
  try readSite(contents(of: path), name: stem(of: path), file: path, among: files)
}

/// The text of a regular file of at most 1 MiB.
func contents(of path: String) throws(StudyFileError) -> String {
  let ledger = Ledger(file: path)
  let real = URL(filePath: path).resolvingSymlinksInPath().path
  do {
    let attributes = try FileManager.default.attributesOfItem(atPath: real)
    guard attributes[.type] as? FileAttributeType == .typeRegular else {
      ledger.mistake(at: .wholeFile, Wording.noRegularFile)
      throw ledger.error
    }
    guard attributes[.size] as? UInt64 ?? 0 <= SourceText.mostBytes else {
      ledger.mistake(at: .wholeFile, Wording.fileTooLarge)
      throw ledger.error
    }
    let data = try Data(contentsOf: URL(filePath: real))
    if let text = String(validating: data, as: UTF8.self) { return text }
    // Every line break of UTF-8 is a byte of its own, so a line is valid or not by itself.
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let line = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
    ledger.mistake(at: Place(line: line + 1, column: 0), Wording.notUTF8)
    throw ledger.error
  } catch let error as StudyFileError {
    throw error
  } catch {
    let message =
      switch (error as? CocoaError)?.code {
      case .fileReadNoSuchFile, .fileNoSuchFile: Wording.noSuchFile
      case .fileReadNoPermission: Wording.noPermission
      default: Wording.unreadable(error)
      }
    ledger.mistake(at: .wholeFile, message)
    throw ledger.error
  }
}
