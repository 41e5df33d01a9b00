import Agents
import ArgumentParser
import Processes
import StudyModel

struct KeeperCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keeper", abstract: "Carry checkpoints for an agent.", shouldDisplay: false)

  @Argument(help: "The study's folder of checkpoints.") var folder: String
  @Argument(help: "The agent's rank.") var worker: Int

  func run() throws {
    try Keeper.serve(
      control: Descriptor(owning: Companion.descriptor), folder: folder,
      worker: WorkerID(worker))
  }
}
