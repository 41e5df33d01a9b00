"""The examples of `jobscripts`, in a short form, as far as one machine without GPUs can.

Run by `python3 -m unittest test_examples` in the folder of this file. Those with several processes a trial are
in slurm_examples.py.
"""

import json
import re
import shutil
import unittest

from studies import DEBIANS_PYTHON, PYTHON, ROOT, StudyTest

WITHOUT_GPUS = {
    "nats-size": [("  gpus: 2\n  launch: ranks\n", "  gpus: 0\n")],
    "joint-search": [("  gpus: [1, 2, 4]\n  launch: ranks\n", "  gpus: 0\n"),
                     ("  scale: {learning_rate: {rule: linear, warmup: 3}, batch_size: linear}\n", "")],
}
"""What the pages of these examples say of machines without GPUs."""


def with_the_digits(test):
    """Puts scikit-learn's images where Debian's Python, which has PyTorch, finds them."""
    found = test.shell(PYTHON, "-c", "import sklearn; print(sklearn.__file__)").strip()
    data = test.folder / "sklearn" / "datasets" / "data"
    data.mkdir(parents=True)
    (test.folder / "sklearn" / "__init__.py").touch()
    shutil.copy(re.sub(r"__init__\.py$", "datasets/data/digits.csv.gz", found), data)


class Examples(StudyTest):
    """Each runs as its page says, with fewer trials."""

    def test_a_data_parallel_network_on_the_size_space_of_nats_bench(self):
        self.python = DEBIANS_PYTHON
        self.copy("nats-size")
        with_the_digits(self)
        self.edit("study.yaml", *WITHOUT_GPUS["nats-size"], ("max: 27}", "max: 9}"),
                  ("trials: 64", "trials: 4"))
        status = self.run_study()
        self.assertGreater(status["best_full"]["value"], 0.8)
        self.assertEqual(sorted(status["best"]["configuration"]), ["stage_%d" % n for n in range(1, 6)])
        self.assertEqual(self.resumed() > 0, any(int(t["attempts"]) > 1 for t in self.trials()))

    def test_processes_by_hand_share_the_batches(self):
        self.python = DEBIANS_PYTHON
        self.copy("nats-size")
        with_the_digits(self)
        self.edit("train.py", ("EPOCHS_BY_HAND = 27", "EPOCHS_BY_HAND = 3"))
        words = ["train.py", "--stage_1", "16", "--stage_5", "64"]
        alone = self.by_hand("python3", *words)
        # The torchrun of Debian's PyTorch 1.13 does not start under Python 3.11.
        together = self.by_hand_in_ranks(2, "python3", *words)
        self.assertEqual([report["epoch"] for report in together], [1, 2, 3])
        self.assertEqual(len(alone), 3)
        for reports in (alone, together):
            self.assertGreater(reports[-1]["val_accuracy"], 0.5)

    def test_architecture_and_hyperparameters_are_searched_together(self):
        self.python = DEBIANS_PYTHON
        self.copy("joint-search")
        with_the_digits(self)
        self.edit("study.yaml", *WITHOUT_GPUS["joint-search"], ("min: 12, max: 12", "min: 3, max: 3"),
                  ("population: 16, sample: 4", "population: 4, sample: 2"), ("trials: 64", "trials: 10"))
        status = self.run_study()
        self.assertEqual(status["trials"]["completed"], 10)
        # Of a child one decision differs from its parent's, which is one of those before it.
        trials = self.trials()
        names = [name for name in trials[0] if name.startswith(("config.layer_", "config.skip_"))]
        self.assertEqual(len(names), 6)
        for place, child in enumerate(trials[5:], 5):
            distances = [sum(child[name] != other[name] for name in names) for other in trials[:place]]
            self.assertLessEqual(min(distances), 1, child)

    def test_warm_workers_import_once(self):
        self.copy("digits-forest")
        self.edit("study.yaml", ("environment: {activate: .venv}\n", ""), ("trials: 200", "trials: 12"),
                  ("max: 81", "max: 9"), ("memory: 6GiB", "memory: 1GiB"))
        self.edit("train.py", ("    parts = split()\n", "    parts = split()\n    print('a process begins')\n"))
        status = self.run_study(slots=2)
        self.assertEqual(status["trials"]["total"], 12)
        self.assertGreater(status["best_full"]["value"], 0.8)
        logs = "".join(path.read_text() for path in (self.folder / "study.rung" / "logs").glob("*"))
        # One on each slot; without the loop over trials it would be one for each leg, more than twelve.
        self.assertEqual(logs.count("a process begins"), 2)

    def test_two_metrics_have_a_front(self):
        self.copy("digits-front")
        self.edit("study.yaml", ("trials: 64", "trials: 12"), ("max: 27", "max: 9"))
        status = self.run_study()
        front = status["front"]
        self.assertGreater(len(front), 1)
        # The last reports of all trials, of which none is better in both than one of the front.
        reports = {}
        for report in self.reports():
            reports[int(report["trial"])] = (report["val_accuracy"], report["weights"])
        chosen = {member["trial"] for member in front}
        for trial, (accuracy, weights) in reports.items():
            worse = any(a >= accuracy and w <= weights and (a, w) != (accuracy, weights)
                        for a, w in reports.values())
            self.assertEqual(trial in chosen, not worse, trial)
        self.assertIn("Pareto", self.rung("status", "study.rung"))
        self.rung("report", "study.rung", "-o", "report.html")
        self.assertIn("front", (self.folder / "report.html").read_text(encoding="utf-8"))

    def test_every_example_is_listed_and_has_a_page(self):
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        for folder in (ROOT / "jobscripts").iterdir():
            if folder.is_dir():
                self.assertTrue((folder / "README.md").exists(), folder.name)
                self.assertIn("(jobscripts/%s/README.md)" % folder.name, readme)

    def test_no_example_has_a_mistake(self):
        for study in (ROOT / "jobscripts").glob("*/*.yaml"):
            if "\nkind:" in study.read_text(encoding="utf-8"):
                rows = json.loads(self.rung("campaign", "simulate", study, "--json"))["table"]["rows"]
                self.assertEqual(len({row["method"] for row in rows}), 4)
                continue
            result = json.loads(self.rung("check", study, "--json"))
            self.assertEqual(result.get("warnings", []), [], study)


if __name__ == "__main__":
    unittest.main()
