"""Protocol B: HpBandSter's density model on one fidelity, its config generator driven by hand.

    python run_hpbandster.py RESULTS [--seeds K] [--only WORD]...

NAS-Bench-201: 12-epoch accuracy for 20,000 s, as in run_nats.py. FCNet: 200 evaluations. One
worker; nothing keeps the generator from proposing what it proposed before, which is paid again.
`kde` has HpBandSter's defaults (64 samples, a third random, bandwidths of at least 0.001, 15 %
good), `kde-nats` those of the NATS-Bench authors (4 samples, none random, at least 0.3). Ordinal
parameters are the integers of their order, since the generator refuses ordinal ones.
"""

import argparse
import logging
import os
import warnings

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")

import ConfigSpace
import ConfigSpace.hyperparameters as kinds
import numpy as np
from hpbandster.core.dispatcher import Job
from hpbandster.optimizers.config_generators.bohb import BOHB

import tables
from results import work
from run_nats import BUDGET

EVALUATIONS = 200
SETTINGS = {
    "kde": {},
    "kde-nats": {
        "num_samples": 4, "random_fraction": 0.0, "bandwidth_factor": 3, "min_bandwidth": 0.3},
}


def run(method, table, seed):
    np.random.seed(seed)
    space = ConfigSpace.ConfigurationSpace(seed=seed)
    ordered = {}
    for name, values in table.parameters.items():
        if isinstance(values[0], str):
            space.add_hyperparameter(kinds.CategoricalHyperparameter(name, values))
        else:
            ordered[name] = values
            space.add_hyperparameter(
                kinds.UniformIntegerHyperparameter(name, 0, len(values) - 1))
    rows = {tuple(row.values()): index for index, row in enumerate(table.rows)}
    generator = BOHB(space, **SETTINGS[method])
    sign = -1 if table.goal == "maximize" else 1
    seconds, history, modelled = 0.0, [], 0
    while table.timed or len(history) < EVALUATIONS:
        settings, information = generator.get_config(1.0)
        cell = tuple(
            ordered[name][settings[name]] if name in ordered else settings[name]
            for name in table.parameters)
        index = rows[cell]
        if table.timed and seconds + table.seconds[index, 0] > BUDGET:
            break
        seconds += table.seconds[index, 0]
        modelled += bool(information.get("model_based_pick"))
        loss = sign * table.values[index, 0]
        history.append((loss, index))
        job = Job((0, 0, len(history)), config=settings, budget=1.0)
        job.result = {"loss": loss}
        generator.new_result(job)
    loss, index = min(history, key=lambda entry: entry[0])
    return {
        "final": float(table.final[index]) if hasattr(table, "final") else float(sign * loss),
        "best_seen": float(sign * loss),
        "best_row": index,
        "makespan": float(seconds),
        "max_resource": 1,
        "trials": len(history),
        "reports": len({index for _, index in history}),
        "modelled": modelled,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("results")
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--only", action="append", default=[])
    arguments = parser.parse_args()

    def jobs():
        for name in tables.FINALS:
            table = tables.load(name)
            for method in SETTINGS:
                if method == "kde-nats" and "nas201" not in name:
                    continue
                for seed in range(1, arguments.seeds + 1):
                    yield ("hpbandster", "0.7.4", method, name, seed,
                           lambda: run(method, table, seed))

    work(arguments.results, jobs(), arguments.only)


if __name__ == "__main__":
    main()
