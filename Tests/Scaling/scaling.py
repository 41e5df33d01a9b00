"""Strong scaling of the digits study on the private Slurm, by `rung campaign`."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SAMPLES = 128
SECONDS = 7200

STUDY = """\
metric: {{name: val_accuracy, goal: maximize}}
fidelity: {{name: epoch, min: 1, max: 9}}
parameters:
  layers:        {{min: 1, max: 2}}
  width:         {{min: 16, max: 64, scale: log, type: integer}}
  learning_rate: {{min: 1.0e-4, max: 1.0e-1, scale: log}}
  batch_size:    {{values: [32, 64, 128]}}
trial: {{command: [{python}, steady.py], gpus: 1, cpus: 1, memory: 512MiB}}
environment: {{variables: {{DIGITS: {digits}, PACE: "0.5"}}}}
stop: {{trials: {samples}}}
"""

CAMPAIGN = """\
kind: strong-scaling
study: study.yaml
algorithms: [random, {name: asha, type: stopping}, bohb, hyperband]
gpus: [1, 2, 4, 8, 16]
seeds: 2
sites: [private-cluster]
time: 1h
queue: 12
"""


class Fault(Exception):
    """What must not be."""


def run(*words):
    """Runs `rung campaign`, and returns what it prints."""
    answer = subprocess.run(words, capture_output=True, text=True)
    if answer.returncode:
        raise Fault(f"{words}: {answer.stderr}")
    return answer.stdout


def scaling(number, points, rung):
    """A campaign of 40 studies, of so many samples each."""
    if "SLURM_CONF" not in os.environ:
        sys.exit("no private Slurm: Tests/Cluster/cluster run DIR -- Tests/exhaustive scaling 1")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rung-scaling-", dir="/tmp"))
    python = os.environ.get("RUNG_TEST_PYTHON", str(ROOT / ".venv" / "bin" / "python3"))
    (folder / "study.yaml").write_text(STUDY.format(
        python=python, digits=ROOT / "jobscripts" / "digits", samples=points or SAMPLES))
    shutil.copy(HERE / "steady.py", folder)
    file = folder / "scaling.yaml"
    file.write_text(CAMPAIGN)
    begin = time.monotonic()
    while True:
        states = [study["state"] for study in json.loads(
            run(rung, "campaign", "submit", file, "--json"))["studies"]]
        if all(state == "ended" for state in states):
            break
        if time.monotonic() - begin > SECONDS:
            raise Fault(f"not done after {SECONDS} s: {states}; see {folder}")
        time.sleep(2)
    page = ROOT / ".build" / "exhaustive" / "scaling.html"
    rows = json.loads(run(rung, "campaign", "report", file, "--json", "-o", page))["table"]["rows"]
    print(run(rung, "campaign", "report", file), flush=True)
    for row in rows:
        if not 0 < row["of_bound"]["mean"] <= 1.0001:
            raise Fault(f"{row}; see {folder}")
    shutil.rmtree(folder)
    return {"studies": len(states), "seconds": round(time.monotonic() - begin),
            "of_bound": {f"{row['method']} on {row['gpus']}": round(row["of_bound"]["mean"], 3)
                         for row in rows}}
