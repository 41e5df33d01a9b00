"""What HpBandSter's BOHB proposes after given observations, as golden distributions.

    python3 -m venv venv
    venv/bin/pip install hpbandster==0.7.4 ConfigSpace==0.6.1 'numpy<2' statsmodels==0.15.0
    venv/bin/python Tests/Peers/hpbandster_density.py Tests/SearchersTests/Goldens/hpbandster.json

For each case the observations, and the counts of 2,000 proposals without a random fraction: 100
models, which differ in what they impute, with 20 proposals each. Numbers are counted between the
quantiles of the proposals. `HpBandSterTests` holds `DensitySearch` against it.
"""
import json
import logging
import multiprocessing
import sys

import ConfigSpace as CS
import ConfigSpace.hyperparameters as H
import numpy as np
import scipy.special
import scipy.stats
import statsmodels
from hpbandster.core.dispatcher import Job
from hpbandster.optimizers.config_generators.bohb import BOHB

MODELS, PROPOSALS, BINS = 100, 20, 16


def truncated_normal(a, b, loc, scale):
    """The distribution of scipy's truncnorm.rvs, whose generic path takes most of the time."""
    low, high = scipy.special.ndtr(a), scipy.special.ndtr(b)
    return loc + scale * scipy.special.ndtri(np.random.uniform(low, high))


scipy.stats.truncnorm.rvs = truncated_normal


def real(low, high, log=False):
    return {"type": "real", "low": low, "high": high, "log": log}


def integer(low, high, log=False):
    return {"type": "integer", "low": low, "high": high, "log": log}


def choice(*values):
    return {"type": "categorical", "values": list(values)}


def when(domain, parent, *values):
    return {**domain, "when": {"parameter": parent, "values": list(values)}}


def near(value, best, width):
    return ((value - best) / width) ** 2


# name: parameters, number of observations, loss (inf is a crash)
CASES = {
    "continuous": (
        {"x": real(0, 1), "y": real(1e-4, 1, log=True), "z": real(-3, 5)},
        50,
        lambda c: near(c["x"], 0.2, 1) + near(np.log10(c["y"]), -3, 4) + near(c["z"], 5, 8),
    ),
    "integer": (
        {"x": real(0, 1), "i": integer(1, 9), "j": integer(1, 1000, log=True)},
        60,
        lambda c: near(c["i"], 7, 8) + near(np.log10(c["j"]), 1, 3) + 0.2 * c["x"],
    ),
    "categorical": (
        {"x": real(0, 1), "c": choice("a", "b", "d"), "k": choice("p", "q", "r", "s", "t")},
        70,
        lambda c: near(c["x"], 0.5, 1) + 0.3 * (c["c"] != "b") + 0.2 * (c["k"] not in "ps"),
    ),
    "conditional": (
        {
            "a": choice("sgd", "adam"),
            "rate": real(1e-4, 1, log=True),
            "momentum": when(real(0, 0.99), "a", "sgd"),
            "warm": when(choice("yes", "no"), "a", "adam"),
            "steps": when(integer(1, 50), "warm", "yes"),
        },
        90,
        lambda c: near(np.log10(c["rate"]), -2, 4)
        + (near(c["momentum"], 0.9, 1) if c["a"] == "sgd" else 0.1)
        + (near(c["steps"], 40, 50) if c.get("warm") == "yes" else 0.1),
    ),
    "crashing": (
        {"x": real(0, 1), "y": real(0, 1)},
        45,
        lambda c: np.inf if c["x"] > 0.6 else near(c["x"], 0.5, 1) + near(c["y"], 0.3, 1),
    ),
}


def space_of(parameters, seed):
    space = CS.ConfigurationSpace(seed=seed)
    known = {}
    for name, p in parameters.items():
        if p["type"] == "categorical":
            known[name] = H.CategoricalHyperparameter(name, p["values"])
        elif p["type"] == "integer":
            known[name] = H.UniformIntegerHyperparameter(name, p["low"], p["high"], log=p["log"])
        else:
            known[name] = H.UniformFloatHyperparameter(name, p["low"], p["high"], log=p["log"])
        space.add_hyperparameter(known[name])
    for name, p in parameters.items():
        if "when" in p:
            parent = known[p["when"]["parameter"]]
            space.add_condition(CS.InCondition(known[name], parent, p["when"]["values"]))
    return space


def counts_of(parameters, proposals):
    result = {}
    for name, p in parameters.items():
        values = [c[name] for c in proposals if name in c]
        if p["type"] == "categorical":
            counts = [values.count(value) for value in p["values"]]
            edges = None
        else:
            quantiles = np.quantile(values, np.arange(1, BINS) / BINS, method="lower")
            edges = sorted(set(quantiles.tolist()))
            # Below the first edge, from each edge up to the next, from the last on.
            places = np.searchsorted(edges, values, side="right")
            counts = np.bincount(places, minlength=len(edges) + 1).tolist()
        result[name] = {"edges": edges, "counts": counts, "inactive": len(proposals) - len(values)}
    return result


def run(name):
    parameters, count, loss = CASES[name]
    logging.disable(logging.CRITICAL)
    np.random.seed(7)
    space = space_of(parameters, 7)
    observations = []
    for _ in range(count):
        configuration = dict(space.sample_configuration())
        value = float(loss(configuration))
        observations.append((configuration, value + 0.05 * np.random.rand()))
    proposals = []
    for model in range(MODELS):
        np.random.seed(1000 + model)
        generator = BOHB(space_of(parameters, model), random_fraction=0)
        for number, (configuration, value) in enumerate(observations):
            job = Job((0, 0, number), config=configuration, budget=1.0)
            job.result = {"loss": value}
            generator.new_result(job, update_model=number == count - 1)
        for _ in range(PROPOSALS):
            proposal, info = generator.get_config(1.0)
            assert info["model_based_pick"]
            proposals.append(proposal)
    plain = [
        {"configuration": c, "loss": value if np.isfinite(value) else None}
        for c, value in observations
    ]
    return {
        "name": name,
        "parameters": parameters,
        "observations": plain,
        "proposals": counts_of(parameters, proposals),
    }


def main():
    golden = {"hpbandster": "0.7.4", "statsmodels": statsmodels.__version__}
    with multiprocessing.Pool(5) as pool:
        golden["cases"] = pool.map(run, CASES)
    with open(sys.argv[1], "w") as file:
        json.dump(golden, file, separators=(",", ":"), default=lambda x: x.item())
        file.write("\n")


if __name__ == "__main__":
    main()
