"""Strong scaling on the private Slurm, by `rung campaign`: of the digits study, and of emulated epochs."""
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
SECONDS = 3 * 3600

STUDY = """\
metric: {{name: val_accuracy, goal: maximize}}
fidelity: {{name: epoch, min: 1, max: {epochs}}}
parameters:
  layers:        {{min: 1, max: 2}}
  width:         {{min: 16, max: 64, scale: log, type: integer}}
  learning_rate: {{min: 1.0e-4, max: 1.0e-1, scale: log}}
  batch_size:    {{values: [32, 64, 128]}}
trial: {{command: [{python}, {program}], gpus: 1, cpus: 1, memory: 512MiB}}
environment: {{variables: {{DIGITS: {digits}, PACE: "{pace}"}}}}
stop: {{trials: {samples}}}
"""

CAMPAIGN = """\
kind: strong-scaling
study: study.yaml
algorithms:
  - random
  - {{name: asha, type: stopping, eta: {eta}, label: asha-stopping}}
  - {{name: asha, eta: 2, first: samples, label: asha-samples-first}}
  - {{name: bohb, eta: {eta}}}
  - {{name: hyperband, eta: {eta}}}
gpus: {gpus}
seeds: {seeds}
time: 1h
queue: 12
"""

# The second is for nodes of 16 GPUs: 'cluster run DIR --gpus 16 --cpus 16'. Its longest study lasts longer than
# a job may, so that a second one goes on with it.
CAMPAIGNS = [
    {"name": "digits", "program": "steady.py", "pace": 2, "epochs": 8, "samples": 128, "eta": 3,
     "gpus": [1, 2, 4, 8, 16], "seeds": 2, "site": "private-cluster"},
    {"name": "emulated", "program": "paced.py", "pace": 0.4, "epochs": 4, "samples": 2048, "eta": 2,
     "gpus": [1, 4, 16, 64], "seeds": 1, "site": HERE / "sixteen.yaml"},
]


class Fault(Exception):
    """What must not be."""


def run(*words):
    """Runs `rung campaign`, and returns what it prints."""
    answer = subprocess.run(words, capture_output=True, text=True)
    if answer.returncode:
        raise Fault(f"{words}: {answer.stderr}")
    return answer.stdout


def scaling(number, points, rung):
    """One of the campaigns, of so many samples a study."""
    about = CAMPAIGNS[number % len(CAMPAIGNS)]
    if "SLURM_CONF" not in os.environ:
        sys.exit("no private Slurm: Tests/Cluster/cluster run DIR -- Tests/exhaustive scaling 1")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rung-scaling-", dir="/tmp"))
    python = os.environ.get("RUNG_TEST_PYTHON", str(ROOT / ".venv" / "bin" / "python3"))
    about = {**about, "samples": points or about["samples"]}
    (folder / "study.yaml").write_text(STUDY.format(
        python=python, digits=ROOT / "jobscripts" / "digits", **about))
    shutil.copy(HERE / about["program"], folder)
    file = folder / f"{about['name']}.yaml"
    file.write_text(CAMPAIGN.format(**about))
    begin = time.monotonic()
    while True:
        states = [study["state"] for study in json.loads(
            run(rung, "campaign", "submit", file, "--site", about["site"], "--json"))["studies"]]
        if all(state == "ended" for state in states):
            break
        if time.monotonic() - begin > SECONDS:
            raise Fault(f"not done after {SECONDS} s: {states}; see {folder}")
        time.sleep(5)
    page = ROOT / ".build" / "exhaustive" / f"{about['name']}.html"
    rows = json.loads(run(rung, "campaign", "report", file, "--json", "-o", page))["table"]["rows"]
    print(run(rung, "campaign", "report", file), flush=True)
    for row in rows:
        if not 0 < row["of_bound"]["mean"] <= 1.0001:
            raise Fault(f"{row}; see {folder}")
    shutil.rmtree(folder)
    return {"campaign": about["name"], "studies": len(states), "seconds": round(time.monotonic() - begin),
            "of_bound": {f"{row['method']} on {row['gpus']}": round(row["of_bound"]["mean"], 3)
                         for row in rows}}
