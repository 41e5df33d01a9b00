#!/usr/bin/env python3
"""Every method on every shared table, as a campaign of `kind: benchmark`.

    RUNG_DATA=FOLDER Tests/Benchmark/benchmark.py FOLDER [--seeds K] [--processes P] [--rung PATH] [--write]

Writes the tables, a study file for each and `all.yaml` into FOLDER, makes what is missing of the runs, prints
the tables of ResultsBenchmark.md and leaves the report's page in FOLDER/all.html. `--write` runs nothing.

Each study ends after as much virtual time as five full trainings of the middling row take, on four slots: some
twenty full trainings, or as many epochs in many more trials. Of tables without times an epoch is one second.
What a table says of a network's shape is marked as its architecture, which evolution mutates alone; where
nothing is, it mutates everything. The two tables of NAS-Bench-201 have the fidelities 12 and
200, which are two trainings there; here the second goes on from the first, as if they were one. Left out are
tables of a single small set of results: the samples of NATS-Bench, and the final values of NMT-HPO.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True

METHODS = [
    "random", "grid", "sobol", "successive-halving", "hyperband", "asha", "bohb", "pasha", "mobster",
    "pasha-bo", "age", "agebo", "agebo-sync", "mixed-bo", "mixed-age", "one-epoch", "random-baseline",
    "rasda"]
TRAININGS, SLOTS = 5, 4
ARCHITECTURE = {
    "num_layers", "max_units", "model_size", "ff_num_hidden", "num_params", "depth", "n_layer", "n_inputs",
    "activation_fn_1", "activation_fn_2", "n_units_1", "n_units_2"}


class Broken(Exception):
    """What must not be."""


def libraries():
    """NumPy, and the tables as Tests/Peers and Tests/Papers have them; needed only where this runs."""
    sys.path[:0] = [str(ROOT / "Tests" / name) for name in ("Peers", "Papers")]
    import numpy
    import pasha
    import tables
    return numpy, pasha, tables


def of_architecture(name):
    """Whether a parameter says what a network looks like; `n_` counts a cell's operations."""
    return name in ARCHITECTURE or name.startswith(("op_", "n_"))


def cells(task):
    """NAS-Bench-201 after 12 and after 200 epochs, the latter the mean of its runs."""
    numpy, _, tables = libraries()
    records = tables.read(f"nas_bench_201_table/{task}.csv.gz")
    seconds = tables.matrix(records, "train_seconds_per_epoch%.0s", [0])
    early = tables.matrix(records, "val_acc_12ep%.0s", [0])
    late = numpy.nanmean(tables.matrix(records, "val_acc_200ep_run%d", [1, 2, 3]), axis=1)[:, None]
    return tables.make(
        f"nas201-{task}", "maximize", records, {edge: tables.OPERATIONS for edge in tables.EDGES},
        numpy.hstack([early, late]), numpy.hstack([12 * seconds, 200 * seconds]))


def graphs():
    """EC-NAS after 2 and after 4 epochs; a cell is described by its size and the number of each operation."""
    numpy, _, tables = libraries()
    records = tables.read("ec_nas_4epochs/5v9e.csv.gz")
    for record in records:
        codes = record["ops"].split()
        codes = codes if len(codes) > 1 else record["ops"].strip("[]").replace(",", " ").split()
        for code, name in (("0", "n_conv3x3"), ("1", "n_conv1x1"), ("2", "n_maxpool")):
            record[name] = str(codes.count(code))
        record["n_edges"] = str(record["adjacency"].count("1"))
    kinds = {name: "integer" for name in ("n_vertices", "n_edges", "n_conv3x3", "n_conv1x1", "n_maxpool")}
    values = [tables.matrix(records, f"val_acc_{at}%.0s", [0]) for at in ("mid", "4")]
    seconds = [tables.matrix(records, f"train_seconds_{at}%.0s", [0]) for at in ("mid", "4")]
    return tables.make("ec-nas", "maximize", records, kinds, numpy.hstack(values), numpy.hstack(seconds))


def all_tables():
    """Each table, with its fidelities where they are not all epochs."""
    _, pasha, tables = libraries()
    for name in pasha.NAMES:
        yield (pasha.OWN[name]() if name in pasha.OWN else tables.load(name)), None
    for task in ("cifar10_valid", "cifar100"):
        yield cells(task), [12, 200]
    yield graphs(), [2, 4]
    for task in ("protein_structure", "naval_propulsion"):
        yield tables.load(f"fcnet-{task}"), None


def study(table, levels):
    """A study file on a table, whose steps are epochs or the levels."""
    numpy, _, tables = libraries()
    lines = tables.study(table, "benchmark", "random", "wallclock: %ds" % max(1, round(
        TRAININGS * float(numpy.median(table.seconds[:, -1]))))).splitlines()
    for place, line in enumerate(lines):
        words = line.strip().split(":")
        if line.startswith("  ") and of_architecture(words[0]):
            lines[place] = line[:-1] + ", architecture: true}"
        if levels and line.startswith("fidelity:"):
            lines[place] = f"fidelity: {{name: epoch, levels: {levels}}}"
    return "\n".join(lines) + "\n"


def write(folder, seeds):
    """The campaign's files, where they are not there."""
    tables = libraries()[2]
    for name in ("tables", "studies"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    names = []
    for table, levels in all_tables():
        names.append(table.name)
        if not (folder / "tables" / f"{table.name}.csv.gz").exists():
            tables.write(table, str(folder / "tables"))
            if levels:
                rename_steps(folder / "tables" / f"{table.name}.csv.gz", levels)
        (folder / "studies" / f"{table.name}.yaml").write_text(study(table, levels))
    (folder / "all.yaml").write_text(
        "kind: benchmark\n"
        "studies:\n" + "".join(f"  - studies/{name}.yaml\n" for name in names)
        + f"algorithms: [{', '.join(METHODS)}]\nseeds: {seeds}\nslots: {SLOTS}\nvalue: trained\n")
    return folder / "all.yaml"


def rename_steps(path, levels):
    """Calls the columns of steps 1, 2 by the epochs that they are of."""
    import gzip
    with gzip.open(path, "rt") as file:
        header, rest = file.readline(), file.read()
    for step, level in reversed(list(enumerate(levels, 1))):
        for key in ("value", "elapsed"):
            header = header.replace(f"{key}_{step}", f"{key}_{level}")
    with gzip.open(path, "wt") as file:
        file.write(header + rest)


def shown(value, digits=3):
    return f"{value:.{digits}g}" if value < 100 else f"{value:.0f}"


def tables_of(report):
    """The Markdown tables of the documentation's page."""
    comparison = report["comparison"]
    seconds = next(curves for curves in report["curves"] if curves["axis"] == "seconds")
    tenth = next(place for place, share in enumerate(seconds["shares"]) if share > 0.0999)
    early = {mean["method"]: mean["rank"][tenth] for mean in seconds["means"]}
    lines = ["| method | mean rank | normalised regret | mean rank after a tenth of the time |",
             "| --- | ---: | ---: | ---: |"]
    lines += [f"| {entry['method']} | {entry['rank']:.2f} | {entry['normalized_regret']:.3f} | "
              f"{early[entry['method']]:.2f} |" for entry in comparison["methods"]]
    lines += ["", f"Friedman p = {comparison['friedman']:.2g}; critical difference "
              f"{comparison['critical_difference']:.2f} over {len(comparison['studies'])} studies.", ""]
    for key, test in (("nemenyi", "Nemenyi"), ("holm", "Wilcoxon, Holm")):
        apart = sum(pair[key] < 0.05 for pair in comparison["pairs"])
        lines += [f"{test}: {apart} of {len(comparison['pairs'])} pairs told apart; bars:"]
        lines += [f"- {', '.join(bar)}" for bar in comparison[f"{key}_bars"]] + [""]
    best = comparison["methods"][0]["method"]
    columns = ["random", "asha", "hyperband", "bohb", "pasha", "mobster", best]
    columns = list(dict.fromkeys(columns))
    rows = {(row["study"], row["method"]): row for row in report["rows"]}
    lines += ["| study | best | " + " | ".join(columns) + " |", "| --- |" + " ---: |" * (len(columns) + 1)]
    for entry in report["studies"]:
        cells = []
        for method in columns:
            spread = rows.get((entry["label"], method), {}).get("regret")
            cells.append(f"{shown(spread['mean'])} ± {shown(spread['deviation'], 2)}" if spread else "–")
        lines.append(f"| {entry['label']} | {shown(entry['best'], 4)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def check(report):
    """What must hold of any such benchmark."""
    ranks = [entry["rank"] for entry in report["comparison"]["methods"]]
    count = len(METHODS)
    for holds, what in (
        (not report["missing"], f"missing: {report['missing'][:5]}"),
        (report["ended"] == len(report["studies"]) * count * report["seeds"], f"{report['ended']} runs"),
        (abs(sum(ranks) - count * (count + 1) / 2) < 1e-9, f"ranks: {ranks}"),
        (all(0 <= row["normalized_regret"]["mean"] <= 1 for row in report["rows"]), "normalised regret"),
        (all(row["regret"]["mean"] >= 0 for row in report["rows"] if "regret" in row), "regret"),
    ):
        if not holds:
            raise Broken(what)


def benchmark(folder, rung, seeds, processes):
    """Makes the runs and returns the report."""
    campaign = write(folder, seeds)
    subprocess.run([rung, "campaign", "run", str(campaign), "--processes", str(processes)], check=True)
    answer = subprocess.run(
        [rung, "campaign", "report", str(campaign), "--json", "-o", str(folder / "all.html")], check=True,
        capture_output=True)
    report = json.loads(answer.stdout)
    check(report)
    return report


def proof(number, rung):
    """One seed more than the call before, in a folder that is kept."""
    if "RUNG_DATA" not in os.environ:
        sys.exit("set RUNG_DATA to the folder of the tabulated data sets")
    report = benchmark(ROOT / ".build" / "exhaustive" / "benchmark", rung, number + 1, os.cpu_count())
    return {"studies": report["ended"] // report["seeds"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--rung", default=str(ROOT / ".build" / "release" / "rung"))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.write:
        write(options.folder, options.seeds)
        return
    print(tables_of(benchmark(options.folder, options.rung, options.seeds, options.processes)))


if __name__ == "__main__":
    main()
