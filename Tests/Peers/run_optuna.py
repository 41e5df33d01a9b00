"""Protocol A: Optuna's Hyperband on the tables of curves.

    python run_optuna.py RESULTS [--seeds K] [--tables T,T] [--only WORD]...

The protocol of run_synetune.py (4 workers, the 256th start ends the study, rows without
replacement, eta 3, from 1 to the table's steps) in a simulation by hand, since Optuna has none:
each trial reports every step to `HyperbandPruner` and ends when it says so. Optuna hashes the
study's name and the trial's number to a bracket; in a bracket it stops trials as ASHA's stopping
type does, and never resumes one. A diverged step is reported as NaN, as a user's program would.
"""

import argparse
import heapq
import random

import optuna

import tables
from results import work

WORKERS, TRIALS, ETA = 4, 256, 3


class Given(optuna.samplers.BaseSampler):
    """Samples nothing: rows are drawn outside."""

    def infer_relative_search_space(self, study, trial):
        return {}

    def sample_relative(self, study, trial, search_space):
        return {}

    def sample_independent(self, study, trial, param_name, param_distribution):
        raise NotImplementedError


def run(table, seed):
    rows = list(range(len(table.rows)))
    random.Random(seed).shuffle(rows)
    limit = min(TRIALS, len(rows))
    study = optuna.create_study(
        study_name=f"{table.name}-{seed}", direction=table.goal, sampler=Given(),
        pruner=optuna.pruners.HyperbandPruner(1, table.steps, ETA))
    running, order, now = [], 0, 0.0
    reports = resource = 0
    sign = 1 if table.goal == "maximize" else -1
    best = None

    def start():
        nonlocal order
        row = rows[len(study.get_trials(deepcopy=False))]
        trial = study.ask()
        heapq.heappush(running, (now + table.seconds[row, 0], order, 1, row, now, trial))
        order += 1

    for _ in range(WORKERS):
        start()
    while len(study.get_trials(deepcopy=False)) < limit:
        now, _, step, row, begun, trial = heapq.heappop(running)
        value = float(table.values[row, step - 1])
        trial.report(value, step)
        reports += 1
        resource = max(resource, step)
        if value == value and (best is None or sign * value > best[0]):
            best = (sign * value, row)
        if trial.should_prune():
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        elif step == table.steps:
            # A diverged training that was never pruned has no value.
            state = None if value == value else optuna.trial.TrialState.FAIL
            study.tell(trial, value if state is None else None, state=state)
        else:
            entry = (begun + table.seconds[row, step], order, step + 1, row, begun, trial)
            heapq.heappush(running, entry)
            order += 1
            continue
        start()
    return {
        "final": table.best(best[1]),
        "best_seen": sign * best[0],
        "best_row": best[1],
        "makespan": float(now),
        "max_resource": resource,
        "trials": limit,
        "reports": reports,
    }


def main():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    parser = argparse.ArgumentParser()
    parser.add_argument("results")
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--tables", default=",".join(tables.CURVES))
    parser.add_argument("--only", action="append", default=[])
    arguments = parser.parse_args()

    def jobs():
        for name in arguments.tables.split(","):
            table = tables.load(name)
            for seed in range(1, arguments.seeds + 1):
                yield ("optuna", optuna.__version__, "hyperband", name, seed,
                       lambda: run(table, seed))

    work(arguments.results, jobs(), arguments.only)


if __name__ == "__main__":
    main()
