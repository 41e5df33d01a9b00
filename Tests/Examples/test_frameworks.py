"""The callbacks for PyTorch Lightning and for the Trainer of Hugging Face, with the real packages.

Run by `python3 -m unittest test_frameworks` in the folder of this file, after `jobscripts/install --tests`.
"""

import pathlib
import shutil
import unittest

from studies import FRAMEWORKS_PYTHON, StudyTest

STUDY = """\
metric: {{name: {loss}, goal: minimize}}
fidelity: {{name: epoch, min: 1, max: 4}}
parameters:
  rate: {{min: 1.0e-3, max: 1.0, scale: log}}
points: [{{rate: 0.3}}, {{rate: 0.001}}]
algorithm: {{name: asha, eta: 2}}
trial: {{command: [python3, {script}], cpus: 1}}
environment: {{variables: {{HF_HUB_OFFLINE: "1"}}}}
stop: {{trials: 6}}
seed: 1
"""


class Frameworks(StudyTest):
    """Each framework trains a line as the trials of a study, and by hand."""

    python = FRAMEWORKS_PYTHON

    def check_framework(self, script, loss, seen):
        """Trials go on from their checkpoints, and every report knows how long it has trained."""
        shutil.copy(pathlib.Path(__file__).parent / "frameworks" / script, self.folder)
        printed = self.by_hand("python3", script, "--rate", "0.1")
        self.assertEqual([report["epoch"] for report in printed], [1, 2, 3, 4])
        self.assertEqual([report[seen] for report in printed], [1, 2, 3, 4])
        self.assertLess(printed[3][loss], printed[0][loss])
        self.assertEqual([path.name for path in self.folder.iterdir() if path.is_dir()
                          and path.name not in ("unused",)], ["rung-checkpoint"])
        shutil.rmtree(self.folder / "rung-checkpoint")

        (self.folder / "study.yaml").write_text(STUDY.format(script=script, loss=loss))
        # One after the other: the first is paused at its first epoch, and promoted once the second, which
        # hardly learns, has been there.
        status = self.run_study(slots=1)
        self.assertEqual(status["trials"]["total"], 6)
        reports = self.reports()
        self.assertEqual({report["epoch"] for report in reports}, {1, 2, 3, 4})
        for report in reports:
            # It is part of the model's state: after a start from scratch it would begin anew.
            self.assertEqual(report[seen], report["epoch"], report)
        self.assertEqual(len({(report["trial"], report["epoch"]) for report in reports}),
                         len(reports), "no epoch is trained twice")
        trials = self.trials()
        self.assertIn("paused", [trial["state"] for trial in trials])
        legs = sum(int(trial["attempts"]) for trial in trials)
        self.assertGreater(legs, 6, "trials are promoted")
        self.assertEqual(self.resumed(), legs - 6)

    def check_ranks(self, script, seen, share):
        """Two processes train together, are paused, and go on from what the first one saved."""
        shutil.copy(pathlib.Path(__file__).parent / "frameworks" / script, self.folder)
        limits = {"RUNG_FIDELITY_MAX": "4", "RUNG_FIDELITY_UNTIL": "2"}
        words = ["python3", script, "--rate", "0.1"]
        first = self.by_hand_in_ranks(2, *words, **limits)
        self.assertEqual([(report["epoch"], report[seen]) for report in first], [(1, share), (2, 2 * share)])
        then = self.by_hand_in_ranks(
            2, *words, RUNG_RESUME_FROM="2", **{**limits, "RUNG_FIDELITY_UNTIL": "4"})
        self.assertEqual(
            [(report["epoch"], report[seen]) for report in then], [(3, 3 * share), (4, 4 * share)])
        # Each rank keeps one checkpoint at most.
        for part in (self.folder / "parts").iterdir():
            self.assertLessEqual(len(list(part.iterdir())), 1, part)

    def test_ranks_of_lightning(self):
        self.check_ranks("lightning_trial.py", "seen", 1)

    def test_ranks_of_the_trainer_of_hugging_face(self):
        # Each sees a half of the samples.
        self.check_ranks("trainer_trial.py", "eval_seen", 0.5)

    def test_lightning(self):
        self.check_framework("lightning_trial.py", "val_loss", "seen")

    def test_the_trainer_of_hugging_face(self):
        self.check_framework("trainer_trial.py", "eval_loss", "eval_seen")


if __name__ == "__main__":
    unittest.main()
