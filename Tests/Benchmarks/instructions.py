"""Instructions that a decision of the core takes, and a checkpoint that is written and merged: how many, and
whether they grow with the study.

    python3 Tests/Benchmarks/instructions.py [--write]

BENCHMARKS   the program; .build/release/Benchmarks unless set

Counted by callgrind, so that a busy machine counts the same. A count that is more than TOLERANCE above that of
instructions.json fails, and so does one that is as much below it: then '--write' notes the new ones. The work
is that of `Benchmarks decisions` and of `Benchmarks merge`; what the program does besides is taken off, by the
difference of two sizes.
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
SIZES = {"decision": [500, 2000, 8000], "checkpoint": [64, 256, 1024]}
"""Trials, and checkpoints; the counts are those between the first two, and between the last two."""
TOLERANCE = 0.1
GROWTH = 1.25
"""What each may take more between the last two sizes than between the first two."""


class Fault(Exception):
    """What must not be."""


def counted(*call):
    """The instructions of a run of the benchmarks, and what it printed."""
    environment = {**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *call], env=environment,
        capture_output=True, text=True, check=False)
    count = re.search(r"Collected : (\d+)", done.stderr)
    result = re.search(r"^RESULT (.*)$", done.stdout, re.MULTILINE)
    if done.returncode != 0 or not count or not result:
        raise Fault(f"{call}: {done.stdout[-500:]}{done.stderr[-2000:]}")
    return int(count[1]), json.loads(result[1])


def decisions(program, schedule, trials):
    count, figures = counted(program, "decisions", schedule, str(trials))
    return count, figures["report"]["n"] + figures["suggest"]["n"]


def checkpoints(program, count):
    with tempfile.TemporaryDirectory() as folder:
        return counted(program, "merge", folder + "/merge", str(count))[0], count


def measured(sizes, one):
    """Instructions of one more while there are few, and while there are more."""
    counts = [one(size) for size in sizes]
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
        found = {(schedule, "decision"): measured(
            SIZES["decision"], lambda trials, name=schedule: decisions(program, name, trials))
            for schedule in SCHEDULES}
        found["merge", "checkpoint"] = measured(
            SIZES["checkpoint"], lambda count: checkpoints(program, count))
    noted = json.loads(NOTED.read_text()) if NOTED.exists() else {}
    faults = []
    for (name, one), (small, large) in found.items():
        before = noted.get(name, 0)
        print(f"{name}: {small:,} instructions a {one}, noted {before:,}; of many {large:,}")
        if large > GROWTH * small:
            faults.append(f"{name}: a {one} takes {large / small:.2f} times as many of many")
        if not arguments.write and abs(small - before) > TOLERANCE * before:
            faults.append(f"{name}: {small:,} instructions a {one} are not within "
                          f"{100 * TOLERANCE:.0f} % of {before:,}; where that is meant, note them by '--write'")
    if arguments.write:
        NOTED.write_text(json.dumps({name: small for (name, _), (small, _) in found.items()}, indent=2) + "\n")
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
