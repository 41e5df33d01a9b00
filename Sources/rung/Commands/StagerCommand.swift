import Agents
import ArgumentParser
import Processes

struct StagerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stager", abstract: "Read staged data for an agent, and hold it.",
    shouldDisplay: false)

  func run() throws { try Stager.serve(control: Descriptor(owning: Companion.descriptor)) }
}
