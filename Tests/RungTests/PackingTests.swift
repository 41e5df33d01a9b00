import Coordination
import FoundationEssentials
import Processes
import ProgramSupport
import StudyModel
import StudyStore
import Testing

/// Trials that really have memory, where the kernel ends what has too much.
///
/// Each has some 120 MiB, so that with a tenth more three fit into the 500 MiB of the control group, and six
/// would not.
@Suite(.serialized) struct PackingTests {
  private static let study = """
    metric: {name: value, goal: minimize}
    fidelity: {name: epoch, min: 1, max: 3}
    parameters: {x: {min: 0.0, max: 1.0}}
    algorithm: random
    trial: {command: [PYTHON, train.py]}
    stop: {trials: 14}
    """

  private static let trial = """
    import time, rung
    trial = rung.trial()
    data = bytearray(110 << 20)
    for place in range(0, len(data), 4096): data[place] = 1
    for epoch in trial.epochs():
        time.sleep(0.3)
        trial.report(epoch, value=trial.config["x"] + 1 / epoch)

    """

  /// What a study's journal says of memory.
  private struct Account {
    /// Ends for want of memory.
    var starved: [LegEnd] = []
    /// The most legs at a time, before a leg had ended by itself and after.
    var most = (before: 0, after: 0)
    var nodeMiB: Int?
    /// Legs beside which nobody ran from their start to their end.
    var alone: Set<LegID> = []

    init(_ bench: ProgramBench) throws {
      var open: Set<LegID> = []
      var isKnown = false
      let entries = try Journal.entries(StudyDirectory(existing: bench.directory).journal)
      for entry in entries {
        switch entry.event {
        case .workerJoined(_, _, _, let memory): nodeMiB = memory?.hostMiB
        case .legEnded(let end):
          open.remove(end.leg)
          if end.outcome == .outOfMemory { starved.append(end) }
          if end.peakMemoryMiB != nil { isKnown = true }
        default: break
        }
        for case .start(let leg) in entry.commands {
          open.insert(leg.id)
          if open.count == 1 { alone.insert(leg.id) } else { alone.subtract(open) }
          if isKnown {
            most.after = max(most.after, open.count)
          } else {
            most.before = max(most.before, open.count)
          }
        }
      }
    }
  }

  private func run(_ bench: ProgramBench, in cage: MemoryCage) throws {
    let arguments = ["run", bench.study, "--slots", "6", "--quiet"]
    let result = try bench.rung(arguments, under: cage.wrapper)
    #expect(result.status == 0, "\(text(result.errors))")
    #expect(try bench.rung("verify", bench.directory).status == 0)
  }

  @Test func trialsThatRunOutOfMemoryAreRetriedAloneAndFewerShareFromThenOn() throws {
    let bench = try ProgramBench(study: Self.study, trial: Self.trial)
    let cage = try MemoryCage(mebibytes: 500)
    try run(bench, in: cage)
    let account = try Account(bench)
    #expect(account.nodeMiB == 500)
    #expect(account.most.before == 6, "as many as there are slots, since nothing was measured")
    #expect(!account.starved.isEmpty, "six are too many")
    #expect(account.starved.allSatisfy { $0.lacked == .host })
    #expect(account.most.after <= 3)
    for end in account.starved {
      let next = LegID(end.leg.trial, attempt: end.leg.attempt + 1)
      #expect(account.alone.contains(next), "\(next) was not alone")
      #expect(!account.starved.contains { $0.leg == next })
    }
    let status = try bench.status()
    #expect(status.state == "completed" && status.trials.total == 14 && status.trials.failed == 0)
    let shown = text(try bench.rung("status", bench.directory).output)
    #expect(shown.contains("memory: at most 1"), "\(shown)")
  }

  @Test func noneRunsOutOfMemoryWhereItWasMeasuredBefore() throws {
    let bench = try ProgramBench(study: Self.study, trial: Self.trial)
    let cage = try MemoryCage(mebibytes: 500)
    let measured = try bench.rung("calibrate", bench.study, "--trials", "2", "--quiet")
    #expect(measured.status == 0, "\(text(measured.errors))")
    try run(bench, in: cage)
    let account = try Account(bench)
    #expect(account.starved == [])
    #expect(max(account.most.before, account.most.after) == 3)
    #expect(try bench.status().trials.failed == 0)
  }
}
