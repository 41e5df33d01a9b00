import Agents
import ArgumentParser
import Glibc
import MPI
import Processes
import StudyFiles
import StudyStore

/// The `rung` command.
@main
struct Rung: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "rung",
    abstract: "Hyperparameter and architecture search on Slurm machines.",
    discussion: """
      A first study: rung run jobscripts/digits/study.yaml
      Exit status: 0 done, 1 the study failed or a check did, 64 usage, 65 a file is wrong, 69 Slurm is out of \
      reach, 70 a mistake of Rung's own, 74 a file cannot be read or written, 75 stopped early and can be resumed.
      """,
    version: version,
    subcommands: [
      InitCommand.self, CheckCommand.self, RunCommand.self, CalibrateCommand.self, PlanCommand.self,
      SubmitCommand.self,
      ResumeCommand.self, StopCommand.self, AgentCommand.self, StatusCommand.self,
      WatchCommand.self, BestCommand.self,
      ReportCommand.self, ExportCommand.self, ExplainCommand.self, VerifyCommand.self,
      SimulateCommand.self, CampaignCommand.self,
      SitesCommand.self, DoctorCommand.self, SpawnerCommand.self, KeeperCommand.self,
      LookoutCommand.self, StagerCommand.self, MeterCommand.self, ChainCommand.self,
      TaskCommand.self, ExamineCommand.self, SlotViewCommand.self, CUDADevicesCommand.self,
      MPSCommand.self,
      SlurmQueryCommand.self,
    ])

  static func main() {
    settleSignals()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      if let failure = Failure(describing: error) {
        note("rung: \(failure.message)")
        Glibc.exit(failure.status.rawValue)
      }
      exit(withError: error)
    }
  }
}

/// Exit statuses. Source: sysexits(3).
enum ExitStatus: Int32 {
  case studyFailed = 1
  case usage = 64
  case wrongFile = 65
  case slurmOutOfReach = 69
  case ourMistake = 70
  case nodesLost = 71
  case inputOutput = 74
  case stoppedEarly = 75
}

/// A failure with its exit status, for people.
struct Failure: Error, CustomStringConvertible {
  var status: ExitStatus
  var message: String

  var description: String { message }

  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
  }

  /// The exit status of a command that an error ends; an error of no module is our mistake.
  static func status(of error: any Error) -> Int32 {
    (Failure(describing: error)?.status ?? .ourMistake).rawValue
  }

  /// What an error of a module means for the command; `nil` for one of the argument parser's.
  init?(describing error: any Error) {
    switch error {
    case let error as Failure: self = error
    case let error as StudyFileError:
      self.init(.wrongFile, "\(error.mistakes.count) mistakes\n\(error)")
      if error.mistakes.count == 1 { message = error.description }
    case let error as StoreError:
      switch error {
      case .system, .unwritable: self.init(.inputOutput, error.description)
      case .held, .unfinished, .takenOver: self.init(.stoppedEarly, error.description)
      case .noStudy, .damaged, .damagedJournal, .newerFormat, .decidedOtherwise:
        self.init(.wrongFile, error.description)
      }
    case let error as SystemError: self.init(.inputOutput, error.description)
    case AgentError.everyAgentLost:
      self.init(.nodesLost, AgentError.everyAgentLost.description)
    case let error as StageFailure: self.init(.inputOutput, error.description)
    case AgentError.notStaged(let failure): self.init(.inputOutput, failure.description)
    case AgentError.noMPS: self.init(.usage, "\(error)")
    case let error as AgentError: self.init(.ourMistake, error.description)
    case let error as MPIError: self.init(.ourMistake, error.description)
    default: return nil
    }
  }
}

/// Writes a line to standard error.
func note(_ line: String) {
  // Nobody can be told that standard error is closed.
  try? Descriptor(owning: dup(2)).writeAll(Array((visibleText(line) + "\n").utf8))
}

/// Writes text to standard output.
///
/// - Throws: `SystemError`, when the reader has gone for instance.
func write(_ text: String) throws {
  try Descriptor(owning: dup(1)).writeAll(Array(text.utf8))
}
