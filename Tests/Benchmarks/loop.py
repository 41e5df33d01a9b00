"""The coordinator's loop with agents that train nothing, beside MPI without it, as Markdown.

    python3 Tests/Benchmarks/loop.py [journal] [paced] [evaluations] [decision] [--runs K]

BENCHMARKS  the benchmarks; .build/release/Benchmarks unless set
RUNG        the program; .build/release/rung unless set
MPICC, MPIRUN  mpicc and mpirun unless set

journal      4,096 agents of a slot, whose reports follow each other at once: entries of the journal a second
paced        the same with 10,000 reports a second of all together: from a report to its decision
evaluations  trials of one epoch a second over MPI, rank 0 and 4 others, beside a manager in C
decision     from a report to its decision over MPI, rank 0 and one other, beside a ping-pong in C

'journal' and 'paced' have the study on the disk of the temporary folder (TMPDIR), and in memory; the others in
memory. What is compared takes turns, run after run.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

# Compiled Python in the folder of a target would be a file that the build does not know.
sys.dont_write_bytecode = True
import tables  # noqa: E402: after the line before
from tables import spread  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BENCHMARKS = os.environ.get("BENCHMARKS", str(ROOT / ".build/release/Benchmarks"))
RUNG = os.environ.get("RUNG", str(ROOT / ".build/release/rung"))
MPICC = os.environ.get("MPICC", "mpicc")
MPIRUN = [os.environ.get("MPIRUN", "mpirun"), "--oversubscribe"]
if os.geteuid() == 0:
    MPIRUN.append("--allow-run-as-root")
PLACES = {"on the disk": None, "in memory": "/dev/shm"}


def results(command):
    """The figures that a command prints, which must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode != 0:
        sys.exit(f"{command}: {done.returncode}: {done.stderr}")
    return [json.loads(line[7:]) for line in done.stdout.splitlines() if line.startswith("RESULT ")]


def loop(place, *options, before=()):
    """The figures of a loop whose study lies at a place."""
    folder = tempfile.mkdtemp(prefix="rung-loop-", dir=PLACES[place])
    try:
        return results([*before, BENCHMARKS, "loop", folder + "/study.rung", "--rung", RUNG, *options])
    finally:
        shutil.rmtree(folder)


def compiled(name, folder):
    program = f"{folder}/{name}"
    subprocess.run([MPICC, "-O2", "-o", program, str(HERE / "peers" / f"{name}.c")], check=True)
    return program


def journal(runs):
    print("| the study lies | entries a second | of them with one fdatasync | reports a second |\n"
          "| --- | ---: | ---: | ---: |")
    rows = {place: [] for place in PLACES}
    for _ in range(runs):
        for place in PLACES:
            rows[place] += loop(place, "--agents", "4096", "--trials", "100000")
    for place, found in rows.items():
        print(f"| {place} | {spread([row['entries_per_s'] for row in found], 0)} | "
              f"{spread([row['entries_per_sync'] for row in found], 0)} | "
              f"{spread([row['reports_per_s'] for row in found], 0)} |")


def paced(runs):
    print("| the study lies | median, ms | 99th of 100, ms | reports a second |\n| --- | ---: | ---: | ---: |")
    rows = {place: [] for place in PLACES}
    for _ in range(runs):
        for place in PLACES:
            rows[place] += loop(place, "--agents", "4096", "--trials", "60000", "--rate", "10000")
    for place, found in rows.items():
        decisions = [row["decision"] for row in found]
        print(f"| {place} | {spread([one['p50_us'] / 1e3 for one in decisions], 2)} | "
              f"{spread([one['p99_us'] / 1e3 for one in decisions], 2)} | "
              f"{spread([row['reports_per_s'] for row in found], 0)} |")


def evaluations(runs):
    ours, bare = [], []
    with tempfile.TemporaryDirectory() as folder:
        manager = compiled("mpi_manager", folder)
        for _ in range(runs):
            ours += loop("in memory", "--mpi", "--slots", "64", "--trials", "20000", "--epochs", "1",
                         before=[*MPIRUN, "-n", "5"])
            bare += results([*MPIRUN, "-n", "5", manager, "200000"])
    found = [row["evaluations_per_s"] for row in ours if row.get("bench") == "loop"]
    print("| rank 0 and 4 others | evaluations a second |\n| --- | ---: |\n"
          f"| Rung's loop, 64 slots each | {spread(found, 0)} |\n"
          f"| C, one at a time each | {spread([row['evals_per_s'] for row in bare], 0)} |")


def decision(runs):
    ours, bare = [], []
    with tempfile.TemporaryDirectory() as folder:
        pingpong = compiled("mpi_pingpong", folder)
        pinned = [*MPIRUN, "--bind-to", "core", "-n", "2"]
        for _ in range(runs):
            found = loop("in memory", "--mpi", "--slots", "1", "--trials", "5000", "--epochs", "1", before=pinned)
            ours += [row for row in found if row.get("bench") != "loop"]
            bare += [row for row in results([*pinned, pingpong]) if row["bytes"] == 256]
    print("| two ranks, each on a core | median, us | 99th of 100, us |\n| --- | ---: | ---: |\n"
          f"| a report to its decision | {spread([row['p50_us'] for row in ours], 1)} | "
          f"{spread([row['p99_us'] for row in ours], 1)} |\n"
          f"| a ping-pong of 256 bytes in C | {spread([2 * row['half_rtt_us_p50'] for row in bare], 2)} | "
          f"{spread([2 * row['half_rtt_us_p99'] for row in bare], 2)} |")


if __name__ == "__main__":
    tables.run((journal, paced, evaluations, decision))
