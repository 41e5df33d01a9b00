"""The peers' runs beside Rung's, as Markdown.

    python compare.py [--all] FILE... > comparison.md

Each protocol has a table that says in how many tables a figure differs, and one of what differs;
with `--all`, of everything. Each FILE holds runs: `.jsonl` of the scripts here, or `.csv` of save.py. For each method and table:
mean, standard deviation and median of both sides, and the share of pairs of runs in which Rung has
the better value (of run time, resource and counts: the larger one; 0.5 is equal, ties count half).
The p-value is twice the smaller one of the two-sided Mann-Whitney and Kolmogorov-Smirnov tests,
corrected by Holm over all tables and figures of a method; an asterisk marks p < 0.05. Runs with one
seed draw the same rows of tables of one data set, so its tables are not independent.
"""

import csv
import json
import math
import statistics
import sys
import warnings

from scipy import stats

# Ties make both tests approximate.
warnings.simplefilter("ignore")

# What is compared, by protocol: (method of Rung, peer, method of the peer).
PAIRS = {
    "PASHA's protocol": [
        ("asha-promotion", "syne-tune", "asha-promotion"),
        ("asha-promotion-interpolated", "syne-tune", "asha-promotion"),
        ("asha-promotion", "syne-tune", "asha-promotion-paper"),
        ("asha-stopping", "syne-tune", "asha-stopping"),
        ("asha-stopping", "syne-tune", "asha-stopping-paper"),
        ("pasha", "syne-tune", "pasha"),
        ("pasha-interpolated", "syne-tune", "pasha"),
        ("pasha", "syne-tune", "pasha-paper"),
        ("bohb-interpolated", "syne-tune", "bohb"),
        ("bohb-interpolated", "syne-tune", "bohb-falkner"),
        ("mobster-64-interpolated", "syne-tune", "mobster-64"),
        ("mobster-64-margin", "syne-tune", "mobster-64"),
        ("mobster-64-interpolated", "syne-tune", "mobster-64-unitless"),
        ("hyperband", "optuna", "hyperband"),
    ],
    "NATS-Bench's protocol": [
        ("random", "nats-bench", "random"),
        ("evolution", "nats-bench", "evolution"),
        ("evolution", "nats-bench", "evolution-distinct"),
        ("kde", "hpbandster", "kde"),
        ("kde-observed", "hpbandster", "kde"),
        ("kde-nats-observed", "hpbandster", "kde-nats"),
        ("kde-nats", "hpbandster", "kde-nats"),
    ],
    "200 evaluations": [
        ("kde", "hpbandster", "kde"),
        ("kde-observed", "hpbandster", "kde"),
        ("forest-1", "deephyper", "forest-1"),
        ("forest-4", "deephyper", "forest-4"),
        ("forest-1", "deephyper", "forest-1-grown"),
        ("forest-4", "deephyper", "forest-4-grown"),
    ],
}
FIGURES = {
    "PASHA's protocol": ["final", "makespan", "max_resource", "reports"],
    "NATS-Bench's protocol": ["final", "best_seen", "trials"],
    "200 evaluations": ["best_seen"],
}
WORDS = {
    "final": "final value", "best_seen": "best value seen", "makespan": "run time",
    "max_resource": "largest resource", "reports": "reports", "trials": "evaluations",
}


MAXIMIZED = ("lcbench", "nas201", "metaqnn", "deep-resnets", "alexnet")


def read(paths):
    """Runs by (peer, method, table), of each seed the first."""
    runs = {}
    for path in paths:
        with open(path, newline="") as file:
            if path.endswith(".csv"):
                records = list(csv.DictReader(file))
            else:
                records = [json.loads(line) for line in file if line.endswith("\n")]
        for record in records:
            key = (record["peer"], record["method"], record["table"])
            runs.setdefault(key, {}).setdefault(int(record["seed"]), record)
    return runs


def column(runs, figure):
    values = [runs[seed].get(figure) for seed in sorted(runs)]
    return [float(value) for value in values if value not in (None, "")]


def holm(pvalues):
    """Step-down correction of a family of tests."""
    order = sorted(range(len(pvalues)), key=lambda index: pvalues[index])
    corrected = [1.0] * len(pvalues)
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(pvalues) - rank) * pvalues[index]))
        corrected[index] = highest
    return corrected


def families(found):
    """The p-values, corrected among the tests against one method of a peer."""
    corrected = [1.0] * len(found)
    for peer in {row[0] for row in found}:
        places = [place for place, row in enumerate(found) if row[0] == peer]
        for place, p in zip(places, holm([found[place][6] for place in places])):
            corrected[place] = p
    return corrected


def compare(ours, theirs):
    """(share of pairs in which ours is larger, smaller p of the two tests, its name)."""
    if len(set(ours + theirs)) == 1:
        return 0.5, 1.0, "MW"
    rank = stats.mannwhitneyu(ours, theirs, alternative="two-sided")
    shape = stats.ks_2samp(ours, theirs)
    share = rank.statistic / (len(ours) * len(theirs))
    # Two tests were made, so the smaller p is doubled.
    p, name = min((rank.pvalue, "MW"), (shape.pvalue, "KS"))
    return share, min(1.0, 2 * p), name


def digits(value):
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if abs(value) >= 1e6 or abs(value) < 1e-3:
        return f"{value:.3g}"
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"


def summary(values):
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    return (f"{digits(statistics.fmean(values))} ± {digits(spread)} "
            f"({digits(statistics.median(values))})")


def rows(protocol, runs):
    for method, peer, other in PAIRS[protocol]:
        for _, _, table in [key for key in runs if key[:2] == (peer, other)]:
            ours = runs.get(("rung", method, table))
            # NATS-Bench's protocol is the one on its own tables.
            if ours is None or (protocol == "NATS-Bench's protocol") != (
                    table.startswith("nas201") and peer != "deephyper") and method.startswith("kde"):
                continue
            theirs = runs[(peer, other, table)]
            for figure in FIGURES[protocol]:
                left, right = column(ours, figure), column(theirs, figure)
                if left and right:
                    share, p, name = compare(left, right)
                    if figure in ("final", "best_seen") and not table.startswith(MAXIMIZED):
                        share = 1 - share
                    name_of_pair = f"{peer} {other}" + (f", by {method}" if method != other else "")
                    yield name_of_pair, table, figure, left, right, share, p, name


def overall(found, corrected):
    """A line for each peer's method: in how many tables each figure differs."""
    print("| peer | figure | tables | differ | share, median | share, min .. max |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    groups = {}
    for row, p in zip(found, corrected):
        groups.setdefault((row[0], row[2]), []).append((row[5], p))
    for (peer, figure), entries in groups.items():
        shares = [share for share, _ in entries]
        print(f"| {peer} | {WORDS[figure]} | {len(entries)} "
              f"| {sum(p < 0.05 for _, p in entries)} | {statistics.median(shares):.2f} "
              f"| {min(shares):.2f} .. {max(shares):.2f} |")


def main():
    paths = [path for path in sys.argv[1:] if path != "--all"]
    runs = read(paths)
    for protocol in PAIRS:
        found = list(rows(protocol, runs))
        if not found:
            continue
        corrected = families(found)
        print(f"\n## {protocol}\n")
        overall(found, corrected)
        shown = [(row, p) for row, p in zip(found, corrected)
                 if p < 0.05 or "--all" in sys.argv[1:]]
        print("\n| peer | table | figure | runs | Rung: mean ± sd (median) | peer | share "
              "| p, Holm |\n| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |")
        for (peer, table, figure, ours, theirs, share, _, name), p in shown:
            star = " *" if p < 0.05 else ""
            print(f"| {peer} | {table} | {WORDS[figure]} | {len(ours)}, {len(theirs)} "
                  f"| {summary(ours)} | {summary(theirs)} | {share:.2f} | {p:.2g} {name}{star} |")


if __name__ == "__main__":
    main()
