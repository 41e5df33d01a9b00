"""A collection of real small trainings on the private Slurm, over several jobs that are killed meanwhile."""
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CONFIGURATIONS = 375
EPOCHS = 9
SAMPLE = 1000
"""Trainings that are trained once more here, to be compared."""
SECONDS = 7200

STUDY = """\
metric: {{name: val_accuracy, goal: maximize}}
fidelity: {{name: epoch, min: 1, max: {epochs}}}
parameters:
  learning_rate: {{min: 1.0e-3, max: 1.0, scale: log}}
  momentum:      {{min: 0.0, max: 0.99}}
  weight_decay:  {{min: 1.0e-6, max: 1.0e-2, scale: log}}
  batch_size:    {{values: [64, 128, 256]}}
  activation:    {{values: [relu, tanh], architecture: true}}
  resolution:    {{values: [2, 4, 8], fidelity: true}}
  fraction:      {{values: [0.25, 0.5, 1.0], fidelity: true}}
  width:         {{values: [0.25, 0.5, 1.0], fidelity: true}}
trial: {{command: [{python}, digits.py], gpus: 1, cpus: 1, memory: 512MiB, retries: 5}}
environment: {{variables: {{DIGITS: {digits}}}}}
stop: {{trials: 64}}
seed: 1
"""

CAMPAIGN = """\
kind: collect
study: study.yaml
configurations: {{sobol: {configurations}}}
seeds: 2
trainings: {trainings}
gpus: 4
site: private-cluster
time: 30m
queue: 3
"""


class Fault(Exception):
    """What must not be."""


def run(*words):
    """Runs a program, and returns what it prints."""
    answer = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if answer.returncode:
        raise Fault(f"{words}: {answer.stderr}")
    return answer.stdout


def collection(number, points, rung):
    """One collection, of so many configurations; 54 trainings each."""
    if "SLURM_CONF" not in os.environ:
        sys.exit("no private Slurm: Tests/Cluster/cluster run DIR -- Tests/exhaustive collection 1")
    draw = random.Random(number)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rung-collection-", dir="/tmp"))
    python = os.environ.get("RUNG_TEST_PYTHON", str(ROOT / ".venv" / "bin" / "python3"))
    configurations = points or CONFIGURATIONS
    total = configurations * 54
    (folder / "study.yaml").write_text(STUDY.format(
        python=python, digits=ROOT / "jobscripts" / "digits", epochs=EPOCHS))
    (folder / "collect.yaml").write_text(CAMPAIGN.format(
        configurations=configurations, trainings=max(200, total // 8)))
    shutil.copy(HERE / "digits.py", folder)
    try:
        figures = collect(folder, total, draw, rung)
        figures |= check(folder, total, rung)
        figures |= compare(folder, total, draw, rung)
        figures |= simulate(folder, rung)
    except Fault as fault:
        raise Fault(f"{fault}; see {folder}") from fault
    shutil.rmtree(folder)
    return figures


def collect(folder, total, draw, rung):
    """Submits until all is done, and ends something every few seconds until most of it is."""
    file, begin, kills, cancels, jobs = folder / "collect.yaml", time.monotonic(), 0, 0, set()
    due = begin + 5
    while True:
        answer = json.loads(run(rung, "campaign", "submit", file, "--json"))
        jobs |= {shard["job"] for shard in answer["shards"] if shard.get("job")}
        progress = answer["progress"]
        if all(shard["state"] == "ended" for shard in answer["shards"]):
            break
        if any(shard["state"] == "failed" for shard in answer["shards"]):
            raise Fault(f"a shard has failed: {answer}")
        now = time.monotonic()
        if now - begin > SECONDS:
            raise Fault(f"not done after {SECONDS} s: {progress}")
        if now > due and progress["ended"] < 0.9 * total:
            # In turn, so that there are some of both.
            if kills <= cancels:
                kills += kill_coordinator(folder, draw)
            else:
                cancels += cancel(draw)
            due = now + draw.uniform(3, 15)
        time.sleep(5)
    if total > 2000 and (kills < 3 or cancels < 3):
        raise Fault(f"only {kills} kills and {cancels} cancelled jobs")
    return {"trainings": total, "shards": len(answer["shards"]), "jobs": len(jobs), "kills": kills,
            "cancels": cancels, "seconds": round(time.monotonic() - begin)}


def kill_coordinator(folder, draw):
    """Ends the agent of rank 0 of a shard with SIGKILL; jobs of one node have no other."""
    found = []
    for process in pathlib.Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"agent" in words[1:2] and any(str(folder).encode() in word for word in words):
            found.append(int(process.name))
    if not found:
        return 0
    try:
        os.kill(draw.choice(sorted(found)), signal.SIGKILL)
    except ProcessLookupError:
        return 0
    return 1


def cancel(draw):
    """Has Slurm cancel a job that runs."""
    jobs = run("squeue", "--noheader", "--states=RUNNING", "--format=%A").split()
    if not jobs:
        return 0
    subprocess.run(["scancel", draw.choice(sorted(jobs))], check=False)
    return 1


def entries(study):
    """Journal entries that count, in order."""
    paths = sorted((study / "journal").glob("*.jsonl"))
    lengths = {}
    for path in paths:
        header = json.loads(path.read_bytes().split(b"\n", 1)[0])
        lengths |= dict(enumerate(header["lengths"]))
    for place, path in enumerate(paths):
        for line in path.read_bytes()[:lengths.get(place)].split(b"\n")[1:]:
            if line:
                yield json.loads(line)


def check(folder, total, rung):
    """Every training is done, once, and the journals decide anew as they did."""
    report = json.loads(run(rung, "campaign", "report", folder / "collect.yaml", "--json"))
    progress = report["progress"]
    if progress != {"trainings": total, "ended": total, "failed": 0, "running": 0, "waiting": 0}:
        raise Fault(f"not complete: {progress}")
    proposed, finished, starts = set(), 0, 0
    for study in sorted((folder / "collect.campaign").glob("shard-*.rung")):
        run(rung, "verify", study)
        done = set()
        for entry in entries(study):
            event = entry["event"]
            if "proposed" in event:
                place = event["proposed"]["from"]["sequence"]["place"]
                if place in proposed:
                    raise Fault(f"training {place} is proposed twice")
                proposed.add(place)
            for command in entry["commands"]:
                if "start" in command:
                    starts += 1
                    if command["start"]["_0"]["id"]["trial"] in done:
                        raise Fault(f"{study}: trained again though it was done: {command}")
            if "reported" in event:
                told = event["reported"]["_0"]
                if told["epoch"] == EPOCHS:
                    if told["leg"]["trial"] in done:
                        raise Fault(f"{study}: reported its end twice: {told['leg']}")
                    done.add(told["leg"]["trial"])
                    finished += 1
    if proposed != set(range(total)) or finished != total:
        raise Fault(f"{len(proposed)} trainings were proposed, and {finished} finished, of {total}")
    return {"starts": starts}


def compare(folder, total, draw, rung):
    """The table has every value, and those that another process trains here, to the last bit."""
    begin = time.monotonic()
    run(rung, "campaign", "report", folder / "collect.yaml", "-o", folder / "table.h5")
    seconds = time.monotonic() - begin
    os.environ["DIGITS"] = str(ROOT / "jobscripts" / "digits")
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    sys.path.insert(0, str(HERE))
    import digits  # Here, and NumPy with it, since by now it is to use one thread, as a training does.
    import h5py
    import numpy as np
    with h5py.File(folder / "table.h5") as table:
        metrics = {name: values[:] for name, values in table["metrics"].items()}
        parameters = {name: column.asstr()[:] if column.dtype.kind == "S" else column[:]
                      for name, column in table["parameters"].items()}
        trainings = {name: column[:] for name, column in table["trainings"].items()}
        elapsed = table["elapsed"][:]
    if len(metrics) != 20 or any(v.shape != (total, EPOCHS) for v in metrics.values()):
        raise Fault(f"{len(metrics)} metrics: { {n: v.shape for n, v in metrics.items()} }")
    # A training that diverges says so by a metric that is no number; the study's never is.
    if set(trainings["state"]) != {b"completed"} or not np.isfinite(metrics["val_accuracy"]).all():
        raise Fault(f"states: {np.unique(trainings['state'], return_counts=True)}")
    if not (np.diff(elapsed, axis=1) >= 0).all() or not (elapsed > 0).all():
        raise Fault("the seconds of some training do not grow")
    identities = set(zip(*(parameters[name] for name in sorted(parameters)), trainings["seed"]))
    if len(identities) != total:
        raise Fault(f"{total - len(identities)} trainings are alike in all but their numbers")
    for row in draw.sample(range(total), min(SAMPLE, total)):
        training = digits.Training(
            {name: column[row] for name, column in parameters.items()}, int(trainings["seed"][row]))
        for epoch in range(EPOCHS):
            with np.errstate(all="ignore"):
                training.train()
                for name, value in training.metrics().items():
                    known = metrics[name][row, epoch]
                    if not (value == known or (np.isnan(value) and np.isnan(known))):
                        raise Fault(f"training {row}, epoch {epoch + 1}: {name} is {known}, not {value}")
    text = run(rung, "campaign", "report", folder / "collect.yaml", "--csv")
    (folder / "table.csv").write_text(text)
    if text.count("\n") != total + 1:
        raise Fault(f"the CSV has {text.count(chr(10))} lines")
    return {"compared": min(SAMPLE, total), "retried": int((trainings["attempts"] > 1).sum()),
            "table_seconds": round(seconds, 1), "table_bytes": (folder / "table.h5").stat().st_size,
            "csv_bytes": len(text)}


def simulate(folder, rung):
    """The table drives studies: searches over it find values that are in it, at the full fidelity."""
    import h5py
    with h5py.File(folder / "table.h5") as table:
        full = ((table["parameters/resolution"][:] == 8) & (table["parameters/fraction"][:] == 1)
                & (table["parameters/width"][:] == 1))
        values = table["metrics/val_accuracy"][:]
        seeds = table["trainings/seed"][:]
    best = values[full & (seeds == 1)].max()
    study = (folder / "study.yaml").read_text()
    (folder / "one.yaml").write_text(
        study.replace("stop: {trials: 64}", "stop: {trials: 100000}")
        + "algorithm: random\ntable: {file: table.h5, metric: \"val_accuracy_{epoch}\", "
        "where: {seed: 1}}\n")
    answer = json.loads(run(rung, "simulate", folder / "one.yaml", "--slots", "16", "--json"))["runs"][0]
    if answer["best_value"] != best or values[answer["best_row"]].max() != best:
        raise Fault(f"random search over all of the table finds {answer}, not {best}")
    for method in ("asha", "bohb", "hyperband"):
        answer = json.loads(run(
            rung, "simulate", folder / "study.yaml", "--table", folder / "table.h5", "--slots", "16",
            "--algorithm", method, "--seeds", "3", "--json"))
        for one in answer["runs"]:
            row = one["best_row"]
            if not full[row] or one["best_value"] not in values[row]:
                raise Fault(f"{method}: {one} is not in the table")
    return {}
