import Coordination
import Processes
import StudyFiles
import StudyModel
import StudyStore
import Testing

// Methods whose decisions are made beside the loop, or wait for others, over several ranks. They are
// part of the same suite: its tests take turns on the one cluster.
extension JobTests {
  /// Four parameters, so that models have something to learn, and epochs that are quick, but last:
  /// a model is fitted beside the loop, and trials do not wait for it. A busy machine is to have
  /// made the first fit before the study has begun its last trial.
  private static func methodStudy(_ algorithm: String) -> String {
    """
    name: method-test
    metric: {name: value, goal: minimize}
    fidelity: {name: epoch, min: 1, max: 9}
    parameters:
      x: {min: 0.0, max: 1.0}
      y: {min: 1.0e-4, max: 1.0e-1, scale: log}
      kind: {values: [a, b, c], architecture: true}
      size: {min: 1, max: 8, architecture: true}
    algorithm: \(algorithm)
    trial: {command: [python3, train.py], gpus: 1, cpus: 1, memory: 512MiB}
    stop: {trials: 36}
    seed: 3
    """
  }

  private static let quickTrial = """
    import math, os, time, rung
    trial = rung.trial()
    settings = trial.config
    loss = (settings["x"] - 0.3) ** 2 + 0.1 * (math.log10(settings["y"]) + 2) ** 2
    loss += {"a": 0, "b": 0.1, "c": 0.3}[settings["kind"]] + 0.01 * abs(int(settings["size"]) - 5)
    state = os.path.join(trial.checkpoint_dir, "state")
    if trial.resumed_from:
        assert open(state).read() == str(trial.resumed_from), "a foreign checkpoint"
    for epoch in trial.epochs():
        time.sleep(0.1)
        with open(state, "w") as file:
            file.write(str(epoch))
        trial.report(epoch, value=loss + 1 / epoch)
    """

  @Test(
    arguments: cases(
      [
        ("pasha", false), ("{name: mobster, num_init_random: 6}", true),
        ("{name: agebo-sync, population: 8, sample: 3, trees: 10, candidates: 500}", true),
        ("hyperband", false), ("{name: bohb, min_points_in_model: 6}", true),
        ("{name: agebo, population: 8, sample: 3, trees: 10, candidates: 500}", true),
        ("{name: mixed-bo, initial_random: 8, trees: 10, candidates: 500}", true),
      ], onAChange: 3))
  func aMethodRunsOverRanksAsItDoesInOneProcess(algorithm: String, hasModel: Bool) throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.methodStudy(algorithm), "train.py": Self.quickTrial,
    ])
    let submitted = try Cluster.run(
      "submit", folder.study, "--site", "private-cluster", "--nodes", "2", "--time", "20m")
    #expect(submitted.status == 0, "\(String(decoding: submitted.errors, as: UTF8.self))")
    try Cluster.waitForJobs(atMost: 300)
    let study = try loadStudy(folder.study).value
    let record = try Store.read(
      StudyDirectory(existing: folder.directory), study: study, usingSnapshot: false)
    // Replayed from the journal, every decision is the one that was made.
    #expect(record.firstDifference == nil)
    let coordinator = record.coordinator
    #expect(coordinator.phase == .finished(.nothingLeft))
    #expect(coordinator.trials.count { $0.finalSeed == nil } == 36)
    #expect(!coordinator.trials.contains { $0.state == .failed })
    #expect(Set(try folder.legs().map(\.slot.worker)).count == 2)
    let byModel = coordinator.trials.count { trial in
      switch trial.origin {
      case .model, .mutation(_, _, _?): true
      default: false
      }
    }
    #expect((byModel > 0) == hasModel, "\(byModel) of 36 by a model")
  }
}
