import Coordination
import ProgramSupport
import StudyModel
import Testing

@testable import Agents

/// Settings that follow a trial's GPUs, as real programs see them.
@Suite struct ScaleTests {
  /// Says what it was given in each form, and the rate that it trains with.
  private static let training = """
    import json, os, sys, rung
    for trial in rung.trials():
        print("file", json.load(open(os.environ["RUNG_CONFIG"])), "config", trial.config,
              "arguments", sys.argv[1:], "scale", os.environ.get("RUNG_SCALE"), flush=True)
        for epoch in trial.epochs():
            with open(os.path.join(trial.checkpoint_dir, "state"), "w") as file: file.write("x")
            trial.report(epoch, loss=1, rate=trial.warmed("rate", epoch - 1))

    """

  private func bench(_ warmup: Int? = nil, slots: Int = 4) throws -> AgentBench {
    try AgentBench(
      command: try AgentBench.program(Self.training) + ["{rate}", "--batch={batch}"], slots: slots
    ) { study in
      study.trial.gpus = 1
      study.trial.scale = [
        Scaling("rate", [.linear], warmup: warmup), Scaling("batch", [.inverse]),
      ]
      study.space = study.space.with(
        Parameter(name: "batch", domain: .integer(low: 1, high: 64, step: 1, log: false)))
    }
  }

  private let configuration = Configuration([
    ("rate", .real(0.5)), ("batch", .integer(64)), ("word", .word("c")),
  ])

  /// Orders a leg as the coordinator does.
  private func start(
    _ bench: AgentBench, trial: Int = 0, attempt: Int = 1, on size: TrialSize, slots: Int,
    until: Int, after former: ScaledSettings? = nil, from source: Leg.Source? = nil
  ) throws -> Leg {
    let leg = Leg(
      id: LegID(TrialID(trial), attempt: attempt),
      slots: (0..<slots).map { SlotID(WorkerID(0), $0) },
      configuration: configuration, source: source, until: until,
      scaled: bench.agent.settings.study.scaled(
        configuration, on: size, after: former, from: source?.entry.epoch ?? 0))
    try bench.agent.perform(.perform(.start(leg)))
    return leg
  }

  @Test func aProgramSeesTheScaledValuesInEveryForm() throws {
    let bench = try bench()
    let leg = try start(bench, on: TrialSize(gpus: 4), slots: 4, until: 1).id
    #expect(bench.values(try bench.report(leg))["rate"] == 2)
    try bench.answer(leg, 1, .stop)
    #expect(try bench.end(leg).outcome == .askedForNext)

    // To the warm process that waits in its slot the next trial comes in a message.
    let next = try start(bench, trial: 1, on: TrialSize(sharing: 4), slots: 1, until: 1).id
    #expect(bench.values(try bench.report(next))["rate"] == 0.5)
    try bench.answer(next, 1, .stop)
    _ = try bench.end(next)
    let log = try bench.log()
    let many = "{'rate': 2.0, 'word': 'c', 'batch': 64}"
    #expect(
      log.contains(
        "file \(many) config \(many) arguments ['2.0', '--batch=64'] scale "
          + #"{"rate": {"base": 0.5, "value": 2.0}, "batch": {"base": 64, "value": 64}}"#))
    let few = "{'rate': 0.5, 'word': 'c', 'batch': 16}"
    #expect(log.contains("file \(few) config \(few)"))
    #expect(
      log.contains(#"{"rate": {"base": 0.5, "value": 0.5}, "batch": {"base": 64, "value": 16}}"#))
  }

  @Test func aTrialOfMoreGPUsIsWarmedUpAgain() throws {
    let bench = try bench(2)
    var first = try start(bench, on: TrialSize(gpus: 2), slots: 2, until: 3)
    var rates: [Double?] = []
    for _ in 1...3 { rates.append(bench.values(try bench.report(first.id))["rate"]) }
    #expect(rates == [0.5, 0.75, 1])
    try bench.answer(first.id, 3, .pause)
    #expect(try bench.end(first.id).keeping == 3)
    let container = try bench.stored()
    let source = Leg.Source(container: container.name, entry: container.entries[0])
    first = try start(
      bench, attempt: 2, on: TrialSize(gpus: 4), slots: 4, until: 6, after: first.scaled,
      from: source)
    rates = []
    for _ in 4...6 { rates.append(bench.values(try bench.report(first.id))["rate"]) }
    #expect(rates == [1, 1.5, 2])
    #expect(
      try bench.log().contains(#""warmup": {"from": 1.0, "since": 3, "epochs": 2}}"#))
  }
}
