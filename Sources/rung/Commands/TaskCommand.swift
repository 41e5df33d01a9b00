import Agents
import ArgumentParser
import FoundationEssentials
import Glibc
import Processes

struct TaskCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "task", abstract: "Become a trial's program in a task of a job step.",
    shouldDisplay: false)

  @Argument(help: "A JSON file with the program, as a path, and its arguments.") var file: String
  @Option(help: "The variable that binds the trial to its GPUs.") var devices: String?
  @Flag(help: "Keep the variables of Slurm and MPI.") var keepSlurm = false
  @Option(help: "The cores of the process, where they are not the trial's.") var threads: Int?

  func run() throws {
    let command = try JSONDecoder().decode([String].self, from: Data(readFile(file)))
    guard let program = command.first else {
      throw Failure(.ourMistake, "'\(file)' names no program")
    }
    let environment = StepLaunch.taskEnvironment(
      currentEnvironment(), deviceVariable: devices, keepingSlurm: keepSlurm, threads: threads)
    throw becomeProgram(program, command, environment)
  }
}
