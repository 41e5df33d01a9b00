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
        status = self.run_study()
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

    def test_lightning(self):
        self.check_framework("lightning_trial.py", "val_loss", "seen")

    def test_the_trainer_of_hugging_face(self):
        self.check_framework("trainer_trial.py", "eval_loss", "eval_seen")


if __name__ == "__main__":
    unittest.main()
