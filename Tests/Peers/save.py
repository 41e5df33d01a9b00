"""The runs of the peers as CSV, a file each, sorted: what is kept in the repository. Runs that are
there already stay.

    python save.py RESULTS.jsonl FOLDER
"""

import csv
import glob
import json
import os
import sys

COLUMNS = ["method", "table", "seed", "final", "best_seen", "best_row", "makespan", "max_resource",
           "trials", "reports", "modelled", "cost_seconds"]


def text(value):
    return f"{value:.10g}" if isinstance(value, float) else value


def main():
    runs = {}
    for kept in glob.glob(os.path.join(sys.argv[2], "*.csv")):
        with open(kept, newline="") as file:
            for record in csv.DictReader(file):
                key = (record["method"], record["table"], int(record["seed"]))
                runs.setdefault(record["peer"], {})[key] = record
    with open(sys.argv[1]) as file:
        for line in file:
            if line.endswith("\n"):
                record = json.loads(line)
                key = (record["method"], record["table"], record["seed"])
                runs.setdefault(record["peer"], {}).setdefault(key, record)
    os.makedirs(sys.argv[2], exist_ok=True)
    for peer, found in runs.items():
        with open(os.path.join(sys.argv[2], f"{peer}.csv"), "w", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            columns = [name for name in COLUMNS
                       if name != "modelled" or any(run.get(name) not in (None, "") for run in found.values())]
            rows.writerow(["peer", "version"] + columns)
            for key in sorted(found):
                run = found[key]
                rows.writerow([peer, run["version"]] + [text(run.get(name)) for name in columns])


if __name__ == "__main__":
    main()
