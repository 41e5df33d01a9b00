"""The runs that are done, one JSON object a line; a run that is there is not done again, nor one that
is kept in the repository (see save.py)."""

import csv
import glob
import json
import os
import time

KEPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "results")


class Results:
    """A file of runs, told apart by peer, method, table and seed."""

    def __init__(self, path):
        self.path = path
        self.done = set()
        if os.path.exists(path):
            with open(path) as file:
                for line in file:
                    # The last line of a run that was interrupted may be cut.
                    if line.endswith("\n"):
                        self.done.add(self.key(json.loads(line)))
        for kept in glob.glob(os.path.join(KEPT, "*.csv")):
            with open(kept, newline="") as file:
                self.done.update(self.key(record) for record in csv.DictReader(file))

    @staticmethod
    def key(record):
        return record["peer"], record["method"], record["table"], int(record["seed"])

    def add(self, record):
        with open(self.path, "a") as file:
            file.write(json.dumps(record) + "\n")
        self.done.add(self.key(record))


def work(path, jobs, only=(), seconds=None):
    """Does what is not done yet: each job is (peer, version, method, table, seed, function), and
    the function returns the figures of a run. A word of `only` has to be in `method table seed`."""
    results = Results(path)
    begin = time.monotonic()
    for peer, version, method, table, seed, function in jobs:
        if seconds is not None and time.monotonic() - begin > seconds:
            return
        name = f"{peer} {method} {table} {seed}"
        if (peer, method, table, seed) in results.done or any(w not in name for w in only):
            continue
        started = time.monotonic()
        figures = function()
        results.add({
            "peer": peer, "version": version, "method": method, "table": table, "seed": seed,
            **figures, "cost_seconds": round(time.monotonic() - started, 3),
        })
