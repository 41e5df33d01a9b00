"""A plain training loop becomes a trial with three changed lines: those that the documentation shows.

Run by `python3 -m unittest test_three_lines` in the folder of this file.
"""

import difflib
import re
import unittest

from studies import DEBIANS_PYTHON, PYTHON, ROOT, StudyTest

EXAMPLE = ROOT / "jobscripts" / "three-lines"
PAGE = ROOT / "Sources" / "StudyModel" / "StudyModel.docc" / "FirstStudy.md"


def changes(kind):
    """The lines that are left out and those that are put in."""
    plain, trial = [(EXAMPLE / name).read_text(encoding="utf-8").splitlines()
                    for name in ("plain_%s.py" % kind, "trial_%s.py" % kind)]
    lines = list(difflib.ndiff(plain, trial))
    return ([line[2:] for line in lines if line.startswith("- ")],
            [line[2:] for line in lines if line.startswith("+ ")])


class ThreeLines(StudyTest):
    """The plain script by hand, the changed one by hand and in a study."""

    def check_kind(self, kind):
        removed, added = changes(kind)
        self.assertTrue(added)
        self.assertLessEqual(len(added), 3)
        self.assertLessEqual(len(removed), 3)

        self.copy("three-lines")
        printed = self.shell("python3", "plain_%s.py" % kind, "--learning_rate", "0.01").splitlines()
        self.assertEqual(len(printed), 9)
        by_hand = self.by_hand("python3", "trial_%s.py" % kind, "--learning_rate", "0.01")
        self.assertEqual(["epoch %d accuracy %s" % (report["epoch"], report["accuracy"])
                          for report in by_hand], printed, "the training is the same")

        status = self.run_study(name=kind)
        self.assertEqual(status["trials"]["total"], 16)
        self.assertGreater(status["trials"]["stopped"], 0)
        self.assertEqual(status["best_full"]["epoch"], 9)
        # It gets what it was given: the same settings by hand give the same value.
        best = status["best_full"]
        again = self.by_hand("python3", "trial_%s.py" % kind, *[
            word for name, value in best["configuration"].items()
            for word in ("--" + name, str(value))])
        self.assertEqual(again[-1]["accuracy"], best["value"])

    def test_pytorch(self):
        self.python = DEBIANS_PYTHON
        self.check_kind("pytorch")

    def test_scikit_learn(self):
        self.python = PYTHON
        self.check_kind("sklearn")

    def test_the_documentation_shows_these_lines(self):
        blocks = re.findall(r"```diff\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
        self.assertEqual(len(blocks), 2)
        for kind, block in zip(("pytorch", "sklearn"), blocks):
            lines = block.splitlines()
            removed, added = changes(kind)
            self.assertEqual([line[1:] for line in lines if line.startswith("-")], removed)
            self.assertEqual([line[1:] for line in lines if line.startswith("+")], added)
            plain = (EXAMPLE / ("plain_%s.py" % kind)).read_text(encoding="utf-8").splitlines()
            for line in lines:
                if line.startswith(" ") and line.strip() != "...":
                    self.assertIn(line[1:], plain)


if __name__ == "__main__":
    unittest.main()
