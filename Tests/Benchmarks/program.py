"""The whole program on one machine, beside what starts the same processes without it, as Markdown.

    python3 Tests/Benchmarks/program.py [commands] [starts] [seconds] [switch] [checkpoints] [idle] [simulation] [--runs K]

RUNG        the program; .build/release/rung unless set
BENCHMARKS  the benchmarks, of which 'checkpoints' is one; .build/release/Benchmarks unless set

commands    the time until a command shows something in a terminal, and until it has ended
starts      trials that do nothing, a process each and in warm workers, beside posix_spawn and wait
seconds     1,000 trials of a second on 16 slots, whose ideal is 62.5 s
switch      from the end of a trial that pauses to the beginning of the next on its slot, beside Python's start
checkpoints a checkpoint into HDF5 and out of it, beside the same bytes plainly
idle        processor time of Rung's processes while trials train
simulation  events a second in virtual time

Rung and what it is compared with take turns, run after run, so that a busy machine does both the same.
"""

import json
import os
import pathlib
import pty
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

# Compiled Python in the folder of a target would be a file that the build does not know.
sys.dont_write_bytecode = True
import tables  # noqa: E402: after the line before
from tables import spread  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RUNG = os.environ.get("RUNG", str(ROOT / ".build/release/rung"))
BENCHMARKS = os.environ.get("BENCHMARKS", str(ROOT / ".build/release/Benchmarks"))
SLOTS = 16

STUDY = """\
name: benchmark
metric: {{name: value, goal: minimize}}
fidelity: {{name: epoch, min: 1, max: {epochs}}}
parameters:
  x: {{min: 0.0, max: 1.0}}
algorithm: {algorithm}
trial:
  command: {command}
  gpus: 0
stop: {{trials: {trials}}}
seed: 1
"""
NOTHING = r"""[sh, -c, "echo '[rung] {{\"epoch\": 1, \"value\": 1}'"]"""
SECOND = r"""[sh, -c, "sleep 1; echo '[rung] {{\"epoch\": 1, \"value\": 1}'"]"""
WARM = """\
import rung
for trial in rung.trials():
    trial.report(1, value=1.0)
"""
# Notes when a trial begins and ends; all trials leave a checkpoint.
SWITCH = """\
import time
begun = time.time()
import os, sys, rung
for trial in rung.trials() if "warm" in sys.argv else [rung.trial()]:
    if "warm" in sys.argv:
        begun = time.time()
    for epoch in trial.epochs():
        with open(os.path.join(trial.checkpoint_dir, "state"), "w") as file:
            file.write(str(epoch))
        trial.report(epoch, value=float(trial.config["x"]) / epoch)
    with open("times", "a") as file:
        file.write(f"{begun} {time.time()}\\n")
"""
SLOW = """\
import time, rung
trial = rung.trial()
for epoch in trial.epochs():
    time.sleep(10)
    trial.report(epoch, value=1.0)
"""


def folder_with(command, trials, epochs=1, algorithm="random", script=None):
    """A new folder with a study, and the script of its trials."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rung-benchmark-"))
    (folder / "study.yaml").write_text(
        STUDY.format(command=command, trials=trials, epochs=epochs, algorithm=algorithm))
    if script:
        (folder / "train.py").write_text(script)
    return folder


def timed(command, folder=None):
    """Seconds that a command takes, which must succeed."""
    began = time.monotonic()
    done = subprocess.run([str(word) for word in command], cwd=folder, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    if done.returncode != 0:
        sys.exit(f"{command}: {done.returncode}: {done.stderr}")
    return seconds


def run_study(folder):
    """Seconds that a run of a whole study takes; its directory is made anew."""
    return timed([RUNG, "run", "study.yaml", "--fresh", "--slots", SLOTS, "--quiet"], folder)


def commands(runs):
    folder = folder_with(NOTHING, 64)
    run_study(folder)
    asked = [
        (50, ["--help"]), (100, ["check", "study.yaml"]), (500, ["plan", "study.yaml", "--site", "generic"]),
        (100, ["status", "study.rung"]), (None, ["explain", "study.rung", "0"]), (None, ["sites"]),
        (None, ["best", "study.rung"]), (None, ["export", "study.rung", "--format", "csv"]),
        (None, ["report", "study.rung"]), (None, ["verify", "study.rung"])]
    print("| command, in a terminal | first output, ms (goal 100) | all of it, ms | goal |\n"
          "| --- | ---: | ---: | ---: |")
    for goal, words in asked:
        first, whole = zip(*(in_a_terminal([RUNG, *words], folder) for _ in range(4 * runs)))
        print(f"| `rung {' '.join(words)}` | {spread(first, 0)} | {spread(whole, 0)} | {goal or ''} |")
    shutil.rmtree(folder)


def in_a_terminal(command, folder):
    """Milliseconds until a command shows something, and until it has ended."""
    ours, its = pty.openpty()
    begin = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdin=its, stdout=its, stderr=its)
    os.close(its)
    os.read(ours, 65536)
    first = time.perf_counter() - begin
    try:
        while os.read(ours, 65536):
            pass
    except OSError:  # the other end is closed
        pass
    process.wait()
    whole = time.perf_counter() - begin
    os.close(ours)
    if process.returncode != 0:
        sys.exit(f"{command}: exit status {process.returncode}")
    return 1000 * first, 1000 * whole


def starts(runs):
    trials = 1000
    each = folder_with(NOTHING, trials)
    warm = folder_with("[python3, train.py]", 10 * trials, script=WARM)
    spawn = str(each / "spawn")
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", spawn, str(HERE / "spawn.c")], check=True)
    bare_command = [spawn, str(trials), str(SLOTS), "sh", "-c", """echo '[rung] {"epoch": 1, "value": 1}'"""]
    ours, bare, warmed = [], [], []
    for _ in range(runs):
        ours.append(run_study(each))
        bare.append(timed(bare_command))
        warmed.append(run_study(warm))
    ratio = statistics.median(ours) / statistics.median(bare)
    print(f"| {trials:,} trials that do nothing | s |\n| --- | ---: |")
    print(f"| `rung run`, a process each | {spread(ours)} |")
    print(f"| posix_spawn and wait, {SLOTS} at a time | {spread(bare)} |")
    print(f"| ratio (goal 1.2) | {ratio:.2f} |")
    rate = 10 * trials / statistics.median(warmed)
    print(f"| {10 * trials:,} in warm workers | {spread(warmed)} |")
    print(f"| of these a second (goal 5,000) | {rate:,.0f} |")
    for folder in (each, warm):
        shutil.rmtree(folder)


def seconds(runs):
    trials = 1000
    ideal = trials / SLOTS
    folder = folder_with(SECOND, trials)
    taken = [run_study(folder) for _ in range(runs)]
    over = 100 * (statistics.median(taken) / ideal - 1)
    print(f"{trials:,} trials of a second on {SLOTS} slots took {spread(taken)} s, {over:.1f} % over the ideal "
          f"{ideal} s (goal: at most 1 %).")
    shutil.rmtree(folder)


def gaps(folder):
    """Milliseconds from the end of each trial to the beginning of the next, of a run on one slot."""
    times = folder / "times"
    times.unlink(missing_ok=True)
    timed([RUNG, "run", "study.yaml", "--fresh", "--slots", "1", "--quiet"], folder)
    pairs = sorted(tuple(map(float, line.split())) for line in times.read_text().splitlines())
    return [1000 * (pairs[i + 1][0] - pairs[i][1]) for i in range(len(pairs) - 1)]


def switch(runs):
    asha = "{name: asha, type: promotion}"
    cold = folder_with("[python3, train.py, cold]", 40, 9, asha, SWITCH)
    warm = folder_with("[python3, train.py, warm]", 40, 9, asha, SWITCH)
    bare = "import subprocess, time\nfor _ in range(20):\n  begun = time.time()\n  said = subprocess.run(" \
        "['python3', '-c', 'import time; print(time.time())'], capture_output=True, text=True).stdout\n" \
        "  print(1000 * (float(said) - begun))"
    found = {"cold": [], "warm": [], "python": []}
    for _ in range(runs):
        found["cold"].append(statistics.median(gaps(cold)))
        found["warm"].append(statistics.median(gaps(warm)))
        said = subprocess.run(["python3", "-c", bare], capture_output=True, text=True, check=True).stdout
        found["python"].append(statistics.median(map(float, said.split())))
    print("| from the end of a trial to the beginning of the next | ms |\n| --- | ---: |")
    print(f"| a process each | {spread(found['cold'], 1)} |")
    print(f"| of it Python's own start | {spread(found['python'], 1)} |")
    print(f"| in warm workers | {spread(found['warm'], 1)} |")
    for folder in (cold, warm):
        shutil.rmtree(folder)


def checkpoints(runs):
    print("| MiB | save, s | plainly, s | share of the speed | load, s | plainly, s | share of the speed |\n"
          "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for mebibytes in (1, 100, 2048):
        rows = []
        for _ in range(runs):
            folder = tempfile.mkdtemp(prefix="rung-benchmark-")
            done = subprocess.run([BENCHMARKS, "checkpoint", folder + "/new", str(mebibytes)], capture_output=True,
                                  text=True, check=True)
            rows.append(json.loads(done.stdout.removeprefix("RESULT ")))
            shutil.rmtree(folder)
        cells = []
        for kind in ("save", "load"):
            ours = [row[f"{kind}_s"] for row in rows]
            plain = [row[f"plain_{kind}_s"] for row in rows]
            share = 100 * statistics.median(plain) / statistics.median(ours)
            cells += [spread(ours, 3), spread(plain, 3), f"{share:.0f} %"]
        print(f"| {mebibytes:,} | " + " | ".join(cells) + " |")


def processor_seconds(root):
    """Processor time of a process and its children that are Rung's too."""
    ticks, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        try:
            name = pathlib.Path(f"/proc/{process}/comm").read_text().strip()
            if name != "rung":
                continue
            fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            children = pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += int(fields[11]) + int(fields[12])
        waiting += children
    return ticks / os.sysconf("SC_CLK_TCK")


def idle(runs):
    shares = []
    for _ in range(runs):
        folder = folder_with("[python3, train.py]", 4, epochs=4, script=SLOW)
        command = [RUNG, "run", "study.yaml", "--fresh", "--slots", "4", "--quiet"]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as run:
            time.sleep(12)
            before = processor_seconds(run.pid)
            time.sleep(20)
            shares.append(100 * (processor_seconds(run.pid) - before) / 20)
            run.wait()
        shutil.rmtree(folder)
    print(f"While 4 trials train, with a report every 10 s each, Rung's processes take {spread(shares)} % of one "
          "core (goal: under 1 %).")


def simulation(runs):
    folder = folder_with("[sh, -c, 'true']", 100_000, epochs=81, algorithm="asha")
    rates = []
    for _ in range(runs):
        began = time.monotonic()
        done = subprocess.run(
            [RUNG, "simulate", "study.yaml", "--slots", "64", "--objective", "curves", "--json", "--quiet"],
            cwd=folder, capture_output=True, text=True, check=True)
        taken = time.monotonic() - began
        rates.append(json.loads(done.stdout)["runs"][0]["events"] / taken)
    print(f"ASHA with 100,000 trials on 64 slots: {statistics.median(rates):,.0f} events a second "
          f"({min(rates):,.0f} to {max(rates):,.0f}), the program's start and end included (goal: 1,000,000).")
    shutil.rmtree(folder)


if __name__ == "__main__":
    told = subprocess.run([RUNG, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    tables.run((commands, starts, seconds, switch, checkpoints, idle, simulation), f", {told}")
