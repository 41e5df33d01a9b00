import Glibc
import Processes
import ProgramSupport
import Testing

/// Runs that are asked to end before their study does.
@Suite struct StopTests {
  private static let study = """
    name: stop
    metric: {name: loss, goal: minimize}
    fidelity: {name: epoch, min: 1, max: 9}
    parameters: {x: {min: 0.0, max: 1.0}}
    algorithm: {name: asha, type: stopping}
    trial: {command: [PYTHON, train.py], cpus: 1}
    stop: {trials: 24}
    """

  /// Notes each epoch that it trains.
  private static let trial = """
    import os, time, rung
    trial = rung.trial()
    path = os.path.join(trial.checkpoint_dir, "epoch")
    assert not trial.resumed_from or open(path).read() == str(trial.resumed_from)
    for epoch in trial.epochs():
        time.sleep(SECONDS)
        with open(path, "w") as file: file.write(str(epoch))
        with open("epochs", "a") as file: file.write(f"{trial.id} {epoch}\\\\n")
        trial.report(epoch, loss=trial.config["x"] + 1 / epoch)
    """

  private func bench(seconds: String = "0.1") throws -> ProgramBench {
    let words = Self.trial.split(separator: "SECONDS", omittingEmptySubsequences: false)
    return try ProgramBench(study: Self.study, trial: words.joined(separator: seconds))
  }

  private func start(_ bench: ProgramBench, reports: Int) throws -> Int32 {
    let process = try bench.start(["run", bench.study, "--slots", "3", "--quiet"])
    let isUnderWay = try holds(within: 30) {
      exists(bench.directory + "/journal/0001.jsonl")
        ? try bench.status().reports >= reports : false
    }
    try #require(isUnderWay)
    return process
  }

  /// Epochs that were trained, by trial and epoch, with how often.
  private func trained(_ bench: ProgramBench) throws -> [String: Int] {
    let lines = try bench.folder.read("epochs").split(separator: "\n").map(String.init)
    return Dictionary(lines.map { ($0, 1) }, uniquingKeysWith: +)
  }

  private func expectTheEnd(_ bench: ProgramBench) throws {
    #expect(try bench.rung("resume", bench.directory, "--slots", "2", "--quiet").status == 0)
    let status = try bench.status()
    #expect(status.state == "completed")
    #expect(status.trials.total == 24)
    #expect(status.trials.failed == 0)
    #expect(try bench.rung("verify", bench.directory).status == 0)
  }

  @Test(arguments: ["stop", "SIGTERM", "SIGINT", "SIGUSR1"])
  func aRunThatDrainsLosesNoEpoch(by way: String) throws {
    let bench = try bench()
    let process = try start(bench, reports: 6)
    switch way {
    case "stop":
      let stopped = try bench.rung("stop", bench.directory, "--drain")
      #expect(stopped.status == 0)
      #expect(text(stopped.output).hasPrefix("stopped"))
    case "SIGTERM": kill(process, SIGTERM)
    case "SIGINT": kill(process, SIGINT)
    default:
      // As `sbatch --signal` may do: to the coordinator and to its companions.
      let companions = companions(of: process)
      #expect(companions.count == 4)
      for receiver in companions.map(\.process) + [process] { kill(receiver, SIGUSR1) }
    }
    #expect(holds(within: 20) { bench.leftovers().isEmpty }, "left: \(bench.leftovers())")
    #expect(try bench.status().state == "paused")
    try expectTheEnd(bench)
    #expect(try trained(bench).values.allSatisfy { $0 == 1 })
  }

  /// The processes of Rung's own that a coordinator has started, with their arguments.
  private func companions(of process: Int32) -> [(process: Int32, arguments: String)] {
    // A process may end while it is looked at.
    let list = (try? readFile("/proc/\(process)/task/\(process)/children")) ?? []
    return text(list).split(separator: " ").compactMap { Int32($0) }.map { child in
      let words = (try? readFile("/proc/\(child)/cmdline")) ?? []
      return (child, text(words.map { $0 == 0 ? 32 : $0 }))
    }
  }

  /// As Slurm does where it tracks processes without control groups: to all, the trials first.
  @Test(arguments: [SIGUSR1, SIGUSR2, SIGTERM, SIGHUP])
  func trialsThatASignalToAllEndsHaveNotFailed(signal: Int32) throws {
    let bench = try bench(seconds: "0.5")
    let process = try start(bench, reports: 6)
    let trials = bench.leftovers().filter { $0.contains(" train.py") }
      .compactMap { Int32($0.prefix { $0 != " " }) }
    #expect(trials.count == 3)
    for receiver in trials + [process] { kill(receiver, signal) }
    #expect(holds(within: 20) { bench.leftovers().isEmpty }, "left: \(bench.leftovers())")
    #expect(try bench.status().state == "paused")
    try expectTheEnd(bench)
  }

  @Test func aRunWhoseLookoutEndsGoesOnAndSleeps() throws {
    let bench = try bench(seconds: "1")
    let process = try start(bench, reports: 1)
    let lookout = try #require(
      companions(of: process).first { $0.arguments.hasPrefix("rung lookout") }?.process)
    kill(lookout, SIGKILL)
    usleep(300_000)
    func ticks() throws -> Int {
      let fields = text(try readFile("/proc/\(process)/stat")).split(separator: " ")
      return (Int(fields[13]) ?? 0) + (Int(fields[14]) ?? 0)
    }
    let before = try ticks()
    sleep(2)
    // Of 200 hundredths of a second.
    #expect(try ticks() - before < 60)
    kill(process, SIGTERM)
    #expect(holds(within: 20) { bench.leftovers().isEmpty }, "left: \(bench.leftovers())")
    #expect(try bench.status().state == "paused")
  }

  @Test func whoDoesNotWantToWaitStopsAtOnce() throws {
    let bench = try bench(seconds: "1.5")
    _ = try start(bench, reports: 1)
    let begin = monotonicSeconds()
    let stopped = try bench.rung("stop", bench.directory, "--json")
    #expect(stopped.status == 0)
    #expect(text(stopped.output).contains("\"run\" : 1"))
    #expect(monotonicSeconds() - begin < 10)
    #expect(try bench.status().state == "paused")
    #expect(bench.leftovers().isEmpty, "left: \(bench.leftovers())")
    // There is nothing to stop, and a later run heeds no request to an earlier one.
    let again = try bench.rung("stop", bench.directory)
    #expect(again.status == 0)
    #expect(text(again.output).hasPrefix("nothing runs"))
    let process = try bench.start(["resume", bench.directory, "--slots", "3", "--quiet"])
    let isUnderWay = try holds(within: 30) { try bench.status().state == "running" }
    #expect(isUnderWay)
    // A second Ctrl-C does not wait for the epoch either.
    kill(process, SIGINT)
    usleep(300_000)
    kill(process, SIGINT)
    #expect(holds(within: 10) { bench.leftovers().isEmpty }, "left: \(bench.leftovers())")
    #expect(try bench.status().state == "paused")
  }

  @Test func aRequestToAnotherRunIsNotHeeded() throws {
    let bench = try bench()
    _ = try start(bench, reports: 2)
    _ = try bench.folder.write("study.rung/stop.json", #"{"run": 7, "isDraining": false}"#)
    #expect(holds(within: 60) { bench.leftovers().isEmpty }, "left: \(bench.leftovers())")
    #expect(try bench.status().state == "completed")
  }
}
