"""Rung's core beside its peers, in one run, as Markdown.

    python run.py [decisions] [proposals] [--runs K] [--limit SECONDS] [--sizes N,N]

BENCHMARKS   the program; .build/release/Benchmarks unless set
PEERS        the peers' virtual environments, which `Tests/Peers/run install` makes; .peers unless set

Rung and the peers take turns, run after run, so that a busy machine does both the same. The work is
that of peers/common.py; the peers' side is peers/*.py. A run that took longer than the limit was cut,
and is the only one of its kind. One thread each.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "../..")
PEERS = os.environ.get("PEERS", os.path.join(ROOT, ".peers"))
PROGRAM = os.environ.get("BENCHMARKS", os.path.join(ROOT, ".build/release/Benchmarks"))
ONE_THREAD = {name: "1" for name in (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}

DECISIONS = [
    ("rung", "promotion"), ("rung", "stopping"), ("rung", "pasha"),
    ("synetune", "synetune-legacy-promotion"), ("synetune", "synetune-legacy-stop"),
    ("synetune", "synetune-legacy-pasha"), ("syne", "synetune-stop"), ("ray", "ray-asha"),
    ("optuna", "optuna-sha"), ("optuna", "optuna-hyperband"),
]
PROPOSALS = [
    ("rung", "bohb"), ("rung", "mixed-bo"), ("rung", "mobster"),
    ("hpbandster", "hpbandster-bohb"), ("syne", "synetune-bohb"),
    ("optuna", "optuna-tpe-multivariate"), ("deephyper", "deephyper-rf"),
    ("synetune", "synetune-legacy-mobster"),
]


def run(command, environment=None):
    """The figures that a benchmark prints; None where it failed."""
    done = subprocess.run(command, capture_output=True, text=True,
                          env={**os.environ, **ONE_THREAD, **(environment or {})})
    for line in done.stdout.splitlines():
        if line.startswith("RESULT "):
            return json.loads(line.removeprefix("RESULT "))
    print(" ".join(command), done.stderr[-500:], file=sys.stderr)
    return None


def measure(kind, peers, sizes, runs, limit, skipped):
    found, cut = {}, set()
    for size in sizes:
        for _ in range(runs):
            for place, name in peers:
                key = (name if place != "rung" else f"rung-{name}", size)
                if key in cut or (name, size) in skipped:
                    continue
                if place == "rung":
                    command = [PROGRAM, kind, name, str(size)]
                else:
                    script = "asha_decisions.py" if kind == "decisions" else "model_suggest.py"
                    command = [os.path.join(PEERS, place, "bin/python"),
                               os.path.join(HERE, "peers", script), name, str(size),
                               "--limit", str(limit)]
                began = time.monotonic()
                figures = run(command, {"PYTHONPATH": os.path.join(HERE, "peers")})
                print(*key, f"{time.monotonic() - began:.1f} s", file=sys.stderr)
                if figures is None or figures.get("truncated"):
                    cut.add(key)
                if figures is not None:
                    found.setdefault(key, []).append(figures)
    return found, cut


def middle(values):
    return statistics.median(values)


def digits(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def chosen(peers, arguments):
    return [(place, name) for place, name in peers
            if place == "rung" or not arguments.only or name in arguments.only]


def decisions(arguments):
    found, cut = measure("decisions", chosen(DECISIONS, arguments), arguments.sizes or [100, 1_000, 10_000, 100_000],
                         arguments.runs, arguments.limit, {("optuna-hyperband", 100_000)})
    print("| scheduler | trials | decisions/s | a report, us | r_min report, first and last tenth, us "
          "| next trial, us | peak memory, MiB | runs |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for (name, size), all_runs in found.items():
        def part(group, figure):
            return middle([figures[group][figure] for figures in all_runs])
        label = f"{len(all_runs)}, cut" if (name, size) in cut else len(all_runs)
        print(f"| {name} | {size:,} | {digits(middle([f['decisions_per_s'] for f in all_runs]))} "
              f"| {digits(part('report', 'mean_us'))} "
              f"| {digits(part('rung1', 'first_tenth_us'))}, "
              f"{digits(part('rung1', 'last_tenth_us'))} "
              f"| {digits(part('suggest', 'mean_us'))} "
              f"| {digits(middle([f['rss_peak_mib'] for f in all_runs]))} | {label} |")


def proposals(arguments):
    found, cut = measure("proposals", chosen(PROPOSALS, arguments), arguments.sizes or [100, 1_000, 10_000],
                         arguments.runs, arguments.limit, {("synetune-legacy-mobster", 10_000)})
    print("| searcher | observations | proposal and report, ms | of which proposal | largest, ms "
          "| fit beside the loop, ms | runs |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for (name, size), all_runs in found.items():
        def part(figure):
            return middle([figures.get(figure, 0) for figures in all_runs])
        fit = digits(part("fit_ms_p50")) if part("fit_ms_p50") else "-"
        print(f"| {name} | {size:,} | {digits(part('cycle_ms_p50'))} | {digits(part('ask_ms_p50'))} "
              f"| {digits(part('cycle_ms_max'))} | {fit} | {len(all_runs)} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", nargs="*", default=["decisions", "proposals"])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--limit", type=float, default=60)
    parser.add_argument("--only", action="append", help="a peer's name, beside Rung's schedulers")
    parser.add_argument("--sizes", type=lambda text: [int(size) for size in text.split(",")])
    arguments = parser.parse_args()
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, {platform.system()} "
          f"{platform.release()}; medians\n")
    for what in arguments.what:
        {"decisions": decisions, "proposals": proposals}[what](arguments)
        print()


if __name__ == "__main__":
    main()
