public import StudyModel

/// What a study is to be used for.
public enum StudyPurpose: Hashable, Sendable {
  /// It runs, here or in a job: what this version cannot launch is a mistake.
  case running
  /// It is simulated.
  case simulating
}

/// Reads a study from the text of its file.
///
/// Every field is checked; all mistakes are reported together.
///
/// - Parameters:
///   - text: YAML, at most 1 MiB.
///   - file: The file's name, as messages show it; its stem is the study's name where the text
///     gives none.
///   - purpose: What the study is to be used for.
///   - algorithm: A method with its defaults, in the place of the one that the text names.
/// - Returns: The study, and what in it is probably not meant.
/// - Throws: ``StudyFileError`` with every mistake.
public func readStudy(
  _ text: String, file: String, for purpose: StudyPurpose = .running,
  by algorithm: Algorithm.Name? = nil
) throws(StudyFileError) -> Checked<Study> {
  let ledger = Ledger(file: file, for: purpose)
  guard let root = yamlDocument(text, ledger)?.replacing(algorithm),
    let study = StudyReader(ledger: ledger).study(root, stem: stem(of: file))
  else { throw ledger.error }
  return ledger.checked(study)
}

extension YAMLNode {
  /// A study's document with another method; itself for none.
  fileprivate func replacing(_ algorithm: Algorithm.Name?) -> YAMLNode {
    guard let name = algorithm?.rawValue, case .mapping(var entries) = content else { return self }
    let key = "algorithm"
    let place = entries.first { $0.key == key }?.place ?? .wholeFile
    entries.removeAll { $0.key == key }
    let value = YAMLNode(content: .scalar(.word(name), text: name), place: place)
    entries.append(Entry(key: key, place: place, value: value))
    return YAMLNode(content: .mapping(entries), place: self.place)
  }
}

/// Reads a site from the text of its file.
///
/// - Parameters:
///   - text: YAML, at most 1 MiB.
///   - name: The name that users call the site by: the file's stem.
///   - file: The file's name, as messages show it.
///   - files: Those that it may take values from; by default none.
/// - Returns: The site, and a warning of each value that has no source.
/// - Throws: ``StudyFileError`` with every mistake, of the file or of one that it takes values from.
public func readSite(
  _ text: String, name: String, file: String, among files: SiteFiles = SiteFiles(texts: [])
) throws(StudyFileError) -> Checked<Site> {
  let ledger = Ledger(file: file, isOfStudy: false)
  guard let own = yamlDocument(text, ledger),
    let (root, parents) = SiteInheritance(files: files, ledger: ledger).document(own, of: file),
    var site = SiteReader(ledger: ledger).site(root, stem: name)
  else { throw ledger.error }
  site.parents = parents
  return ledger.checked(site)
}

/// A file's name without folders and without its extension.
func stem(of file: String) -> String {
  let name = file.split(separator: "/").last ?? ""
  guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return String(name) }
  return String(name[..<dot])
}
