import ArgumentParser
import StudyFiles
import StudyModel

struct SitesCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "sites", abstract: "List the known machines, or show one.",
    discussion: discussion(examples: "rung sites", "rung sites jureca-dc"))

  @Argument(help: "A site's name or file.", completion: .site) var name: String?
  @OptionGroup var output: OutputOptions

  /// A site of the list: what it is, where it comes from, whether it is taken unasked.
  private struct Item: Encodable {
    var known: KnownSite
    var reason: SiteChoice.Reason?

    private enum CodingKeys: String, CodingKey {
      case file
      case isTaken = "is_taken"
      case reason
    }

    func encode(to encoder: any Encoder) throws {
      try known.site.value.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(known.file, forKey: .file)
      try container.encode(reason != nil, forKey: .isTaken)
      try container.encodeIfPresent(reason?.description, forKey: .reason)
    }

    var text: String {
      let site = known.site.value
      var lines = ["\(site.name): \(site.summary)", "  \(known.file)"]
      lines += site.parents.map { "  takes values from: \($0)" }
      if let reason { lines.append("  taken where none is named: \(reason)") }
      return lines.map { $0 + "\n" }.joined()
    }
  }

  func run() throws {
    guard let name else { return try list() }
    let checked = try findSite(name)
    for warning in checked.warnings { note("rung: warning: \(warning)") }
    try write(json ? try resultText(checked.value) : describe(checked.value))
  }

  private func list() throws {
    // That none can be chosen is no failure here.
    let choice = try? chooseSite(isQuiet: true)
    let items = knownSites().sorted { $0.site.value.name < $1.site.value.name }.map { known in
      let isTaken = choice?.site == known.site.value.name || choice?.site == known.file
      return Item(known: known, reason: isTaken ? choice?.reason : nil)
    }
    try write(json ? try resultText(["sites": items]) : items.map(\.text).joined())
  }
}
