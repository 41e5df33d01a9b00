"""Plans whose run time is predicted from a calibration, and then measured, on the private Slurm.

Each is a study of trials whose epochs take a time of their own: longer while others are on the same GPU, shorter
with more GPUs. Its machine is calibrated by `rung calibrate` on as few nodes as a trial needs, its run time is
predicted by `rung plan`, and only then is it submitted.
"""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

# algorithm, GPUs of a trial, launch, nodes, trials, strategy, warm processes
PLANS = [
    ("random", "1", "plain", 1, 16, "resident", True),
    ("random", "1", "plain", 4, 48, "resident", False),
    ("asha", "1", "plain", 2, 48, "resident", False),
    ("asha", "0.25", "plain", 1, 48, "resident", True),
    ("asha", "0.5", "plain", 2, 64, "resident", False),
    ("{name: asha, type: stopping}", "2", "plain", 4, 120, "resident", True),
    ("hyperband", "1", "plain", 2, 44, "resident", False),
    ("hyperband", "4", "ranks", 2, 22, "resident", False),
    ("bohb", "2", "plain", 2, 44, "resident", True),
    ("pasha", "1", "plain", 1, 32, "hetjob", False),
    ("random", "8", "ranks", 4, 8, "resident", False),
    ("asha", "8", "ranks", 4, 16, "resident", False),
    ("asha", "1", "plain", 1, 24, "steps", False),
    ("bohb", "0.25", "plain", 1, 64, "hetjob", False),
]

STUDY = """\
name: plan-{number}
metric: {{name: value, goal: minimize}}
fidelity: {{name: epoch, min: 1, max: 9}}
parameters:
  x: {{min: 0.0, max: 1.0}}
algorithm: {algorithm}
trial: {{command: [python3, train.py{warm}], gpus: {gpus}, launch: {launch}, cpus: 1, memory: 256MiB}}
stop: {{trials: {trials}}}
seed: {number}
"""

# A GPU's users are the files of its name whose lock is held.
TRAIN = """\
import fcntl, os, sys, time, rung
gpus = int(os.environ.get("WORLD_SIZE", 0)) or len(os.environ["CUDA_VISIBLE_DEVICES"].split(","))
# The agent's folder stands for the node: nodes that are one machine have one name.
device = os.environ["TMPDIR"].split("/legs")[0].replace("/", "-") + "-" + os.environ["CUDA_VISIBLE_DEVICES"]
os.makedirs("locks", exist_ok=True)
mine = open(f"locks/{device}-{os.getpid()}", "w")

def others():
    if gpus > 1:
        return 0
    count = 0
    for name in os.listdir("locks"):
        if not name.startswith(device + "-") or name.endswith(f"-{os.getpid()}"):
            continue
        try:
            with open("locks/" + name) as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            count += 1
        except FileNotFoundError:
            pass
    return count

def train(trial):
    fcntl.flock(mine, fcntl.LOCK_EX)
    path = os.path.join(trial.checkpoint_dir, "state")
    for epoch in trial.epochs():
        # A third of an epoch cannot be divided among GPUs; each further trial on one slows it by 30 %.
        time.sleep(1.2 * (1 / 3 + 2 / 3 / gpus) * (1 + 0.3 * others()))
        with open(path + ".new", "w") as file:
            file.write(str(epoch))
        os.rename(path + ".new", path)
        trial.report(epoch, value=(float(trial.config["x"]) - 0.3) ** 2 + 1 / epoch)
    fcntl.flock(mine, fcntl.LOCK_UN)

if "warm" in sys.argv:
    for trial in rung.trials():
        train(trial)
else:
    train(rung.trial())
"""


class Broken(Exception):
    """A plan could not be measured."""


def call(rung, *arguments):
    result = subprocess.run([rung, *arguments, "--json"], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise Broken(f"{arguments}: exit status {result.returncode}: {result.stderr}")
    return json.loads(result.stdout)


def wait_for_jobs():
    for _ in range(3000):
        # A controller that has no core for a moment answers nobody.
        asked = subprocess.run(["squeue", "--noheader"], capture_output=True, check=False)
        if asked.returncode == 0 and not asked.stdout.strip():
            return
        time.sleep(0.2)
    raise Broken("jobs do not end")


def last(study):
    """When the study's last event was, in seconds since 1970."""
    entries = []
    for line in (study / "journal" / "0001.jsonl").read_text().splitlines()[1:]:
        entries.append(json.loads(line))
    begin = entries[0]["event"]["runBegan"]["_0"]["wallTime"] - entries[0]["time"] / 1e6
    return begin + entries[-1]["time"] / 1e6


def plans(number, rung):
    """One plan: what was predicted, and what it took from its submission to the study's end."""
    if "SLURM_CONF" not in os.environ:
        raise Broken("no private Slurm: Tests/Cluster/cluster run DIR -- Tests/exhaustive plans 14")
    algorithm, gpus, launch, nodes, trials, strategy, warm = PLANS[number % len(PLANS)]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rung-plan-", dir="/tmp"))
    file = folder / "study.yaml"
    file.write_text(STUDY.format(
        number=number, algorithm=algorithm, gpus=gpus, launch=launch, trials=trials,
        warm=", warm" if warm else ""))
    (folder / "train.py").write_text(TRAIN)
    site = ["--site", "private-cluster"]
    own = max(1, -(-int(float(gpus)) // 4))
    # A share is compared with a GPU of its own, as a user would.
    sizes = [gpus] + (["1"] if float(gpus) < 1 else [])
    call(rung, "calibrate", str(file), *site, "--sizes", *sizes, "--nodes", str(own), "--epochs", "4",
         "--strategy", strategy, "--quiet")
    wait_for_jobs()
    shape = ["--nodes", str(nodes), "--strategy", strategy, "--time", "20m"]
    plan = call(rung, "plan", str(file), *site, *shape)
    way = next(
        way for way in plan["comparison"]["sizes"]
        if 1 / way["size"]["trials_per_gpu"] * way["size"]["gpus"] == float(gpus))
    begin = time.time()
    call(rung, "submit", str(file), *site, *shape)
    wait_for_jobs()
    study = folder / "study.rung"
    status = call(rung, "status", str(study))
    if status["state"] != "completed" or status["trials"]["failed"]:
        raise Broken(f"the study is {status['state']}: {status['trials']}; see {folder}")
    real = last(study) - begin
    if os.environ.get("RUNG_KEEP_PLANS"):
        print(folder)
    else:
        shutil.rmtree(folder)
    return {"algorithm": algorithm, "gpus": gpus, "launch": launch, "nodes": nodes, "trials": trials,
            "strategy": strategy, "warm": warm, "predicted": round(way["run_time"], 1),
            "deviation": round(way["run_time_deviation"], 1), "real": round(real, 1),
            "error": round((way["run_time"] - real) / real, 4)}


def table(rows):
    """Every plan, and the mean of the errors' absolute values, as Markdown."""
    lines = ["| date | algorithm | GPUs a trial | launch | nodes | trials | layout | predicted, s | real, s | error |",
             "| --- | --- | ---: | --- | ---: | ---: | --- | ---: | ---: | ---: |"]
    for row in rows:
        lines.append(
            f"| {row['date']} | {row['algorithm'].strip('{}').replace('name: ', '')} | {row['gpus']} | "
            f"{row['launch']}{', warm' if row['warm'] else ''} | {row['nodes']} | {row['trials']} | "
            f"{row['strategy']} | {row['predicted']} ± {row['deviation']} | {row['real']} | {100 * row['error']:+.1f} % |")
    mean = sum(abs(row["error"]) for row in rows) / len(rows)
    return "\n".join(lines + ["", f"Mean of the errors' absolute values: {100 * mean:.1f} %."])
