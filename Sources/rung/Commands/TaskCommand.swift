import Agents
import ArgumentParser
import Glibc
import Processes

struct TaskCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "task", abstract: "Become a trial's program in a task of a job step.",
    shouldDisplay: false)

  @Option(help: "The variable that binds the trial to its GPUs.") var devices: String?
  @Flag(help: "Keep the variables of Slurm and MPI.") var keepSlurm = false
  @Argument(parsing: .postTerminator, help: "The program, as a path, and its arguments.")
  var command: [String] = []

  func run() throws {
    guard let program = command.first else {
      throw Failure(.ourMistake, "'rung task' is given no program")
    }
    let environment = StepLaunch.taskEnvironment(
      currentEnvironment(), deviceVariable: devices, keepingSlurm: keepSlurm)
    throw becomeProgram(program, command, environment)
  }
}
