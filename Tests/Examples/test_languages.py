"""Every program of the page on trials in any language, as the trials of real studies and by hand.

Run by `python3 -m unittest test_languages` in the folder of this file.
"""

import json
import re
import shutil
import unittest

from studies import CLIENT, ROOT, StudyTest

PAGE = ROOT / "Sources" / "StudyModel" / "StudyModel.docc" / "TrialsInAnyLanguage.md"
COMMENT = re.compile(r"(?:#|/\*) ([\w.]+)(?: \*/)?\n")


def programs():
    """The page's files by their names, each with the command that stands before it."""
    text = PAGE.read_text(encoding="utf-8")
    files, place = {}, 0
    for block in re.finditer(r"```(\w+)\n(.*?)```", text, re.DOTALL):
        name = COMMENT.match(block.group(2))
        if name:
            commands = re.findall(r"`command: (\[[^`]*\])`", text[place:block.start()])
            files[name.group(1)] = (block.group(2), commands[-1] if commands else None)
        place = block.end()
    return files


class Languages(StudyTest):
    """Each language walks downhill, is paused, and goes on from where it was."""

    def check_program(self, name, by_hand, speaks):
        files = programs()
        study, _ = files["study.yaml"]
        program, command = files[name]
        self.assertIsNotNone(command, "the page says how '%s' is started" % name)
        (self.folder / name).write_text(program, encoding="utf-8")
        if name.endswith(".c"):
            shutil.copy(CLIENT / "rung.h", self.folder)
            self.shell("cc", "-Wall", "-Wextra", "-Werror", "-o", "train", "train.c", "-lm")
        self.assertEqual(study.count("[bash, train.sh]"), 1)
        study = study.replace("[bash, train.sh]", command)
        # One after the other, the best first: it is paused, and promoted once two others have been there.
        study += "points: [{rate: 0.3}]\n"
        (self.folder / "study.yaml").write_text(study, encoding="utf-8")

        printed = self.by_hand(*by_hand)
        self.assertEqual([report["epoch"] for report in printed], list(range(1, 10)))
        for report in printed:
            self.assertAlmostEqual(report["loss"], (4 * 0.8 ** report["epoch"]) ** 2)

        status = self.run_study(slots=1)
        self.assertEqual(status["trials"]["total"], 9)
        self.assertEqual(status["best_full"]["epoch"], 9)
        rates = {int(trial["trial"]): float(trial["config.rate"]) for trial in self.trials()}
        reports = self.reports()
        for report in reports:
            # One that had begun anew would be elsewhere.
            x = 4 * (1 - 2 * rates[int(report["trial"])]) ** report["epoch"]
            self.assertAlmostEqual(report["loss"], x * x, places=6)
        self.assertEqual(len({(report["trial"], report["epoch"]) for report in reports}),
                         len(reports), "no epoch is trained twice")
        self.assertGreater(self.resumed(), 0, "trials go on from checkpoints")
        # Over the socket nothing is printed, and a decision to go on needs no new process.
        printed = "".join(path.read_text(encoding="utf-8")
                          for path in (self.folder / "study.rung" / "logs").glob("*"))
        self.assertEqual("[rung] " in printed, not speaks)

    def test_bash_by_printed_lines(self):
        self.check_program("train.sh", ["bash", "train.sh", "--rate", "0.1"], speaks=False)

    def test_awk_by_printed_lines(self):
        self.check_program("train.awk", ["awk", "-f", "train.awk", "-v", "rate=0.1"], speaks=False)

    def test_c_with_the_header(self):
        self.check_program("train.c", ["./train", "--rate", "0.1"], speaks=True)

    def test_perl_over_the_socket(self):
        self.check_program("train.pl", ["perl", "train.pl", "--rate", "0.1"], speaks=True)

    def test_every_program_of_the_page_is_among_these(self):
        self.assertEqual(set(programs()),
                         {"study.yaml", "train.sh", "train.awk", "train.c", "train.pl"})
        lines = [line for block in re.findall(r"```\w+\n(.*?)```", PAGE.read_text(), re.DOTALL)
                 for line in block.splitlines()]
        self.assertGreater(len(lines), 100)
        for text in re.findall(r"`(\{\"[^`]*\})`", PAGE.read_text(encoding="utf-8")):
            json.loads(text)


if __name__ == "__main__":
    unittest.main()
