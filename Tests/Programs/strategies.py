"""Studies of 500 trials by each strategy, as real jobs on a private Slurm.

A compiled program is the trial. It takes a lock on each device that it is given, so that no device can be
given twice without ending the trial that gets it second.
"""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
STRATEGIES = ["resident", "steps", "hetjob"]
NODES, GPUS = 4, 4
PATIENCE = 3600
"""Seconds that a study may take."""

STUDY = """\
name: strategies
metric: {{name: value, goal: minimize}}
fidelity: {{name: epoch, min: 1, max: 9}}
parameters:
  x: {{min: 0.0, max: 1.0}}
algorithm: asha
trial:
  command: [./trial]
  gpus: [1, 2, 4]
  cpus: 1
  memory: 256MiB
  launch: {launch}
environment: {{variables: {{LOCKS: {folder}/locks, EPOCH_MS: "20"}}}}
stop: {{trials: {trials}}}
seed: 11
"""


class Fault(Exception):
    """What must not be."""


def has_jobs():
    """Whether Slurm knows any; a controller that has no core for a moment answers nobody."""
    for _ in range(60):
        asked = subprocess.run(["squeue", "--noheader"], capture_output=True, text=True, check=False)
        if asked.returncode == 0:
            return bool(asked.stdout.strip())
        time.sleep(1)
    raise Fault(f"squeue: {asked.stderr}")


def strategy(number, points, rung):
    """A study of 500 trials, or of `points`, of one, two and four GPUs each, by one of the strategies."""
    if "SLURM_CONF" not in os.environ:
        raise SystemExit("no private Slurm: Tests/Cluster/cluster run DIR -- Tests/exhaustive strategies 3")
    name, trials = STRATEGIES[number % len(STRATEGIES)], points or 500
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rung-strategy-", dir="/tmp"))
    (folder / "locks").mkdir()
    launch = "step" if name == "steps" else "plain"
    (folder / "study.yaml").write_text(STUDY.format(launch=launch, folder=folder, trials=trials))
    compiler = ["mpicc"] if launch == "step" else ["cc", "-DSERIAL"]
    subprocess.run([*compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-o", folder / "trial",
                    HERE / "trial.c"], check=True)
    begin = time.time()
    subprocess.run([rung, "submit", folder / "study.yaml", "--site", "private-cluster", "--nodes",
                    str(NODES), "--strategy", name, "--time", "1h"], check=True,
                   stdout=subprocess.DEVNULL)
    while has_jobs():
        if time.time() - begin > PATIENCE:
            raise Fault(f"{name}: the job has not ended after {PATIENCE} s; see {folder}")
        time.sleep(0.5)
    seconds = time.time() - begin
    result = judge(folder, name, trials, rung)
    shutil.rmtree(folder)
    return {"strategy": name, "trials": trials, **result, "seconds": round(seconds)}


def judge(folder, name, trials, rung):
    """What the study's record and its trials' notes say; raises what must not be."""
    study = folder / "study.rung"
    status = json.loads(subprocess.run([rung, "status", study, "--json"], check=True,
                                       capture_output=True).stdout)
    if status["state"] != "completed" or status["trials"]["total"] != trials:
        raise Fault(f"{name}: {status['state']}, {status['trials']}; see {folder}")
    # A trial that got a device which another had would have ended with status 3.
    if status["trials"]["failed"]:
        raise Fault(f"{name}: {status['trials']['failed']} trials failed; see {folder}")
    subprocess.run([rung, "verify", study], check=True, stdout=subprocess.DEVNULL)
    slots, legs = set(), 0
    for path in sorted((study / "journal").glob("*.jsonl")):
        for line in path.read_text().splitlines()[1:]:
            for command in json.loads(line)["commands"]:
                leg = command.get("start", {}).get("_0")
                if leg:
                    legs += 1
                    places = [leg["slot"], *leg.get("others", [])]
                    slots.update((place["worker"], place["index"]) for place in places)
    if len(slots) != NODES * GPUS:
        raise Fault(f"{name}: {len(slots)} of {NODES * GPUS} slots were used; see {folder}")
    devices = set()
    for path in (study / "logs").glob("node-*.log"):
        for line in path.read_text(errors="replace").splitlines():
            if "USED " in line:
                place = json.loads(line.split("USED ", 1)[1])
                devices.update((place["host"], device) for device in place["devices"])
    if len(devices) != NODES * GPUS:
        raise Fault(f"{name}: {len(devices)} of {NODES * GPUS} devices were used; see {folder}")
    return {"legs": legs, "devices": len(devices)}
