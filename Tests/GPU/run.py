#!/usr/bin/env python3
"""One, two, four and eight trials on one real GPU, with and without inverse batch scaling.

    Tests/GPU/run.py --rung PROGRAM --out FOLDER [--seeds 1] [--seconds 400]

Needs a machine with a GPU, PyTorch and scikit-learn for 'python3', and `rung`. After Aach et al. (2024),
section 4.2, table 1: ASHA until 64 candidates of NATS-Bench's size space are evaluated, run time of the
whole search, test accuracy of the winner, and GPU utilisation, which Rung's own agent has measured.
Prints a line of JSON a search, and keeps them in FOLDER/results.jsonl; stops before a search for which
too little of --seconds is left.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
STUDY = """
name: sharing
metric: {{name: val_accuracy, goal: maximize}}
fidelity: {{name: epoch, min: 1, max: {epochs}}}
parameters:
  stage1: {{values: [8, 16, 24, 32, 40, 48, 56, 64]}}
  stage2: {{values: [8, 16, 24, 32, 40, 48, 56, 64]}}
  stage3: {{values: [8, 16, 24, 32, 40, 48, 56, 64]}}
  stage4: {{values: [8, 16, 24, 32, 40, 48, 56, 64]}}
  stage5: {{values: [8, 16, 24, 32, 40, 48, 56, 64]}}
  batch_size: {{value: {batch}}}
  learning_rate: {{value: {rate}}}
algorithm: {{name: asha, eta: 3}}
trial:
  command: [python3, train.py]
  arguments: none
  gpus: {size}
  cpus: 1
{scale}stop: {{trials: {trials}}}
seed: {seed}
"""


def study(shares, is_scaled, seed, options):
    # The batch of eight trials is 256 in both cases; a trial alone has eight times as much if scaled.
    return STUDY.format(
        size=1 / shares if shares > 1 else 1, seed=seed, trials=options.trials,
        epochs=options.epochs,
        batch=2048 if is_scaled else 256, rate=0.8 if is_scaled else 0.1,
        scale="  scale: {batch_size: inverse, learning_rate: inverse}\n" if is_scaled else "")


def winner_test_accuracy(rung, directory):
    best = json.loads(subprocess.check_output([rung, "best", directory, "--json"]))["best_full"]
    record = json.loads(subprocess.check_output([rung, "export", directory, "--format", "json"]))
    trial = next(trial for trial in record["trials"] if trial["trial"] == best["trial"])
    report = next(report for report in trial["reports"] if report["epoch"] == best["epoch"])
    return report["metrics"]["test_accuracy"]


def search(shares, is_scaled, seed, options):
    folder = os.path.join(options.out, "search")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    shutil.copy(os.path.join(HERE, "train.py"), folder)
    with open(os.path.join(folder, "study.yaml"), "w") as file:
        file.write(study(shares, is_scaled, seed, options))
    begin = time.monotonic()
    subprocess.run([options.rung, "run", os.path.join(folder, "study.yaml"), "--quiet"], check=True)
    seconds = time.monotonic() - begin
    directory = os.path.join(folder, "study.rung")
    status = json.loads(subprocess.check_output([options.rung, "status", directory, "--json"]))
    devices = {device["device"]: device for device in status.get("devices") or []}
    gpus = [device for name, device in devices.items() if name != "cores"]
    return {
        "trials_per_gpu": shares, "scaled": is_scaled, "seed": seed, "seconds": round(seconds, 1), "failed": status["trials"]["failed"],
        "test_accuracy": winner_test_accuracy(options.rung, directory),
        "slots_busy": round(status["utilization"], 3), "gpus": gpus, "cores": devices.get("cores"),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rung", required=True, help="the program")
    parser.add_argument("--out", required=True, help="a folder for the searches and results")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--trials", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1e9, help="the most time for all searches")
    parser.add_argument("--scaled", choices=["none", "all", "both"], default="both")
    parser.add_argument("--shares", type=int, nargs="*", default=[1, 2, 4, 8])
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    begin, longest = time.monotonic(), {}
    for seed in range(1, options.seeds + 1):
        for is_scaled in {"both": (False, True), "none": (False,), "all": (True,)}[options.scaled]:
            for shares in options.shares:
                needed = longest.get((is_scaled, shares), 0) * 1.2
                if time.monotonic() - begin + needed > options.seconds:
                    print("no time for seed %d, %d trials a GPU" % (seed, shares), file=sys.stderr)
                    continue
                result = search(shares, is_scaled, seed, options)
                longest[is_scaled, shares] = result["seconds"]
                print(json.dumps(result), flush=True)
                with open(os.path.join(options.out, "results.jsonl"), "a") as file:
                    file.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
