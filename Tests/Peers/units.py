#!/usr/bin/env python3
"""MOBSTER on one table in three units: by Rung's margin, and by 0.01 of the metric's unit.

    RUNG_DATA=FOLDER Tests/Peers/units.py RUNG FOLDER [SEEDS]

Writes FCNet's protein structures with their errors in units, thousandths and thousands to FOLDER,
simulates 64 trials on 4 workers for each of SEEDS (100) seeds with the program RUNG, and prints the best
value, always in the table's own unit, beside random search.
"""

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
from scipy.stats import mannwhitneyu

import tables

METHODS = {
    "random": "random", "Rung's margin": "{name: mobster, eta: 3}",
    "margin 0.01": "{name: mobster, eta: 3, margin: 0.01}",
}


def best_values(rung, folder, table, factor, method, seeds):
    scaled = replace(
        table, name=f"{table.name}-{factor:g}", values=table.values * factor)
    os.makedirs(os.path.join(folder, "tables"), exist_ok=True)
    os.makedirs(os.path.join(folder, "studies"), exist_ok=True)
    tables.write(scaled, os.path.join(folder, "tables"))
    path = os.path.join(folder, "studies", "study.yaml")
    with open(path, "w") as file:
        file.write(tables.study(scaled, "units", METHODS[method], "trials: 64"))
    command = [rung, "simulate", path, "--seeds", str(seeds), "--slots", "4", "--json", "--quiet"]
    runs = json.loads(subprocess.check_output(command))["runs"]
    return np.array([run["best_value"] for run in runs]) / factor


def main():
    rung, folder, seeds = sys.argv[1], sys.argv[2], int((sys.argv[3:] or ["100"])[0])
    table = tables.load("fcnet-protein_structure")
    random = best_values(rung, folder, table, 1, "random", seeds)
    print(f"random: {random.mean():.4f} ± {random.std(ddof=1):.4f}")
    for method in list(METHODS)[1:]:
        for factor in (1, 1e-3, 1e3):
            values = best_values(rung, folder, table, factor, method, seeds)
            print(f"{method}, errors times {factor:g}: {values.mean():.4f} ± {values.std(ddof=1):.4f}; "
                  f"beside random p {mannwhitneyu(values, random).pvalue:.2g}")


if __name__ == "__main__":
    main()
