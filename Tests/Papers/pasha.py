"""PASHA's protocol on every table of at least 20 steps, in the form of the paper's tables 1 and 2.

    python pasha.py FOLDER [--seeds K] [--tables T,T]

Source: Bohdal et al., "PASHA: Efficient HPO and NAS with Progressive Resource Allocation", ICLR
2023, section 5. 4 workers, a study ends as its 256th trial starts (or as many as there are rows),
rows without replacement, eta 3, from 1 step, 15 seeds. Tables without times take one unit a step.
A curve that the source's trainer ended is ended by itself. The last table gives the one-epoch
baseline's run time on NAS-Bench-201, which has no accuracy after one epoch: that after the
benchmark's 12-epoch schedule stands for it, and only the time is shown.
"""

import argparse
import os

import numpy as np

import tables
from simulations import Studies, mean, spread, table

WORKERS, TRIALS, SEEDS = 4, 256, 15
APPROACHES = {
    "ASHA": "{name: asha, eta: 3%s}",
    "PASHA": "{name: pasha, eta: 3%s}",
    "MOBSTER": "{name: mobster, eta: 3%s}",
    "PASHA BO": "{name: pasha-bo, eta: 3%s}",
    "One-epoch": "one-epoch",
    "Random": "random-baseline",
}
# Rung's rule and the reference implementation's; with the second the models are run on these alone.
MODELLED = ("lcbench", "alexnet", "nmt-en-ja")
QUANTILES = {"floor": "", "interpolated": ", quantile: interpolated"}
TRANSLATION = ["initial_lr", "model_size", "ff_num_hidden", "num_layers", "batch_size", "bpe"]


def described(name, path, goal, kinds, pattern, steps, records=None, **options):
    """A table with what describes its rows, where they are told apart by their number only."""
    records = records or tables.read(path)
    # What is the same everywhere describes nothing.
    kinds = {key: kind for key, kind in kinds.items() if len({r[key] for r in records}) > 1}
    values = tables.matrix(records, pattern, steps)
    made = tables.make(name, goal, records, kinds, values, **options)
    # The source has no word for a diverged step here: an empty cell is past the end.
    made.ended = np.isnan(values)
    return made


def translation(name, path, steps, low_rank):
    kinds = {key: "integer" for key in TRANSLATION} | {"initial_lr": "log"}
    return described(
        name, f"nmt_hpo/{path}.csv.gz", "minimize", kinds | ({"r": "integer"} if low_rank else {}),
        "dev_ppl_%d", range(1, steps + 1))


def recurrent_cells():
    path = "nas_bench_nlp_wikitext2/curves.csv.gz"
    records = [r for r in tables.read(path) if r["status"] == "OK"]
    kinds = {key: "integer" for key in records[0]
             if key.startswith("n_") and key != "num_params"}
    seconds = np.cumsum(tables.matrix(records, "seconds_%d", range(1, 51)), axis=1)
    return described(
        "nlp-wikitext2", path, "minimize", kinds, "val_loss_%d", range(1, 51), records=records,
        seconds=seconds)


def networks():
    return described(
        "metaqnn", "neural_perf_prediction/metaqnn_cifar10.csv.gz", "maximize",
        {"num_params": "log-integer", "depth": "integer"}, "acc_%d", range(1, 21))


OWN = {
    "nlp-wikitext2": recurrent_cells,
    "metaqnn": networks,
    "nmt-en-ja": lambda: translation("nmt-en-ja", "curves_scratch_en_ja", 300, False),
    "nmt-zh-en": lambda: translation("nmt-zh-en", "curves_finetune_zh_en", 28, True),
}
NAMES = [name for name in tables.CURVES if not name.endswith("-finite")] + ["nmt-zh-en"]


def study(made, approach, quantile):
    algorithm = APPROACHES[approach]
    if "%s" in algorithm:
        algorithm %= QUANTILES[quantile]
    return tables.study(
        made, approach.lower().replace(" ", "-"), algorithm,
        f"started: {min(TRIALS, len(made.rows))}")


def rows(made, studies, seeds, quantile):
    hours = 3600 if made.timed else 1
    percent = 100 if made.goal == "maximize" and np.nanmax(made.values) <= 1 else 1
    base = {}
    for approach in APPROACHES:
        if quantile != "floor" and approach in ("MOBSTER", "PASHA BO") and not (
                made.name.startswith(MODELLED)):
            continue
        kept = quantile if "%s" in APPROACHES[approach] else "floor"
        runs = studies.runs(
            f"{made.name}-{approach.lower().replace(' ', '-')}-{kept}",
            study(made, approach, kept), seeds, "--slots", WORKERS)
        # A random row may have diverged at once.
        values = [percent * run["best_curve_value"] for run in runs if "best_curve_value" in run]
        times = [run["makespan_seconds"] / hours for run in runs]
        base.setdefault("ASHA", mean(times))
        if approach == "MOBSTER":
            base["MOBSTER"] = mean(times)
        against = base["MOBSTER" if approach == "PASHA BO" else "ASHA"]
        digits = 2 if made.goal == "maximize" else 3
        yield [
            made.name if approach == "ASHA" else "", approach, spread(values, digits),
            spread(times, 1 if made.timed else 0),
            f"{against / mean(times):.1f}x" if mean(times) > 0 else "-",
            spread([run["max_resource"] for run in runs], 1),
        ]


def one_epoch(studies, seeds):
    """The run time of the one-epoch baseline on NAS-Bench-201, in hours."""
    for task, paper in (("cifar100", "0.3 ± 0.0"),):
        records = tables.read(f"nas_bench_201_table/{task}.csv.gz")
        made = tables.make(
            f"nas201-{task}", "maximize", records,
            {edge: tables.OPERATIONS for edge in tables.EDGES},
            tables.matrix(records, "val_acc_12ep%.0s", [0]),
            tables.matrix(records, "train_seconds_per_epoch%.0s", [0]))
        tables.write(made, os.path.join(studies.folder, "../tables"))
        runs = studies.runs(f"{made.name}-one-epoch", study(made, "One-epoch", "floor"), seeds,
                            "--slots", WORKERS)
        yield [made.name, spread([run["makespan_seconds"] / 3600 for run in runs], 2), paper]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--tables", default=",".join(NAMES))
    arguments = parser.parse_args()
    os.makedirs(os.path.join(arguments.folder, "tables"), exist_ok=True)
    studies = Studies(os.path.join(arguments.folder, "pasha"))
    for quantile in QUANTILES:
        found = []
        for name in arguments.tables.split(","):
            made = OWN[name]() if name in OWN else tables.load(name)
            tables.write(made, os.path.join(arguments.folder, "tables"))
            found += rows(made, studies, arguments.seeds, quantile)
        print(f"`quantile: {quantile}`\n")
        table(["table", "approach", "value", "run time", "speed-up", "largest resource"], found)
    table(["table", "one-epoch run time (h)", "paper"], one_epoch(studies, arguments.seeds))


if __name__ == "__main__":
    main()
