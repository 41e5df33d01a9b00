import Processes
import ProgramSupport
import Testing

/// Trials that misbehave, each in its own way, in one study that goes on all the same.
@Suite struct BadStudyTests {
  static let trial = """
    import os, signal, sys, time
    kind = sys.argv[2]
    until = int(os.environ["RUNG_FIDELITY_UNTIL"]); begin = int(os.environ["RUNG_RESUME_FROM"])
    if kind == "printed":
        for epoch in range(begin + 1, until + 1):
            print('[rung] {"epoch": %d, "value": %r}' % (epoch, 0.5 / epoch))
            open(os.environ["RUNG_CHECKPOINT_DIR"] + "/state", "w").write(str(epoch))
        sys.exit(0)
    if kind == "exits":
        print("something broke"); sys.exit(1)
    if kind == "silent": time.sleep(100)
    if kind == "noreport": sys.exit(0)
    if kind == "killed": os.kill(os.getpid(), signal.SIGKILL)
    import rung
    trial = rung.trial()
    if kind == "rubbish":
        for _ in range(500):
            sys.stdout.buffer.write(os.urandom(200) + b"\\n[rung] {bad json\\n[rung] [1, 2]\\n")
        sys.stdout.buffer.flush()
    for epoch in trial.epochs():
        if kind == "early":
            trial.report(1, value=0.4); break
        if kind == "missing":
            trial.report(epoch, other=1.0); continue
        trial.report(epoch, value=float("nan") if kind == "nan" else 1.0 / epoch)
    """

  static let kinds = [
    "good", "rubbish", "nan", "exits", "silent", "noreport", "early", "killed", "printed",
    "missing",
  ]

  @Test func eachIsRecordedAsWhatItIsAndTheStudyGoesOn() throws {
    let points = Self.kinds.map { "{kind: \($0)}" }.joined(separator: ", ")
    let bench = try ProgramBench(
      study: """
        metric: {name: value, goal: minimize}
        fidelity: {name: epoch, min: 1, max: 9}
        parameters: {kind: {values: [\(Self.kinds.joined(separator: ", "))]}}
        points: [\(points)]
        algorithm: asha
        trial: {command: [PYTHON, train.py, --kind, "{kind}"], silence: 2s, retries: 1}
        stop: {trials: \(Self.kinds.count)}
        """, trial: Self.trial)
    let result = try bench.rung("run", bench.study, "--slots", "4", "--quiet")
    #expect(result.status == 0, "\(text(result.errors))")
    #expect(try bench.status().state == "completed")
    let trials = try bench.trials()
    #expect(trials.count == Self.kinds.count)
    for kind in ["good", "rubbish", "printed"] {
      #expect(["paused", "completed"].contains(trials[kind]?.state), "\(kind)")
      #expect((trials[kind]?.epoch ?? 0) >= 1)
    }
    #expect(trials["early"]?.state == "completed")
    #expect(trials["early"]?.reason == "ended its own training")
    let reasons = [
      "nan": "the metric was not a finite number at epoch 1",
      "exits": "exited with status 1; its last line: 'something broke'",
      "silent": "did not report for 2 s", "noreport": "ended without a report",
      "killed": "ended by signal 9",
      "missing": "the report of epoch 1 lacks the study's metric",
    ]
    for (kind, reason) in reasons.sorted(by: { $0.key < $1.key }) {
      #expect(trials[kind]?.state == "failed", "\(kind)")
      #expect(trials[kind]?.reason == reason, "\(kind)")
    }
    // Retried once where another try might have gone better, from the last checkpoint.
    for kind in ["exits", "silent", "noreport", "killed"] {
      #expect(trials[kind]?.attempts == 2, "\(kind)")
    }
    #expect(holds(within: 10) { bench.leftovers().isEmpty }, "left: \(bench.leftovers())")
  }

  @Test func aStudyInWhichEverythingFailsStopsEarlyAndSaysSo() throws {
    let bench = try ProgramBench(
      study: """
        metric: {name: value, goal: minimize}
        fidelity: {name: epoch, min: 1, max: 9}
        parameters: {kind: {values: [exits, killed]}}
        trial: {command: [PYTHON, train.py, --kind, "{kind}"]}
        stop: {trials: 200}
        """, trial: Self.trial)
    let result = try bench.rung("run", bench.study, "--slots", "2", "--quiet")
    #expect(result.status == 1)
    #expect(text(result.errors).contains("every trial failed"))
    let status = try bench.status()
    #expect(status.state == "failed")
    #expect(status.trials.total < 20)
  }
}
