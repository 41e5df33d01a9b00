import Glibc
import Processes
import ProgramSupport
import Testing

/// Two coordinators on one study: the second was told by `--force` that the first is dead, and it is
/// not.
@Suite struct TakeOverTests {
  /// What the first does while the second takes over.
  enum State: String, CaseIterable {
    /// Its trials report: it has something to write.
    case busy
    /// Its trials train: nothing happens that it would write of.
    case waiting
    /// It stands still, and wakes when the second is well under way.
    case stopped
  }

  /// What a trial begins to train while there is a file `slow` takes a minute.
  private static let trial = """
    import os, time, rung
    trial = rung.trial()
    state = os.path.join(trial.checkpoint_dir, "state")
    if trial.resumed_from:
        assert open(state).read() == f"{trial.id} {trial.resumed_from}"
    for epoch in trial.epochs():
        time.sleep(60 if os.path.exists("slow") else 0.05)
        open(state, "w").write(f"{trial.id} {epoch}")
        trial.report(epoch, value=(float(trial.config["x"]) - 0.3) ** 2 + 1 / epoch)
    """

  private static let study = """
    metric: {name: value, goal: minimize}
    fidelity: {name: epoch, min: 1, max: 9}
    parameters: {x: {min: 0.0, max: 1.0}}
    algorithm: asha
    trial: {command: [PYTHON, train.py]}
    stop: {trials: 40}
    seed: 5
    """

  /// All that descends from a process.
  private func descendants(of process: Int32) -> [Int32] {
    // A process may end while it is looked at.
    let list = (try? readFile("/proc/\(process)/task/\(process)/children")) ?? []
    let children = text(list).split(separator: " ").compactMap { Int32($0) }
    return children + children.flatMap { descendants(of: $0) }
  }

  @Test(arguments: State.allCases)
  func aCoordinatorThatIsTakenOverEndsAndHarmsNothing(state: State) throws {
    let bench = try ProgramBench(study: Self.study, trial: Self.trial)
    // On a host of another name, so that nobody can tell from here whether it lives.
    let first = try bench.startNoted(
      ["run", bench.study, "--slots", "3", "--quiet"], as: "first",
      under: ["unshare", "--uts", "sh", "-c", #"hostname elsewhere && exec "$@""#, "sh"])
    let isUnderWay = try holds(within: 30) {
      exists(bench.directory + "/journal/0001.jsonl") ? try bench.status().reports >= 12 : false
    }
    try #require(isUnderWay)
    let refused = try bench.rung("resume", bench.directory, "--slots", "2", "--quiet")
    #expect(refused.status == 75)
    #expect(text(refused.errors).contains("which cannot be seen from here (if it is gone,"))
    if state == .waiting {
      try bench.folder.write("slow", "")
      var reports = -1
      let isQuiet = try holds(within: 20) {
        let before = reports
        reports = try bench.status().reports
        usleep(500_000)
        return reports == before
      }
      try #require(isQuiet)
      removeAll(bench.folder.file("slow"))
    }
    if state == .stopped { kill(first, SIGSTOP) }
    let descendants = descendants(of: first)
    #expect(descendants.count >= 4, "three companions, and trials that may just change")
    let reports = try bench.status().reports
    _ = try bench.startNoted(
      ["resume", bench.directory, "--slots", "2", "--quiet", "--force"], as: "second")
    if state == .stopped {
      #expect(try holds(within: 20) { try bench.status().reports >= reports + 10 })
      kill(first, SIGCONT)
    }
    #expect(holds(within: state == .stopped ? 4 : 8) { bench.noted("first") != nil })
    #expect(bench.noted("first") == 75)
    let words = try bench.folder.read("first.err")
    #expect(
      words.contains("rung: another coordinator has taken over the study with the journal in "),
      "\(words)")
    #expect(words.contains("run 2 has begun, so run 1 ended its trials and writes nothing more"))
    #expect(holds(within: 5) { descendants.allSatisfy { kill($0, 0) != 0 } })
    #expect(holds(within: 60) { bench.noted("second") != nil })
    let errors = try bench.folder.read("second.err")
    #expect(bench.noted("second") == 0, "\(errors)")
    let end = try bench.status()
    #expect(end.state == "completed")
    #expect(end.trials.total == 40)
    #expect(end.trials.failed == 0)
    let verified = try bench.rung("verify", bench.directory)
    #expect(verified.status == 0, "\(text(verified.output))")
    #expect(text(verified.output).contains("snapshot: the same as the replay\n"))
    #expect(namesInFolder(bench.directory).filter { $0.hasPrefix(".") } == [])
  }
}
