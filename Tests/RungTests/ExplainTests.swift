import Processes
import ProgramSupport
import Testing

/// `rung explain` over a study in which trials are promoted, fail and are trained out.
@Suite struct ExplainTests {
  private static let study = """
    name: explain
    metric: {name: value, goal: minimize}
    fidelity: {name: epoch, min: 1, max: 9}
    parameters: {x: {min: 0.0, max: 1.0}}
    points: [{x: 0.001}, {x: 0.5}]
    algorithm: asha
    trial: {command: [PYTHON, train.py], cpus: 1, retries: 1}
    stop: {trials: 9}
    finish: {retrain: best, epochs: 9, seeds: 1}
    """

  private static let trial = """
    import os, rung
    trial = rung.trial()
    if trial.id == 1 and trial.attempt == 1: raise SystemExit(3)
    for epoch in trial.epochs():
        open(os.path.join(trial.checkpoint_dir, "e"), "w").write(str(epoch))
        trial.report(epoch, value=trial.config["x"] + 1 / epoch)
    """

  @Test func theLifeOfATrialIsToldFromTheJournal() throws {
    let bench = try ProgramBench(study: Self.study, trial: Self.trial)
    #expect(try bench.rung("run", bench.study, "--slots", "1", "--quiet").status == 0)
    func story(_ trial: String) throws -> [String] {
      let result = try bench.rung("explain", bench.directory, trial)
      #expect(result.status == 0, "\(text(result.errors))")
      return text(result.output).split(separator: "\n").map {
        $0.contains(" s: ") ? String($0.drop { $0 != ":" }.dropFirst(2)) : String($0)
      }
    }
    let winner = try story("0").map { line in
      // Spans and the names of containers are others each time.
      line.replacing(/after [\d.]+ s(, [\d.]+ s until it was up)?/, with: "after a while")
        .replacing(/\ bytes in .*/, with: " bytes in CONTAINER")
    }
    let host = try #require(winner[1].split(separator: " ").dropFirst(4).first?.dropLast())
    #expect(
      winner == [
        "proposed: x 0.001; a point of the study file",
        "attempt 1 starts on \(host), slot 0, to epoch 1",
        "reported value 1.001 at epoch 1: place 1 of 1 at rung 1, where none goes on until 3 have come so far",
        "paused at rung 1",
        "attempt 1 ended after a while",
        "its checkpoint of epoch 1 is durable: 1 bytes in CONTAINER",
        "promoted to epoch 3: place 1 of 3 at rung 1, of which the best 1 go on (1.001 or better)",
        "attempt 2 starts from its checkpoint of epoch 1 on \(host), slot 0, to epoch 3",
        "reported value \(0.001 + 1.0 / 3) at epoch 3 after 1 further report: place 1 of 1 at rung 3, "
          + "where none goes on until 3 have come so far",
        "paused at rung 3",
        "attempt 2 ended after a while",
        "its checkpoint of epoch 3 is durable: 1 bytes in CONTAINER",
        "promoted to epoch 9: place 1 of 3 at rung 3, of which the best 1 go on "
          + "(\(0.001 + 1.0 / 3) or better)",
        "attempt 3 starts from its checkpoint of epoch 3 on \(host), slot 0, to epoch 9",
        "reported value \(0.001 + 1.0 / 9) at epoch 9 after 5 further reports",
        "completed: reached its full budget",
        "attempt 3 ended after a while",
        "its checkpoint of epoch 9 is durable: 1 bytes in CONTAINER",
        "it printed nothing",
      ])
    let failed = try story("1")
    #expect(failed.contains { $0.hasPrefix("attempt 1 exited with status 3 after ") })
    #expect(
      failed.contains(
        "exited with status 3; failure 1, of which 'retries' allows 1: tried again from the beginning"
      ))
    #expect(failed.contains { $0.hasPrefix("attempt 2 starts on") })
    #expect(try story("2").contains { $0.hasSuffix("; drawn at random") })
    #expect(try story("9").contains { $0.hasPrefix("its checkpoint of epoch 9 is durable") })
    #expect(
      try story("9").first?.hasSuffix("that of the winner, trial 0, to be trained out, seed 1")
        == true)
    #expect(try bench.rung("explain", bench.directory, "99").status == 64)
    #expect(
      text(try bench.rung("explain", bench.directory, "0", "--json").output).contains("story"))
  }
}
