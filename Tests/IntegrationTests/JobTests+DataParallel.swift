import Coordination
import Processes
import StudyModel
import Testing

// The digits study of `jobscripts/digits-parallel`, whose ranks average their gradients with PyTorch.
extension JobTests {
  /// Three trials of six epochs each, `gpus` ranks a trial, which share batches of 60 images.
  private func parallelStudy(gpus: Int) throws -> StudyFolder {
    let repository = try #require(environmentValue("RUNG_REPOSITORY"))
    let python = try #require(environmentValue("RUNG_TEST_PYTHON"))
    let text = String(
      decoding: try readFile(repository + "/jobscripts/digits-parallel/train.py"), as: UTF8.self)
    let folder = try StudyFolder([
      "study.yaml": """
      name: parallel
      metric: {name: val_accuracy, goal: maximize}
      fidelity: {name: epoch, min: 2, max: 6}
      parameters:
        learning_rate: {min: 1.0e-4, max: 1.0e-1, scale: log}
        batch_size: {value: \(60 / gpus)}
        channels: {value: 16}
      points: [{learning_rate: 0.003}, {learning_rate: 0.005}, {learning_rate: 0.01}]
      algorithm: random
      trial: {command: [/usr/bin/python3, train.py], gpus: \(gpus), launch: ranks, cpus: 1}
      stop: {trials: 3}
      seed: 1
      """,
      "train.py": text,
    ])
    // PyTorch is Debian's, the digits are those that scikit-learn ships in the test's environment.
    let find = "import sklearn, os; print(os.path.dirname(sklearn.__file__), end='')"
    let package = String(decoding: try runCommand([python, "-c", find]).output, as: UTF8.self)
    let data = folder.path + "/sklearn/datasets/data"
    let copy = "mkdir -p '\(data)' && cp '\(package)/datasets/data/digits.csv.gz' '\(data)'"
    let copied = try runCommand(["/bin/sh", "-c", copy])
    try #require(copied.status == 0, "\(String(decoding: copied.errors, as: UTF8.self))")
    try writeFile(folder.path + "/sklearn/__init__.py", [])
    return folder
  }

  /// The accuracies by trial and epoch, of ranks on `nodes` nodes.
  private func accuracies(gpus: Int, nodes: Int) throws -> [[Int]: Double] {
    let folder = try parallelStudy(gpus: gpus)
    _ = try submit(folder, "resident", nodes: 2)
    try Cluster.waitForJobs(atMost: 300)
    let status = try status(folder)
    #expect(status.state == "completed" && status.trials.failed == 0)
    #expect(try folder.legs().allSatisfy { $0.workers.count == nodes })
    var accuracies: [[Int]: Double] = [:]
    for report in try folder.reports() {
      accuracies[[report.leg.trial.number, report.epoch]] = report.value(of: "val_accuracy")
    }
    return accuracies
  }

  /// The same effective batch gives the same training, whatever the number of ranks: sums of floating-point
  /// numbers in another order may judge an image otherwise, and so a few of the 359.
  @Test func ranksThatShareABatchLearnWhatOneAloneLearns() throws {
    try Cluster.require()
    let alone = try accuracies(gpus: 1, nodes: 1)
    #expect(alone.count == 18)
    #expect((alone.values.max() ?? 0) > 0.9)
    for (gpus, nodes) in [(2, 1), (6, 2)] {
      let shared = try accuracies(gpus: gpus, nodes: nodes)
      #expect(
        shared.keys.sorted { $0.lexicographicallyPrecedes($1) }
          == alone.keys.sorted { $0.lexicographicallyPrecedes($1) })
      for (place, accuracy) in shared {
        #expect(
          abs(accuracy - (alone[place] ?? 0)) <= 4.0 / 359,
          "trial \(place[0]), epoch \(place[1]) on \(gpus) ranks")
      }
    }
  }
}
