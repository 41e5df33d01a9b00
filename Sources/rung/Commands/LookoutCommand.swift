import Agents
import ArgumentParser
import Processes
import StudyStore

struct LookoutCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lookout", abstract: "Look out for what ends a run, for rank 0.",
    shouldDisplay: false)

  @Argument(help: "The study's folder.") var directory: String

  func run() throws {
    try Lookout.serve(
      control: Descriptor(owning: Companion.descriptor),
      directory: try StudyDirectory(existing: directory), secondsLeft: jobSecondsLeft,
      secondsBySlurm: jobSecondsBySlurm)
  }
}
