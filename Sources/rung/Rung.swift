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
    discussion: discussion(
      """
      Exit status: \(ExitStatus.meanings.map { "\($0) \($1)" }.joined(separator: "; ")).
      """,
      examples: "rung init my-study", "rung run my-study/study.yaml",
      "rung status my-study/study.rung"),
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
      TaskCommand.self, BenchmarkWorkerCommand.self, ExamineCommand.self, SlotViewCommand.self,
      CUDADevicesCommand.self,
      MPSCommand.self,
      SlurmQueryCommand.self, InstallCommand.self,
    ])

  static func main() {
    settleSignals()
    settleStandardDescriptors()
    do {
      let words = Array(CommandLine.arguments.dropFirst())
      // The parser shows the help of the program for that of a command that there is not.
      if words.first == "help", let failure = unknownCommand(in: words) { throw failure }
      var command: any ParsableCommand
      do { command = try parseAsRoot(words) } catch {
        throw unknownCommand(in: words) ?? error
      }
      if let command = command as? any ResultCommand, command.quiet { Notes.silence() }
      try command.run()
    } catch {
      end(with: error)
    }
  }

  /// Ends with an error's message and exit status, without a trace of the stack.
  private static func end(with error: any Error) -> Never {
    if error is ReaderGone {
      // As programs do that SIGPIPE ends; with the status of one where the signal is blocked.
      raiseBrokenPipe()
      Glibc.exit(128 + SIGPIPE)
    }
    if let failure = Failure(describing: error) {
      tell("rung: \(failure.message)")
      Glibc.exit(failure.status.rawValue)
    }
    // What the argument parser throws has its own status and words: help, a version, a mistake in the line.
    if error is ExitCode || exitCode(for: error) != .failure { exit(withError: error) }
    tell("rung: a mistake of Rung's own, please report it: \(error)")
    Glibc.exit(ExitStatus.ourMistake.rawValue)
  }
}

/// Exit statuses. Source: sysexits(3).
enum ExitStatus: Int32, CaseIterable {
  case studyFailed = 1
  case usage = 64
  case wrongFile = 65
  case slurmOutOfReach = 69
  case ourMistake = 70
  case nodesLost = 71
  case inputOutput = 74
  case stoppedEarly = 75

  /// What each means, with 0.
  static var meanings: [(Int32, String)] {
    [(0, "done")] + allCases.map { ($0.rawValue, $0.meaning) }
  }

  private var meaning: String {
    switch self {
    case .studyFailed: "the study failed, or a check did"
    case .usage: "the command line is wrong"
    case .wrongFile: "a file is wrong"
    case .slurmOutOfReach: "Slurm is out of reach"
    case .ourMistake: "a mistake of Rung's own"
    case .nodesLost: "a job lost every node that serves trials"
    case .inputOutput: "a file cannot be read or written"
    case .stoppedEarly: "stopped early, and can be resumed"
    }
  }
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

/// Writes a line of progress, a note or a warning to standard error, unless that is for errors alone.
func note(_ line: String) {
  if !Notes.areSilenced { tell(line) }
}

/// Writes a line to standard error.
func tell(_ line: String) {
  // What is said stands in the place of a line of progress, which follows anew.
  let start = Notes.takeOpenLine()
  // Nobody can be told that standard error is closed.
  try? Descriptor(owning: dup(2)).writeAll(Array((start + visibleText(line) + "\n").utf8))
}

/// Writes text to standard output.
///
/// - Throws: ``ReaderGone`` where nobody reads any more, or `SystemError`.
func write(_ text: String) throws {
  do { try Descriptor(owning: dup(1)).writeAll(Array(text.utf8)) } catch {
    throw error.code == EPIPE
      ? ReaderGone() : SystemError(error.function, "standard output", code: error.code)
  }
}

/// Nobody reads standard output any more, as in 'rung status DIR | head -1'.
struct ReaderGone: Error {}
