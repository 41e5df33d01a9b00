import Processes
import StudyFiles
import StudyModel

/// A site by its name or by the path of its file.
func findSite(_ name: String) throws -> Checked<Site> {
  let files = siteFiles()
  if name.contains("/") || name.hasSuffix(".yaml") {
    return try loadSite(name, among: SiteFiles(paths: files))
  }
  if let path = files.first(where: { siteName(of: $0) == name }) {
    return try loadSite(path, among: SiteFiles(paths: files))
  }
  let known = siteNames()
  throw Failure(
    .wrongFile,
    "no site '\(name)'; known are \(known.joined(separator: ", ")) (from "
      + "\(siteFolders().joined(separator: ", "))), or name a file by its path")
}

/// Where site files are looked for: the user's own, `RUNG_SITES`, then those beside the program.
func siteFolders() -> [String] {
  var folders: [String] = []
  if let own = environment("XDG_CONFIG_HOME") ?? environment("HOME").map({ $0 + "/.config" }) {
    folders.append(own + "/rung/sites")
  }
  if let given = environment("RUNG_SITES") { folders.append(given) }
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
  return folders.filter { exists($0) }
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
