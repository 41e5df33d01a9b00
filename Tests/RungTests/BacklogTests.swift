import Glibc
import Processes
import ProgramSupport
import Testing

/// What agents under mpirun have to say while rank 0 stands still.
@Suite(.serialized) struct BacklogTests {
  private static let epochs = 6000

  private static let study = """
    metric: {name: loss, goal: minimize}
    fidelity: {name: epoch, min: 1, max: \(epochs)}
    parameters: {x: {min: 0.0, max: 1.0}}
    algorithm: random
    trial: {command: [PYTHON, train.py]}
    stop: {trials: 1}
    """

  /// Waits for a file, then reports as fast as it can, up to the last epoch, at which it is answered.
  private static let trial = """
    import os, time, rung
    trial = rung.trial()
    print("READY", flush=True)
    while not os.path.exists("go"):
        time.sleep(0.01)
    for epoch in trial.epochs():
        if epoch == \(epochs):
            print("ALL SAID", flush=True)
        trial.report(epoch, loss=1 / epoch)
    """

  private func hasLogged(_ bench: ProgramBench, _ text: String, rank: Int) -> Bool {
    let log = try? bench.folder.read("study.rung/logs/node-000\(rank).log")
    return log?.contains(text) ?? false
  }

  /// More reports than MPI takes for a process that does not receive any.
  @Test func nothingIsLostWhileRankZeroStandsStill() throws {
    let bench = try ProgramBench(study: Self.study, trial: Self.trial)
    let first = try bench.startNoted(["run", bench.study, "--slots", "1"], as: "first")
    try #require(holds(within: 60) { hasLogged(bench, "READY", rank: 0) })
    // The second one, once the first was heard, has it wait for nothing.
    let hasEnded = holds(within: 20) {
      kill(first, SIGINT)
      return bench.noted("first") != nil
    }
    try #require(hasEnded)

    let program = try rungProgram()
    let words = [
      "exec env OMPI_MCA_btl=self,vader mpirun --allow-run-as-root --oversubscribe",
      "-np 1 \(program) agent \(bench.directory) --slots 0",
      ": -np 1 \(program) agent \(bench.directory) --slots 1",
    ]
    _ = try bench.startNoted([], as: "agents", under: ["sh", "-c", words.joined(separator: " ")])
    try #require(holds(within: 60) { hasLogged(bench, "READY", rank: 1) })
    let rankZero = try #require(bench.ranks[0])
    kill(rankZero, SIGSTOP)
    try writeFile(bench.folder.file("go"), [])
    let hasSaidAll = holds(within: 60) { hasLogged(bench, "ALL SAID", rank: 1) }
    kill(rankZero, SIGCONT)
    #expect(hasSaidAll)
    #expect(holds(within: 60) { bench.noted("agents") != nil })
    let told = try bench.folder.read("agents.err")
    #expect(bench.noted("agents") == 0, "\(told)")
    #expect(try bench.status().reports == Self.epochs)
    #expect(bench.leftovers().isEmpty)
  }
}
