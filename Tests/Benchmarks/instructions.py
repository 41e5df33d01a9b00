"""Instructions that a decision of the core takes: how many, and whether they grow with the study.

    python3 Tests/Benchmarks/instructions.py [--write]

BENCHMARKS   the program; .build/release/Benchmarks unless set

Counted by callgrind, so that a busy machine counts the same. A count that is more than TOLERANCE above that of
instructions.json fails, and so does one that is as much below it: then '--write' notes the new ones. The work
is that of `Benchmarks decisions`; what the program does besides is taken off, by the difference of two sizes.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = os.environ.get("BENCHMARKS", HERE.parent.parent / ".build/release/Benchmarks")
NOTED = HERE / "instructions.json"
SCHEDULES = ["promotion", "stopping", "pasha"]
SIZES = [500, 2000, 8000]
"""Trials; the counts are those between the first two, and between the last two."""
TOLERANCE = 0.1
GROWTH = 1.25
"""What a decision may take more between 2,000 and 8,000 trials than between 500 and 2,000."""


class Fault(Exception):
    """What must not be."""


def counted(program, schedule, trials):
    """The instructions of a run, and its decisions."""
    environment = {**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, "decisions", schedule,
         str(trials)], env=environment, capture_output=True, text=True, check=False)
    count = re.search(r"Collected : (\d+)", done.stderr)
    result = re.search(r"^RESULT (.*)$", done.stdout, re.MULTILINE)
    if done.returncode != 0 or not count or not result:
        raise Fault(f"{schedule}, {trials} trials: {done.stdout[-500:]}{done.stderr[-2000:]}")
    figures = json.loads(result[1])
    return int(count[1]), figures["report"]["n"] + figures["suggest"]["n"]


def measured(program, schedule):
    """Instructions of a decision while a study is small, and while it is larger."""
    counts = [counted(program, schedule, trials) for trials in SIZES]
    return [round((after[0] - before[0]) / (after[1] - before[1]))
            for before, after in zip(counts, counts[1:])]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true", help="note these counts")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # Valgrind gives up on what Swift writes of its sources.
        program = folder + "/Benchmarks"
        subprocess.run(["objcopy", "--strip-debug", PROGRAM, program], check=True)
        found = {schedule: measured(program, schedule) for schedule in SCHEDULES}
    noted = json.loads(NOTED.read_text()) if NOTED.exists() else {}
    faults = []
    for schedule, (small, large) in found.items():
        before = noted.get(schedule, 0)
        print(f"{schedule}: {small:,} instructions a decision, noted {before:,}; in a larger study {large:,}")
        if large > GROWTH * small:
            faults.append(f"{schedule}: a decision takes {large / small:.2f} times as many in a larger study")
        if not arguments.write and abs(small - before) > TOLERANCE * before:
            faults.append(f"{schedule}: {small:,} instructions a decision are not within "
                          f"{100 * TOLERANCE:.0f} % of {before:,}; where that is meant, note them by '--write'")
    if arguments.write:
        NOTED.write_text(json.dumps({schedule: small for schedule, (small, _) in found.items()}, indent=2) + "\n")
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
