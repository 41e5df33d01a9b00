import ArgumentParser
import Processes
import StudyModel
import StudyFiles
import StudyStore

struct CheckCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Find every mistake in a study file.",
    discussion: discussion(
      examples: "rung check study.yaml", "rung check study.yaml --site jureca-dc"))

  @Argument(help: "The study file.", completion: .yaml) var study: String
  @Option(help: "A site's name or file, checked too.", completion: .site) var site: String?
  @OptionGroup var output: OutputOptions

  private struct Result: Encodable {
    struct Item: Encodable {
      var file: String
      var line: Int
      var column: Int
      var message: String

      init(_ mistake: Mistake) {
        file = mistake.file
        line = mistake.line
        column = mistake.column
        message = mistake.message
      }
    }
    var mistakes: [Item]
    var warnings: [Item]
  }

  func run() throws {
    var mistakes: [Mistake] = []
    var warnings: [Mistake] = []
    do { warnings += try loadStudy(study).warnings } catch {
      mistakes += error.mistakes
      warnings += error.warnings
    }
    if let site {
      do { warnings += try findSite(site).warnings } catch let error as StudyFileError {
        mistakes += error.mistakes
        warnings += error.warnings
      } catch let failure as Failure {
        mistakes.append(Mistake(file: site, line: 0, column: 0, message: failure.message))
      }
    }
    if json {
      try write(
        try jsonText(
          Result(mistakes: mistakes.map(Result.Item.init), warnings: warnings.map(Result.Item.init))
        ))
    }
    for warning in warnings { note("rung: warning: \(warning)") }
    guard mistakes.isEmpty else { throw StudyFileError(mistakes: mistakes) }
    if !json { try write("\(study): no mistakes\n") }
  }
}

struct RunCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a study here and now, without a batch system.",
    discussion: discussion(
      "On a terminal standard error shows how far it is, with an estimate of the time left.",
      examples: "rung run study.yaml", "rung run study.yaml --slots 4 --fresh"))

  @Argument(help: "The study file.", completion: .yaml) var study: String
  @Option(help: "Trials that run at a time; by default what the machine has room for.")
  var slots: Int?
  @OptionGroup var size: TrialSizeOption
  @OptionGroup var sharing: SharingOptions
  @Flag(help: "Move a study that is there already aside.") var fresh = false
  @Option(
    name: .customLong("output"),
    help: "The study's folder; by default beside the study file, ending in '.rung'.",
    completion: .directory)
  var directory: String?
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let slots, slots < 1 { throw ValidationError("'--slots' is at least 1, not \(slots)") }
  }

  func run() throws {
    // First: what is asked for in vain leaves no study behind.
    let checked = try loadStudy(study).value
    let size = try size.size(for: checked)
    let seats = try Session.seats(
      for: checked.resized(to: size).trial, in: StudyHandle.parent(of: try realPath(study)),
      wished: slots, sharing: sharing)
    let handle = try StudyHandle(creatingFrom: study, output: directory, isFresh: fresh)
    var session = Session(
      handle: handle, record: try handle.read(), size: size)
    note("rung: \(handle.directory.path), \(seats.count) slots")
    let (coordinator, _) = try session.runHere(seats)
    try Session.conclude(coordinator, directory: handle.directory, json: json)
  }
}

struct SpawnerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spawner", abstract: "Start and end trials for an agent.", shouldDisplay: false)

  @Argument(help: "Folders to remove in the end.") var folders: [String]

  func run() throws {
    try Spawner.serve(control: Descriptor(owning: Companion.descriptor), scratch: folders)
  }
}
