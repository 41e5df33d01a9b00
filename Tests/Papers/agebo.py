"""AgEBO's claims on a joint space with the paper's training times.

    python agebo.py FOLDER [--seeds K]

Source: Égelé et al., "AgEBO-Tabular", SC 2021, section 4: 8 nodes with 8 GPUs each, 3 hours, a
population of 100 of which 10 are sampled. The metric is that of `--objective agebo-tabular`.

Fitted, in the objective: mean and deviation of AgE-1-8's training times, and the mean of
AgEBO-1-8's. Fitted here: how much longer a training takes on 2, 4 and 8 GPUs (means of table 1 b;
of AgE, those of table 1 a). Everything else is predicted: the numbers of evaluations, utilisation,
and what is better.
"""

import argparse
import csv
import os
import statistics

from simulations import Studies, mean, spread, table

GPUS = (1, 2, 4, 8)
# Minutes by GPUs of an evaluation, and numbers of evaluations: tables 1 (a) and (b).
AGE = ((11.51, 10.91, 6.79, 5.96), (931, 481, 385, 196))
AGEBO = ((7.05, 7.19, 8.54, 7.47), (1504, 759, 316, 177))
KAPPAS = (0, 0.001, 0.01, 0.1, 1.96, 19.6)
# Seeds for telling small values of kappa from 0, by GPUs of an evaluation: with one GPU there are five times
# as many evaluations.
MANY = {4: 200, 1: 24}
# How the objective's time falls with the batch size.
EXPONENT = -0.28


def defaults(gpus):
    """AgE's hyperparameters, by the linear scaling rule."""
    return {"batch_size": 32 * gpus, "learning_rate": 0.001 * gpus, "optimizer": "adam",
            "patience_plateau": 5, "patience_stopping": 10}


def layers():
    """The architecture's parameters of the ready-made space, without its hyperparameters."""
    kinds = ["identity"] + [
        f"dense_{units}_{activation}" for units in range(50, 2000, 25)
        for activation in ("identity", "swish", "relu", "tanh", "sigmoid")]
    names = ["input", *map(str, range(1, 11)), "output"]
    for node in range(1, 12):
        if node <= 10:
            yield f"layer_{node}", kinds
        for origin in range(max(0, node - 4), node - 1):
            yield f"skip_{names[origin]}_{names[node]}", ["zero", "identity"]


def study(algorithm, minutes, gpus, fixed=False):
    lines = [
        "name: agebo",
        "metric: {name: r2, goal: maximize}",
        "fidelity: {name: epoch, min: 20, max: 20}",
    ]
    if fixed:
        lines.append("parameters:")
        lines += [f"  {name}: {{values: [{', '.join(values)}], architecture: true}}"
                  for name, values in layers()]
        lines += [f"  {name}: {{value: {value}}}" for name, value in defaults(gpus).items()]
    else:
        lines.append("space: agebo-tabular")
    # Of AgE, the larger batch has shortened the time already.
    efficiency = ", ".join(
        f"{count}: {minutes[0] * (count**EXPONENT if fixed else 1) / one / count:.4f}"
        for count, one in zip(GPUS, minutes) if count > 1)
    lines += [
        f"algorithm: {algorithm}",
        f"trial: {{command: [train], gpus: {gpus}}}",
        f"model: {{efficiency: {{{efficiency}}}}}",
        "stop: {wallclock: 3h}",
        "seed: 1",
    ]
    return "\n".join(lines) + "\n"


class Claims:
    def __init__(self, folder, seeds):
        self.studies = Studies(os.path.join(folder, "agebo"))
        self.seeds = seeds

    def runs(self, name, algorithm, paper, gpus, fixed=False, seeds=None):
        """The runs of a study and, for each, the best values of all its evaluations, of which each
        architecture counts once."""
        folder = os.path.join(self.studies.folder, name)
        runs = self.studies.runs(
            name, study(algorithm, paper[0], gpus, fixed), seeds or self.seeds,
            "--slots", 64 // gpus, "--objective", "agebo-tabular", "--export", folder)
        values = []
        for run in runs:
            best = {}
            with open(os.path.join(folder, f"{run['seed']}.csv"), newline="") as file:
                for record in csv.DictReader(file):
                    if record["state"] != "completed":
                        continue
                    key = tuple(text for name, text in record.items()
                                if name.startswith(("config.layer_", "config.skip_")))
                    best[key] = max(best.get(key, -9), float(record["best_value"]))
            values.append(list(best.values()))
        return runs, values

    def shape(self):
        """Table 1: evaluations and values by GPUs of an evaluation."""
        for label, algorithm, paper, fixed in (
                ("AgE", "{name: age, population: 100, sample: 10}", AGE, True),
                ("AgEBO", "{name: agebo, population: 100, sample: 10}", AGEBO, False)):
            for gpus, count in zip(GPUS, paper[1]):
                runs, _ = self.runs(f"{label.lower()}-{gpus}", algorithm, paper, gpus, fixed)
                yield [f"{label}-{gpus}-8", evaluations(runs), count,
                       spread([run["best_value"] for run in runs], 4), percent(runs)]

    def barriers(self):
        """Section 4.6: a barrier after each generation."""
        for label, name, paper in (
                ("asynchronous", "agebo", "759, 95 %"), ("synchronous", "agebo-sync", "159, 26 %")):
            runs, _ = self.runs(
                f"{name}-2", f"{{name: {name}, population: 100, sample: 10}}", AGEBO, 2)
            yield [label, evaluations(runs), percent(runs), paper,
                   spread([run["best_value"] for run in runs], 4)]

    def greed(self, gpus, seeds):
        """Small values of kappa beside 0, seed by seed: the first 100 evaluations are the same."""
        found = {
            kappa: self.runs(
                f"agebo-{gpus}-many-{kappa}", with_kappa(kappa), AGEBO, gpus, seeds=seeds)[1]
            for kappa in KAPPAS[:4]}
        limit = least_quantile(found.values())
        counts = {kappa: [sum(v > limit for v in seed) for seed in values]
                  for kappa, values in found.items()}
        for kappa in KAPPAS[1:4]:
            differences = [a - b for a, b in zip(counts[kappa], counts[0])]
            error = statistics.stdev(differences) / len(differences) ** 0.5
            yield [kappa, spread(counts[kappa], 1), spread(counts[0], 1),
                   f"{mean(differences):+.1f} ± {error:.1f}"]

    def compared(self, named):
        """Best value and how many architectures are among the better ones, as in the paper's
        figure 16: better than the least of the variants' 0.99 quantiles."""
        found = {label: self.runs(name, algorithm, AGEBO, 4) for label, name, algorithm in named}
        limit = least_quantile(values for _, values in found.values())
        for label, (runs, values) in found.items():
            yield [label, spread([run["best_value"] for run in runs], 4),
                   spread([sum(v > limit for v in seed) for seed in values], 1),
                   evaluations(runs)]

    def kappas(self):
        return self.compared([
            (f"{kappa}", f"agebo-4-kappa-{kappa}", with_kappa(kappa)) for kappa in KAPPAS])

    def ablation(self):
        common = "population: 100, sample: 10"
        return self.compared([
            ("AgEBO-4-8", "agebo-4", f"{{name: agebo, {common}}}"),
            ("mixed AgE-4-8", "mixed-age-4", f"{{name: mixed-age, {common}}}"),
            ("mixed BO-4-8", "mixed-bo-4", "{name: mixed-bo, kappa: 0.001}"),
        ])


def with_kappa(kappa):
    return f"{{name: agebo, population: 100, sample: 10, kappa: {kappa}}}"


def least_quantile(variants):
    """The least of the variants' 0.99 quantiles, as in the paper's appendix."""
    return min(statistics.quantiles([v for seed in values for v in seed], n=100)[98]
               for values in variants)


def evaluations(runs):
    return spread([run["trials"] for run in runs], 0)


def percent(runs):
    return f"{100 * mean([run['utilization'] for run in runs]):.0f} %"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--seeds", type=int, default=30)
    arguments = parser.parse_args()
    claims = Claims(arguments.folder, arguments.seeds)
    table(["variant", "evaluations", "paper", "best value", "utilisation"], claims.shape())
    table(["AgEBO-2-8", "evaluations", "utilisation", "paper", "best value"], claims.barriers())
    better = "architectures among the better"
    table(["kappa", "best value", better, "evaluations"], claims.kappas())
    for gpus, seeds in MANY.items():
        table(["kappa", better, "with kappa 0", "difference, standard error"],
              claims.greed(gpus, seeds))
    table(["method", "best value", better, "evaluations"], claims.ablation())


if __name__ == "__main__":
    main()
