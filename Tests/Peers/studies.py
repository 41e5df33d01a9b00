"""Rung's side: writes the study of each method and table, and lets `rung simulate` run it.

    python studies.py FOLDER [--seeds K] [--methods M,M] [--tables T,T] [--write]

Under FOLDER: `tables/` in the form of tables.py, `studies/METHOD-TABLE.yaml`, and `rung.jsonl` with
a line a run in the form of the peers' results. `--write` leaves out the runs.
"""

import argparse
import json
import os
import subprocess
import sys
import time

import tables
from results import Results

PROTOCOL_A = {
    "asha-promotion": "{name: asha, eta: 3, type: promotion}",
    "asha-stopping": "{name: asha, eta: 3, type: stopping}",
    "pasha": "{name: pasha, eta: 3}",
    # Syne Tune's rule of promotion.
    "asha-promotion-interpolated":
        "{name: asha, eta: 3, type: promotion, quantile: interpolated}",
    "pasha-interpolated": "{name: pasha, eta: 3, quantile: interpolated}",
    "bohb-interpolated":
        "{scheduler: asha, searcher: bohb, eta: 3, type: promotion, quantile: interpolated}",
    "bohb": "{scheduler: asha, searcher: bohb, eta: 3, type: promotion}",
    "mobster-64": "{name: mobster, eta: 3}",
    "mobster-64-interpolated": "{name: mobster, eta: 3, quantile: interpolated}",
    # Syne Tune's margin of the expected improvement too.
    "mobster-64-margin": "{name: mobster, eta: 3, quantile: interpolated, margin: 0.01}",
    # As many brackets as Optuna's Hyperband has.
    "hyperband": "{name: asha, eta: 3, type: stopping, brackets: %(brackets)d}",
}
PROTOCOL_B = {
    "random": "random",
    "evolution": "{name: age, population: 10, sample: 3}",
    "kde": "{scheduler: full, searcher: bohb}",
    "kde-nats":
        "{scheduler: full, searcher: bohb, num_samples: 4, random_fraction: 0.0, "
        "bandwidth_factor: 3, min_bandwidth: 0.3}",
}
# HpBandSter's kernels of categorical parameters in place of Rung's.
PROTOCOL_B |= {
    f"{method}-observed": PROTOCOL_B[method][:-1] + ", levels: observed}"
    for method in ("kde", "kde-nats")
}
PROTOCOL_C = {
    "kde": PROTOCOL_B["kde"],
    "kde-observed": PROTOCOL_B["kde-observed"],
    "forest-1": "{name: mixed-bo, kappa: 1.96, lie: mean, initial_random: 10}",
    "forest-4": "{scheduler: generations, searcher: mixed-bo, kappa: 1.96, lie: mean, "
                "initial_random: 10}",
}
# They need more to go by than a row's number.
MODELS = {
    "bohb", "bohb-interpolated", "mobster-64", "mobster-64-interpolated", "mobster-64-margin"}
SLOW = {"kde", "kde-nats", "kde-observed", "kde-nats-observed", "forest-1", "forest-4"}


def brackets(table):
    """floor(log3(steps)) + 1."""
    count = 1
    while 3**count <= table.steps:
        count += 1
    return count


def comparisons():
    """Each method on each table with what ends the study and the number of slots."""
    for name in tables.CURVES:
        for method, algorithm in PROTOCOL_A.items():
            yield name, method, algorithm, None, 4
    for name in tables.FINALS:
        cells = name.startswith("nas201")
        for method, algorithm in (PROTOCOL_B if cells else {}).items():
            yield name, method, algorithm, "wallclock: 20000s", 1
        for method, algorithm in PROTOCOL_C.items():
            if method.startswith("kde") and cells:
                continue
            slots = 4 if method == "forest-4" else 1
            yield name, method, algorithm, "trials: 200", slots


def figures(run, table):
    row = run.get("best_row")
    final = table.best(row) if row is not None else None
    if row is not None and hasattr(table, "final"):
        final = float(table.final[row])
    return {
        "final": final,
        "best_seen": run.get("best_value"),
        "best_row": row,
        "makespan": run["makespan_seconds"],
        "max_resource": run["max_resource"] if table.steps > 1 else 1,
        # Of one fidelity those that ended: the last may have been cut.
        "trials": run["trials"] if table.steps > 1 else run["reports"],
        "reports": run["reports"],
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--methods")
    parser.add_argument("--tables")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    rung = os.environ.get("RUNG", os.path.join(
        os.path.dirname(os.path.abspath(__file__)), "../../.build/release/rung"))
    for folder in ("tables", "studies"):
        os.makedirs(os.path.join(arguments.folder, folder), exist_ok=True)
    results = Results(os.path.join(arguments.folder, "rung.jsonl"))
    version = None
    loaded = {}
    failed = 0
    for name, method, algorithm, stop, slots in comparisons():
        if arguments.methods and method not in arguments.methods.split(","):
            continue
        if arguments.tables and name not in arguments.tables.split(","):
            continue
        # Without a model runs are cheap.
        seeds = arguments.seeds if method in MODELS | SLOW else max(arguments.seeds, 100)
        wanted = [seed for seed in range(1, seeds + 1)
                  if ("rung", method, name, seed) not in results.done]
        if not wanted and not arguments.write:
            continue
        if name not in loaded:
            loaded[name] = tables.load(name)
            tables.write(loaded[name], os.path.join(arguments.folder, "tables"))
        table = loaded[name]
        if method in MODELS and "row" in table.parameters:
            continue
        trials = 64 if "-64" in method else 256
        stop = stop or f"started: {min(trials, len(table.rows))}"
        path = os.path.join(arguments.folder, "studies", f"{method}-{name}.yaml")
        with open(path, "w") as file:
            file.write(tables.study(
                table, method, algorithm % {"brackets": brackets(table)}, stop,
                seed=wanted[0] if wanted else 1))
        if arguments.write:
            continue
        if version is None:
            version = subprocess.run(
                [rung, "--version"], capture_output=True, text=True).stdout.strip()
        command = [rung, "simulate", path, "--slots", str(slots), "--seeds", str(len(wanted)),
                   "--json", "--quiet"]
        began = time.monotonic()
        answer = subprocess.run(command, capture_output=True, text=True)
        cost = (time.monotonic() - began) / len(wanted)
        if answer.returncode != 0:
            print(f"{method} {name}: {answer.stderr.strip()}", file=sys.stderr)
            failed += 1
            continue
        for run in json.loads(answer.stdout)["runs"]:
            results.add({
                "peer": "rung", "version": version, "method": method, "table": name,
                "seed": run["seed"], **figures(run, table), "cost_seconds": round(cost, 3),
            })
        print(f"{method} {name}: {len(wanted)} runs, {cost:.2f} s each", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
