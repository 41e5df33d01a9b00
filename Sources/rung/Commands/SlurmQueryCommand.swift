import ArgumentParser
import Glibc
import Slurm

struct SlurmQueryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slurm-query", abstract: "Ask Slurm a question by libslurm.", shouldDisplay: false)

  @Argument(help: "The question.") var question: [String]

  func run() throws {
    Glibc.exit(runSlurmQueryChild(question))
  }
}
