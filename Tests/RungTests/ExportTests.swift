import FoundationEssentials
import Processes
import ProgramSupport
import Testing

struct ExportTests {
  /// A study with every kind of parameter, conditions, trials that fail, diverge and end early.
  private func bench(metric: String = "{name: loss, goal: minimize}") throws -> ProgramBench {
    try ProgramBench(
      study: """
        metric: \(metric)
        fidelity: {name: epoch, min: 1, max: 9}
        parameters:
          rate: {min: 1.0e-3, max: 1.0, scale: log}
          width: {min: 4, max: 64, step: 4}
          kind: {values: [good, bad, "1"]}
          level: {values: [1, 2, 4]}
          flag: {values: [true, false]}
          depth: {min: 1, max: 3, when: {flag: true}}
          batch: {value: 32}
        algorithm: {name: asha, eta: 3}
        trial: {command: [PYTHON, train.py]}
        stop: {trials: 24}
        seed: 3
        """,
      trial: """
        import sys
        import time
        import rung
        trial = rung.trial()
        if trial.id == 5:
            sys.exit(3)
        for epoch in trial.epochs():
            time.sleep(0.02)
            with open(trial.checkpoint_dir + "/state", "w") as file:
                file.write(str(epoch))
            loss = float("nan") if trial.id == 7 else trial.config["rate"] + 1 / epoch
            trial.report(epoch, loss=loss, size=trial.config["width"])
        """)
  }

  private func runPython(_ program: String, _ arguments: String...) throws -> CommandResult {
    try runCommand([try python(), "-c", program] + arguments)
  }

  @Test func pandasReadsInTheTablesWhatH5pyReadsInTheSnapshot() throws {
    let bench = try bench()
    let run = try bench.rung("run", bench.study, "--slots", "4", "--quiet")
    #expect(run.status == 0, "\(text(run.errors))")
    for (name, option) in [("trials", []), ("reports", ["--reports"])] {
      let export = try bench.rung(
        ["export", bench.directory, "--format", "csv"] + option, under: ["/usr/bin/env"])
      try writeFile(bench.folder.file("\(name).csv"), export.output)
    }
    let result = try runPython(
      """
      import sys
      import h5py, numpy, pandas
      trials = pandas.read_csv(sys.argv[1] + "/trials.csv", keep_default_na=False, na_values=[""])
      reports = pandas.read_csv(sys.argv[1] + "/reports.csv")
      same = lambda a, b: numpy.array_equal(numpy.asarray(a, float), b[:], equal_nan=True)
      with h5py.File(sys.argv[1] + "/study.rung/study.h5") as file:
          columns = file["trials"]
          assert len(trials) == 24 and list(trials.trial) == list(columns["trial"])
          assert list(trials.state) == list(columns["state"].asstr())
          for name in ("epoch", "value", "best_value", "failures"):
              assert same(trials[name], columns[name]), name
          assert same(trials.best_epoch.fillna(0), columns["best_epoch"])
          settings = file["configurations"]
          assert same(trials["config.rate"], settings["rate"])
          assert same(trials["config.depth"], settings["depth"])
          assert list(trials["config.kind"]) == list(settings["kind"].asstr())
          losses = file["reports/metric-%d" % list(
              file["reports/metric_names"].asstr()).index("loss")]
          assert len(reports) == len(losses) and same(reports.loss, losses)
      best = reports.groupby("trial").loss.min()
      assert (best.dropna() == trials.set_index("trial").best_value[best.dropna().index]).all()
      """, bench.folder.path)
    #expect(result.status == 0, "\(text(result.errors))")
  }

  @Test(arguments: [
    "{name: loss, goal: minimize}",
    "[{name: loss, goal: minimize}, {name: size, goal: maximize}]",
  ])
  func optunaOpensTheJournalOfAStudy(metric: String) throws {
    let bench = try bench(metric: metric)
    let run = try bench.rung("run", bench.study, "--slots", "4", "--quiet")
    #expect(run.status == 0, "\(text(run.errors))")
    let export = try bench.rung("export", bench.directory, "--format", "optuna")
    #expect(export.status == 0, "\(text(export.errors))")
    try writeFile(bench.folder.file("optuna.log"), export.output)
    let table = try bench.rung("export", bench.directory, "--format", "json")
    try writeFile(bench.folder.file("study.json"), table.output)
    let result = try runPython(
      """
      import json, sys
      import optuna
      from optuna.trial import TrialState
      storage = optuna.storages.JournalStorage(
          optuna.storages.journal.JournalFileBackend(sys.argv[1]))
      study = optuna.load_study(study_name=None, storage=storage)
      record = json.load(open(sys.argv[2]))
      several = len(study.directions) > 1
      assert [direction.name for direction in study.directions] == (
          ["MINIMIZE", "MAXIMIZE"] if several else ["MINIMIZE"])
      assert len(study.trials) == len(record["trials"]) == 24
      states = {"completed": TrialState.COMPLETE, "paused": TrialState.PRUNED,
                "stopped": TrialState.PRUNED, "failed": TrialState.FAIL}
      for trial, row in zip(study.trials, record["trials"]):
          assert trial.number == row["trial"]
          assert trial.state == states[row["state"]], (trial.state, row)
          assert trial.params == row["configuration"], (trial.params, row["configuration"])
          assert ("depth" in trial.params) == trial.params["flag"]
          assert trial.user_attrs["reason"] == row["reason"]
          if trial.state != TrialState.FAIL:
              last = row["reports"][-1]["metrics"]
              assert trial.values == ([last["loss"], last["size"]] if several else [last["loss"]])
              assert trial.datetime_start <= trial.datetime_complete
              if not several:
                  assert trial.intermediate_values == {
                      report["epoch"]: report["metrics"]["loss"] for report in row["reports"]}
      assert study.trials[5].state == study.trials[7].state == TrialState.FAIL
      assert study.user_attrs["algorithm"] == "asha"
      best = study.best_trials if several else [study.best_trial]
      assert best
      # Another search can go on from it.
      study.sampler = optuna.samplers.TPESampler(n_startup_trials=1, seed=1)
      trial = study.ask(best[0].distributions)
      assert set(trial.params) == set(best[0].params)
      print("opened", len(study.trials))
      """, bench.folder.file("optuna.log"), bench.folder.file("study.json"))
    #expect(result.status == 0, "\(text(result.errors))")
    #expect(text(result.output).hasPrefix("opened"))
  }

  @Test func optunasDashboardShowsTheJournalOfAStudy() throws {
    let bench = try bench()
    #expect(try bench.rung("run", bench.study, "--slots", "4", "--quiet").status == 0)
    let export = try bench.rung("export", bench.directory, "--format", "optuna")
    try writeFile(bench.folder.file("optuna.log"), export.output)
    let result = try runPython(
      """
      import json, sys, threading, urllib.request
      from wsgiref.simple_server import make_server
      import optuna
      import optuna_dashboard
      storage = optuna.storages.JournalStorage(
          optuna.storages.journal.JournalFileBackend(sys.argv[1]))
      server = make_server("127.0.0.1", 0, optuna_dashboard.wsgi(storage))
      threading.Thread(target=server.serve_forever, daemon=True).start()
      root = "http://127.0.0.1:%d" % server.server_port
      studies = json.load(urllib.request.urlopen(root + "/api/studies", timeout=20))
      assert [study["study_name"] for study in studies["study_summaries"]] == ["study"], studies
      number = studies["study_summaries"][0]["study_id"]
      study = json.load(urllib.request.urlopen(root + "/api/studies/%d" % number, timeout=60))
      assert len(study["trials"]) == 24, study
      server.shutdown()
      print("shown")
      """, bench.folder.file("optuna.log"))
    #expect(result.status == 0, "\(text(result.errors))")
    #expect(text(result.output).hasSuffix("shown\n"))
  }

  @Test func aTableOfAStudyIsSearchedAgainInVirtualTime() throws {
    let bench = try bench()
    #expect(try bench.rung("run", bench.study, "--slots", "4", "--quiet").status == 0)
    let export = try bench.rung("export", bench.directory, "--format", "table")
    #expect(export.status == 0, "\(text(export.errors))")
    try writeFile(bench.folder.file("table.csv"), export.output)
    let lines = text(export.output).split(separator: "\n")
    // The one that failed has no curve.
    try #require(lines.count == 1 + 23)
    let head = lines[0].split(separator: ",")
    #expect(head.prefix(7) == ["rate", "width", "kind", "level", "flag", "depth", "batch"])
    #expect(head.contains("loss_9") && head.contains("elapsed_1") && head.contains("elapsed_9"))
    // The line that it proposes is one that is read.
    let words = text(export.errors)
    let table = try #require(words.split(separator: "'").first { $0.hasPrefix("table: ") })
    let again = try bench.folder.read("study.yaml") + table.replacing("FILE", with: "table.csv")
    _ = try bench.folder.write("again.yaml", again + "\n")
    let result = try bench.rung(
      "simulate", bench.folder.file("again.yaml"), "--slots", "4", "--json", "--quiet")
    #expect(result.status == 0, "\(text(result.errors))")
    #expect(text(result.output).contains("\"best_row\""))
    // Epochs last some hundredths of a second, whatever the start of a process took.
    let last = try #require(lines.first { !$0.hasSuffix(",") && $0.first != "r" })
    let cells = last.split(separator: ",", omittingEmptySubsequences: false)
    let times = cells.suffix(9).compactMap { Double($0) }
    #expect(times.count == 9 && times == times.sorted())
    #expect((times.last ?? 0) >= 9 * 0.02 && (times.last ?? 9) < 5)
  }
}
