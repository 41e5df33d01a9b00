import ArgumentParser
import StudyFiles
import StudyModel

struct SitesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sites", abstract: "List the known machines, or show one.",
    discussion: "For example: rung sites jureca-dc")

  @Argument(help: "A site's name or file.") var name: String?
  @Flag(help: "Print one JSON object.") var json = false

  func run() throws {
    guard let name else {
      let sites = try siteNames().map { try findSite($0).value }
      let lines = sites.map { "\($0.name): \($0.summary)\n" }.joined()
      try write(json ? try jsonText(["sites": sites]) : lines)
      return
    }
    let checked = try findSite(name)
    for warning in checked.warnings { note("rung: warning: \(warning)") }
    try write(json ? try jsonText(checked.value) : describe(checked.value))
  }
}
