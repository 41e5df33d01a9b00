import Processes
import StudyFiles
import StudyModel

/// A site by its name or by the path of its file.
///
/// - Parameters:
///   - name: The name or the path.
///   - reason: Why this one.
/// - Returns: The site.
/// - Throws: ``Failure`` where there is none of this name, or `StudyFileError`.
func findSite(
  _ name: String, _ reason: SiteChoice.Reason = .asked
) throws -> Checked<Site> {
  try loadSite(siteFile(name, reason), among: SiteFiles(paths: siteFiles()))
}

/// The file of a site.
///
/// - Parameters:
///   - name: The site's name, or the path of the file.
///   - reason: Why this one.
/// - Returns: Its path.
/// - Throws: ``Failure`` where there is none of this name.
func siteFile(_ name: String, _ reason: SiteChoice.Reason = .asked) throws -> String {
  if name.contains("/") || name.hasSuffix(".yaml") { return name }
  if let path = siteFiles().first(where: { siteName(of: $0) == name }) { return path }
  let why = reason == .asked ? "" : ", \(reason)"
  let folders = siteFolders()
  guard !folders.isEmpty else {
    throw Failure(
      .wrongFile,
      "no site '\(name)'\(why); there is no folder of site files: 'rung install' brings one, RUNG_SITES "
        + "names others; or name a file by its path")
  }
  let names = siteNames()
  let known = names.isEmpty ? "there are none" : correction(of: name, known: names)
  throw Failure(
    .wrongFile,
    "no site '\(name)'\(why); \(known) (from \(folders.joined(separator: ", "))), or name a "
      + "file by its path")
}

/// The site that a command takes: the one that is asked for, else the one that is chosen.
///
/// Says on standard error which one was chosen and why.
///
/// - Parameters:
///   - name: The value of `--site`.
///   - isQuiet: Whether nothing is said.
/// - Returns: The site.
/// - Throws: ``Failure``, or `StudyFileError`.
func takeSite(_ name: String?, isQuiet: Bool = false) throws -> Checked<Site> {
  let choice = try name.map { SiteChoice(site: $0, reason: .asked) } ?? chooseSite(isQuiet: isQuiet)
  let checked = try findSite(choice.site, choice.reason)
  guard !isQuiet else { return checked }
  if choice.reason != .asked { note("rung: site '\(checked.value.name)', \(choice.reason)") }
  for warning in checked.warnings { note("rung: warning: \(warning)") }
  return checked
}

/// The site that is taken where the command line names none.
func chooseSite(isQuiet: Bool = false) throws -> SiteChoice {
  if let name = environment("RUNG_SITE"), !name.isEmpty {
    return SiteChoice(site: name, reason: .variable)
  }
  let candidates = knownSites(isQuiet: isQuiet).map { known in
    SiteChoice.Candidate(
      name: known.site.value.name, hosts: known.site.value.hosts, folder: known.folder,
      isOwn: known.isOwn)
  }
  do throws(SiteChoiceError) { return try SiteChoice(among: candidates, on: hostName()) } catch {
    throw Failure(.usage, error.description)
  }
}

/// A site that a name leads to.
struct KnownSite {
  var site: Checked<Site>
  var file: String
  /// The place of its folder among those that are looked in.
  var folder: Int
  /// Whether it is in one of the user's own folders.
  var isOwn: Bool
}

/// Every site that a name leads to, in the order in which they are looked up; a file with a mistake is
/// warned of and left out.
func knownSites(isQuiet: Bool = false) -> [KnownSite] {
  let files = siteFiles()
  let folders = siteFolders()
  let own = ownSiteFolders()
  var names: Set<String> = []
  return files.compactMap { file -> KnownSite? in
    guard names.insert(siteName(of: file)).inserted else { return nil }
    do throws(StudyFileError) {
      let site = try loadSite(file, among: SiteFiles(paths: files))
      let folder = folders.firstIndex { file.hasPrefix($0 + "/") } ?? folders.count
      return KnownSite(
        site: site, file: file, folder: folder, isOwn: own.contains { file.hasPrefix($0 + "/") })
    } catch {
      if !isQuiet, let first = error.mistakes.first {
        note("rung: warning: site '\(siteName(of: file))' is left out: \(first)")
      }
      return nil
    }
  }
}

/// Where site files are looked for: the user's own, `RUNG_SITES`, then those beside the program.
func siteFolders() -> [String] { ownSiteFolders() + programSiteFolders() }

/// The folders of site files that came with the program.
func programSiteFolders() -> [String] {
  var folders: [String] = []
  // The program lies in .build/<configuration>, in bin beside share, or in the checkout itself.
  if let program = try? realPath("/proc/self/exe") {
    var folder = program
    for _ in 0..<5 {
      guard let slash = folder.lastIndex(of: "/") else { break }
      folder = String(folder[..<slash])
      for candidate in ["\(folder)/site-configs", "\(folder)/share/rung/site-configs"]
      where exists(candidate) {
        folders.append(candidate)
      }
    }
  }
  return folders
}

/// The folders of site files that did not come with the program.
private func ownSiteFolders() -> [String] {
  var folders: [String] = []
  if let own = environment("XDG_CONFIG_HOME") ?? environment("HOME").map({ $0 + "/.config" }) {
    folders.append(own + "/rung/sites")
  }
  if let given = environment("RUNG_SITES") { folders.append(given) }
  // RUNG_SITES may name the folder that came with the program, whose patterns are nobody's own.
  let program = programSiteFolders()
  return folders.filter { folder in
    guard let real = try? realPath(folder) else { return false }
    return !program.contains(real)
  }
}

/// The files of all sites that can be found: by folder, in the order in which these are looked in,
/// then by name.
func siteFiles() -> [String] {
  siteFolders().flatMap { folder in
    namesInFolder(folder).filter { $0.hasSuffix(".yaml") }.sorted().map { "\(folder)/\($0)" }
  }
}

/// The name that a site's file gives it.
func siteName(of file: String) -> String {
  String(file[(file.lastIndex(of: "/").map(file.index(after:)) ?? file.startIndex)...].dropLast(5))
}

/// The names of all sites that can be found, ascending.
func siteNames() -> [String] { Set(siteFiles().map(siteName)).sorted() }
