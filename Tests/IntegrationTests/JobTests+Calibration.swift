import Coordination
import FoundationEssentials
import Processes
import StudyModel
import StudyStore
import Testing

// What `rung calibrate` measures in jobs of its own, and what plans make of it.
extension JobTests {
  /// A trial whose epochs take a time of their own, shorter with more GPUs.
  static let timedTrial = """
    import os, time, rung
    gpus = len(os.environ["CUDA_VISIBLE_DEVICES"].split(","))
    trial = rung.trial()
    for epoch in trial.epochs():
        time.sleep(1.0 * (1 / 3 + 2 / 3 / gpus))
        with open(os.path.join(trial.checkpoint_dir, "state"), "w") as file:
            file.write(str(epoch))
        trial.report(epoch, value=(float(trial.config["x"]) - 0.3) ** 2 + 1 / epoch)
    """

  struct Measured: Decodable {
    struct Shape: Decodable {
      var gpus: Double
      var trials: Int
      var epoch: Double
      var peak_memory_mib: Int?
      var checkpoint_bytes: Int?
    }
    var site: String
    var hosts: [String]
    var shapes: [Shape]
  }

  struct Compared: Decodable {
    struct Comparison: Decodable {
      var sizes: [Way]
    }
    struct Way: Decodable {
      struct Size: Decodable {
        var gpus: Int
        var trials_per_gpu: Int
      }
      var size: Size
      var run_time: Double
    }
    var comparison: Comparison
    var source: String
  }

  @Test func aPlanTakesAsLongAsTheCalibrationSays() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 24), "train.py": Self.timedTrial,
    ])
    let site = ["--site", "private-cluster"]
    let measured = try Cluster.json(
      Measured.self, ["calibrate", folder.study, "--sizes", "1", "2", "--json"] + site)
    try Cluster.waitForJobs(atMost: 60)
    #expect(measured.site == "private-cluster")
    #expect(measured.shapes.map(\.gpus) == [1, 2])
    #expect(measured.shapes.map(\.trials) == [8, 4])
    for (shape, seconds) in zip(measured.shapes, [1.0, 2.0 / 3]) {
      #expect((0.85...1.3).contains(shape.epoch / seconds), "\(shape)")
      #expect(shape.peak_memory_mib.map { (5..<100).contains($0) } == true)
      #expect(shape.checkpoint_bytes == 1)
    }
    #expect(!exists(folder.path + "/study.calibration"), "the short studies are gone")
    let shape = site + ["--nodes", "2", "--trial-gpus", "2", "--time", "20m"]
    let compared = try Cluster.json(Compared.self, ["plan", folder.study, "--json"] + shape)
    #expect(compared.source.hasPrefix("the machine's model was measured on 20"))
    let predicted = try #require(
      compared.comparison.sizes.first { $0.size.gpus == 2 && $0.size.trials_per_gpu == 1 }?.run_time
    )
    let begin = wallSeconds()
    _ = try Cluster.json(Submitted.self, ["submit", folder.study, "--json"] + shape)
    try Cluster.waitForJobs(atMost: 240)
    #expect(try status(folder).state == "completed")
    let entries = try folder.journal()
    let run = try #require(
      entries.compactMap { entry in if case .runBegan(let run) = entry.event { run } else { nil } }
        .first)
    let real = run.wallTime - begin + (entries.last?.time.seconds ?? 0)
    // One plan; 'Tests/exhaustive plans' has the mean of many.
    #expect((0.75...1.25).contains(predicted / real), "predicted \(predicted) s, real \(real) s")
    // The study's own trials tell the same afterwards.
    let again = try Cluster.json(Measured.self, ["calibrate", folder.directory, "--json"])
    #expect(again.site == "private-cluster")
    #expect(again.shapes.map(\.gpus) == [2])
    try expectNothingLeft(of: folder)
  }

  @Test func whatCannotBeMeasuredIsSaid() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 8), "train.py": "raise SystemExit('no data')",
    ])
    let site = ["--site", "private-cluster"]
    let dry = try Cluster.run("calibrate", folder.study, "--site", "private-cluster", "--dry-run")
    #expect(
      String(decoding: dry.output, as: UTF8.self) == """
        GPUs a trial  at a time  trials  epochs in all
               0.125          8      16             48
                0.25          8      16             48
                 0.5          8      16             48
                   1          4       8             24
                   2          2       4             12
                   4          1       2              6

        """)
    #expect(try Cluster.jobs().isEmpty)
    let failed = try runCommand(
      [Cluster.rung, "calibrate", folder.study, "--sizes", "1", "--trials", "2"] + site)
    #expect(failed.status == 1)
    #expect(String(decoding: failed.errors, as: UTF8.self).contains("no trial has reported"))
    #expect(exists(folder.path + "/study.calibration/private-cluster-1"))
    #expect(!exists(folder.path + "/study.calibration.json"))
    try Cluster.waitForJobs(atMost: 60)
  }
}
