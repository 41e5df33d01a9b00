"""Runs `rung simulate` and prints tables: what the papers' scripts share."""

import json
import os
import statistics
import subprocess
import sys

RUNG = os.environ.get("RUNG", os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "../../.build/release/rung"))


class Studies:
    """A folder of study files and of the answers to them; an answer that is there is not asked for
    again."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)

    def runs(self, name, text, seeds, *options):
        """The runs of a study, as `rung simulate --json` prints them."""
        study = os.path.join(self.folder, f"{name}.yaml")
        answer = os.path.join(self.folder, f"{name}.json")
        command = ["--seeds", str(seeds), *map(str, options)]
        if os.path.exists(answer):
            with open(answer) as file:
                kept = json.load(file)
            if kept["study"] == text and kept["options"] == command:
                return kept["runs"]
        with open(study, "w") as file:
            file.write(text)
        print(name, file=sys.stderr)
        done = subprocess.run(
            [RUNG, "simulate", study, *command, "--json", "--quiet"],
            capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{study}: {done.stderr.strip()}")
        runs = json.loads(done.stdout)["runs"]
        with open(answer, "w") as file:
            json.dump({"study": text, "options": command, "runs": runs}, file)
        return runs


def mean(values):
    return statistics.fmean(values)


def spread(values, digits):
    """Mean and population standard deviation, as the papers print them."""
    return f"{mean(values):.{digits}f} ± {statistics.pstdev(values):.{digits}f}"


def table(header, rows):
    """A Markdown table; what is right of the first column stands to the right."""
    print("| " + " | ".join(header) + " |")
    print("| --- |" + " ---: |" * (len(header) - 1))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print()
