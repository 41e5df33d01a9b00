import Coordination
import Processes
import ProgramSupport
import StudyModel
import StudyStore
import Testing

@Suite struct SnapshotTests {
  @Test func pandasReadsTheColumns() throws {
    let folder = try TemporaryFolder()
    let directory = try StudyPlayer.makeDirectory(folder)
    var player = try StudyPlayer(directory, sampleStudy())
    try player.play()
    try player.writeSnapshot()
    let program = """
      import sys, h5py, numpy, pandas
      def table(group):
          text = h5py.check_string_dtype
          return pandas.DataFrame(
              {k: d.asstr()[:] if text(d.dtype) else d[:] for k, d in group.items()
               if k != "metric_names"})
      f = h5py.File(sys.argv[1], "r")
      a = dict(f.attrs)
      assert a["format"] == 2 and a["study"] == "sample" and a["metric"] == "loss", a
      assert a["goal"] == "minimize" and a["fidelity"] == "epoch" and a["entries"] > 50, a
      trials, settings, reports = map(table, (f["trials"], f["configurations"], f["reports"]))
      assert sorted(trials) == sorted(
          ["trial", "state", "reason", "attempts", "failures", "epoch", "value", "best_value",
           "best_epoch", "started_seconds", "ended_seconds", "busy_seconds"]), list(trials)
      assert list(trials.trial) == list(range(20)) and trials.trial.dtype == numpy.int64
      assert set(trials.state) <= {"paused", "completed", "stopped", "failed"}
      assert list(trials.reason)[6].startswith("the metric was not a finite number")
      assert numpy.isnan(trials.value[6]) and trials.failures[4] == 1 or trials.state[4] == "failed"
      assert sorted(settings) == ["optimizer", "rate", "width"] and len(settings) == 20
      assert set(settings.optimizer) <= {"sgd", "ädam"} and settings.rate.between(0, 4).all()
      assert (settings.width % 8 == 0).all()
      names = list(f["reports/metric_names"].asstr())
      assert sorted(names) == ["extra-0", "extra-1", "extra-2", "loss"], names
      reports = reports.rename(columns={"metric-%d" % i: n for i, n in enumerate(names)})
      assert reports.microseconds.is_monotonic_increasing and (reports.epoch >= 1).all()
      best = reports.groupby("trial").loss.min()
      for t in range(20):
          if t in best and not numpy.isnan(best[t]):
              assert best[t] == trials.best_value[t], t
      assert reports[reports.trial == 6].loss.isna().all()
      assert (reports[reports.trial == 1]["extra-1"] == -numpy.inf).all()
      print("fine", len(reports))
      """
    let result = try runCommand([python(), "-c", program, directory.snapshot])
    #expect(
      String(decoding: result.output, as: UTF8.self)
        == "fine \(player.coordinator.reports.count)\n",
      "\(String(decoding: result.errors, as: UTF8.self))")
  }

  @Test func aStudyThatHasNotBegunHasASnapshotToo() throws {
    let folder = try TemporaryFolder()
    let directory = try StudyPlayer.makeDirectory(folder)
    var player = try StudyPlayer(directory, sampleStudy())
    try player.writeSnapshot()
    #expect(Snapshot.read(directory)?.position.entries == 0)
    #expect(try FileStatus(of: directory.snapshot).mode == 0o600)
  }
}

@Suite struct StudyDirectoryTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func aFolderHoldsAStudyOnceItsFileIsThere() throws {
    let made = try StudyPlayer.makeDirectory(folder)
    #expect(try StudyDirectory(existing: folder.file("s.rung/")) == made)
    #expect(try readFile(made.studyFile) == Array("name: s\n".utf8))
    #expect(
      try readFolder(made.path) == [
        "checkpoints", "jobs", "journal", "logs", "origin.json", "study.yaml",
      ])
    #expect(try FileStatus(of: made.path).mode == 0o700)
    #expect(try FileStatus(of: made.studyFile).mode == 0o600)
    removeAll(made.studyFile)
    #expect(throws: StoreError.noStudy(made.path)) { try StudyDirectory(existing: made.path) }
  }

  @Test func aStudyIsMovedToTheFirstFreeName() throws {
    _ = try StudyPlayer.makeDirectory(folder)
    #expect(try StudyDirectory.moveAside(folder.file("s.rung")) == folder.file("s.rung.1"))
    _ = try StudyPlayer.makeDirectory(folder)
    #expect(try StudyDirectory.moveAside(folder.file("s.rung//")) == folder.file("s.rung.2"))
    #expect(try readFolder(folder.path) == ["s.rung.1", "s.rung.2"])
    #expect(throws: StoreError.self) { try StudyDirectory.moveAside(folder.file("none")) }
  }
}
