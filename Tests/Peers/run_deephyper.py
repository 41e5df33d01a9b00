"""Protocol C: DeepHyper's search by a random forest on one fidelity.

    python run_deephyper.py RESULTS [--seeds K] [--only WORD]...

200 evaluations on NAS-Bench-201 (12-epoch accuracy) and FCNet (a table of each), one at a time
(`forest-1`) or four at a time, all four ended before the next four (`forest-4`). `CBO` with a
random forest, mean plus `kappa` deviations with `kappa` 1.96 and no schedule, constant liar by the
mean, 10 random evaluations before the first model, the acquisition maximised over 10,000 samples.
DeepHyper proposes nothing twice (`filter_duplicated`). `-grown`: its forest with the settings of
Rung's (scikit-learn's defaults): 100 trees instead of 10, grown to the end instead of until a split
gains less than 0.005 of the scaled objective, each from as many draws as there are data, not 0.8 of
them, and with all columns looked at for a split instead of the root of their number.
"""

import argparse
import logging
import os
import tempfile
import warnings

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")

import deephyper
from deephyper.hpo import CBO, HpProblem

import tables
from results import work

EVALUATIONS = 200
SETTINGS = {
    "surrogate_model": "RF",
    "acq_func": "UCB",
    "acq_func_kwargs": {"kappa": 1.96, "scheduler": {"type": "constant"}},
    "acq_optimizer": "sampling",
    "multi_point_strategy": "cl_mean",
    "n_initial_points": 10,
}
GROWN = {
    "n_estimators": 100, "min_impurity_decrease": 0.0, "max_samples": None, "max_features": 1.0,
    # By default it lowers the least gain when the search stands still.
    "scheduler": None,
}


def run(method, table, seed, folder):
    at_once = int(method.split("-")[1])
    settings = {**SETTINGS, "surrogate_model_kwargs": GROWN} if "grown" in method else SETTINGS
    problem = HpProblem()
    for name, values in table.parameters.items():
        # A list of words is categorical, one of numbers ordinal.
        problem.add_hyperparameter(list(values), name)
    search = CBO(problem, random_state=seed, log_dir=folder, checkpoint_history_to_csv=False,
                 **settings)
    rows = {tuple(row.values()): index for index, row in enumerate(table.rows)}
    sign = 1 if table.goal == "maximize" else -1
    history, seconds = [], 0.0
    while len(history) < EVALUATIONS:
        proposed = search.ask(at_once)
        told = []
        for point in proposed:
            index = rows[tuple(point[name] for name in table.parameters)]
            history.append((sign * float(table.values[index, 0]), index))
            told.append((point, history[-1][0]))
        seconds += max(float(table.seconds[index, 0]) for _, index in history[-at_once:])
        search.tell(told)
    value, index = max(history, key=lambda entry: entry[0])
    return {
        "final": float(table.final[index]) if hasattr(table, "final") else sign * value,
        "best_seen": sign * value,
        "best_row": index,
        "makespan": seconds,
        "max_resource": 1,
        "trials": len(history),
        "reports": len({index for _, index in history}),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("results")
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--only", action="append", default=[])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:

        def jobs():
            for method in ("forest-1", "forest-4", "forest-1-grown", "forest-4-grown"):
                for name in ("nas201-cifar10_valid", "fcnet-protein_structure"):
                    table = tables.load(name)
                    for seed in range(1, arguments.seeds + 1):
                        yield ("deephyper", deephyper.__version__, method, name, seed,
                               lambda: run(method, table, seed, folder))

        work(arguments.results, jobs(), arguments.only)


if __name__ == "__main__":
    main()
