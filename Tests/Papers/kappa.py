"""AgEBO's `kappa` on tables of real trainings of architectures with their hyperparameters.

    python kappa.py FOLDER [--seeds K]

FCNet (Klein and Hutter 2019): all 62,208 settings of a network of two layers on two data sets. Widths,
activations and dropout, 1,296 architectures, are evolved; learning rate, its schedule and the batch
size, 48 settings, are the forest's. 400 evaluations on 16 slots, a population of 50 of which 10 are
sampled; the error is the table's own, of all four trainings. Counted is each architecture that was
found among the best hundredth of the table, as in the paper's figure 16 those better than a baseline.
Nothing is fitted. All values of `kappa` begin with the same 50 evaluations, and are compared seed by
seed.

Source: Égelé et al., "AgEBO-Tabular", SC 2021, section 4.4 and the appendix, on `kappa`.
"""

import argparse
import csv
import os
import statistics

import tables
from simulations import Studies, mean, spread, table

TABLES = ("fcnet-protein_structure", "fcnet-naval_propulsion")
KAPPAS = (0, 0.001, 0.01, 0.1, 1.96, 19.6)
TRAINING = ("batch_size", "init_lr", "lr_schedule")
EVALUATIONS, SLOTS = 400, 16
BEST = 0.01


def study(grid, kappa):
    lines = [
        "name: kappa",
        f"metric: {{name: value, goal: {grid.goal}}}",
        "fidelity: {name: epoch, min: 1, max: 1}",
        "parameters:",
        *(tables.parameter(name, domain, name not in TRAINING)
          for name, domain in grid.parameters.items()),
        f"algorithm: {{name: agebo, population: 50, sample: 10, kappa: {kappa}}}",
        "trial: {command: [train]}",
        f'table: {{file: {grid.name}.csv.gz, metric: "value_{{epoch}}"}}',
        f"stop: {{trials: {EVALUATIONS}}}",
        "seed: 1",
    ]
    return "\n".join(lines) + "\n"


def found(path, limit):
    """The architectures of a run's evaluations that are at least as good as a limit."""
    with open(path, newline="") as file:
        return len({
            tuple(text for name, text in record.items()
                  if name.startswith("config.") and name.removeprefix("config.") not in TRAINING)
            for record in csv.DictReader(file)
            if record["state"] == "completed" and float(record["best_value"]) <= limit})


def rows(studies, grid, seeds):
    tables.write(grid, studies.folder)
    values = sorted(float(value) for value in grid.values[:, 0])
    limit = values[int(BEST * len(values)) - 1]
    counts = {}
    for kappa in KAPPAS:
        folder = os.path.join(studies.folder, f"{grid.name}-{kappa}")
        runs = studies.runs(f"{grid.name}-{kappa}", study(grid, kappa), seeds,
                            "--slots", SLOTS, "--export", folder)
        counts[kappa] = [found(os.path.join(folder, f"{run['seed']}.csv"), limit) for run in runs]
        differences = [a - b for a, b in zip(counts[kappa], counts[0])]
        error = statistics.stdev(differences) / len(differences) ** 0.5
        yield [grid.name, kappa, f"{mean([run['best_value'] for run in runs]):.3g}",
               spread(counts[kappa], 1), f"{mean(differences):+.1f} ± {error:.1f}" if kappa else ""]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--seeds", type=int, default=200)
    arguments = parser.parse_args()
    studies = Studies(os.path.join(arguments.folder, "kappa"))
    for name in TABLES:
        table(["table", "kappa", "best error", "architectures among the best hundredth",
               "more than with 0, standard error"],
              rows(studies, tables.load(name), arguments.seeds))


if __name__ == "__main__":
    main()
