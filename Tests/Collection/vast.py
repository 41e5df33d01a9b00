"""A collection of a million trainings on a hundred thousand slots, in virtual time, by `rung campaign`."""
import json
import pathlib
import shutil
import subprocess
import tempfile
import time

STUDY = """\
metric: {name: val_accuracy, goal: maximize}
fidelity: {name: epoch, min: 1, max: 10}
parameters:
  learning_rate: {min: 1.0e-4, max: 1.0, scale: log}
  weight_decay:  {min: 1.0e-6, max: 1.0e-2, scale: log}
  depth:         {values: [1, 3, 5], fidelity: true}
  width:         {values: [4, 8, 16], fidelity: true}
  resolution:    {values: [0.25, 0.5, 1.0], fidelity: true}
trial: {command: [python3, train.py], gpus: 1}
model: {epoch: 60s, start: 20s, warm: 1s}
stop: {trials: 100}
"""

CAMPAIGN = """\
kind: collect
study: study.yaml
configurations: {sobol: %d}
trainings: 5000
gpus: 500
queue: 201
"""
CONFIGURATIONS = 37038
"""Times 27 fidelities: a million trainings, in 201 shards of 500 slots each."""
MOST = 0.01
"""The share of its time that a slot may wait for its coordinator."""


class Fault(Exception):
    """What must not be."""


def vast(number, points, rung):
    """The whole, or so many configurations of it."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rung-vast-", dir="/tmp"))
    (folder / "study.yaml").write_text(STUDY)
    (folder / "collect.yaml").write_text(CAMPAIGN % (points or CONFIGURATIONS))
    begin = time.monotonic()
    run = subprocess.run([rung, "campaign", "simulate", folder / "collect.yaml", "--json"],
                         capture_output=True, text=True)
    if run.returncode:
        raise Fault(run.stderr)
    found = json.loads(run.stdout)
    if found["ended"] != found["trainings"] or found["trainings"] != 27 * (points or CONFIGURATIONS):
        raise Fault(f"not all trainings ended: {found}")
    if found["longest_wait_share"] > MOST:
        raise Fault(f"a slot waits {found['longest_wait_share']:.2%} of its time: {found}")
    shutil.rmtree(folder)
    keys = ("trainings", "shards", "slots", "events", "event_seconds", "sync_seconds", "mean_wait_share",
            "longest_wait_share", "coordinator_share", "makespan_seconds", "utilization")
    return {key: found[key] for key in keys} | {"seconds": round(time.monotonic() - begin)}
