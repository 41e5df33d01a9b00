"""Studies as the program writes them into the page of `rung report`, made up from random numbers."""

import json
import math
import os
import random
import re
from pathlib import Path

TEMPLATE = Path(os.environ.get(
    "RUNG_REPORT",
    Path(__file__).resolve().parents[2] / "Sources" / "CResources" / "report.html"))
CHART_JS = Path(os.environ.get("RUNG_CHART_JS", "/usr/share/javascript/chart.js/chart.min.js"))

HOSTILE = "</script><img src=x onerror=alert(1)>"
RUNGS = [1, 3, 9, 27]


def scripts(array="scripts"):
    """The files of scripts in the order in which the program joins them."""
    source = (TEMPLATE.parent / "cresources.c").read_text(encoding="utf-8")
    joined = re.search(r" %s\[\] = \{(.*?)\};" % array, source, re.DOTALL).group(1)
    return [TEMPLATE.parent / name for name in re.findall(r'#embed "(\w+/\w+\.js)"', joined)]


def page(study):
    """The report's page filled in as the program does it."""
    return filled(TEMPLATE, scripts(), packed(study))


def campaign_page(campaign):
    """The page of a campaign filled in as the program does it."""
    return filled(TEMPLATE.parent / "campaign.html", scripts("campaign_scripts"), campaign)


def benchmark_page(benchmark):
    """The page of a benchmark filled in as the program does it."""
    return filled(TEMPLATE.parent / "benchmark.html", scripts("benchmark_scripts"), benchmark)


def filled(template, paths, values):
    data = json.dumps(values, separators=(",", ":"), allow_nan=False)
    text = template.read_text(encoding="utf-8")
    for placeholder, content in (
        ("/*RUNG:STYLE*/", (TEMPLATE.parent / "report/style.css").read_text(encoding="utf-8")),
        ("/*RUNG:CHART.JS*/", CHART_JS.read_text(encoding="utf-8")),
        ("/*RUNG:SCRIPTS*/", "".join(path.read_text(encoding="utf-8") for path in paths)),
        ("/*RUNG:DATA*/", data.replace("<", "\\u003c")),
    ):
        before, after = text.split(f"\n{placeholder}\n")
        text = f"{before}\n{content}\n{after}"
    return text


def packed(study):
    """A study with its trials in columns, as the program writes them."""
    trials = study["trials"]
    words = {"states": [], "reasons": [], "places": []}

    def places(kind, values):
        known = {}
        for value in values:
            known.setdefault(value, len(known))
        words[kind] = list(known)
        return [known[value] for value in values]

    def curve(reports):
        epochs = [epoch for _, epoch, _ in reports]
        values = [None if value is None else float(f"{value:.6g}") for _, _, value in reports]
        return values if epochs == list(range(1, len(epochs) + 1)) else [epochs, values]

    def column(name):
        return [trial[name] for trial in trials]

    columns = {
        "count": len(trials), "state": places("states", column("state")),
        "reason": places("reasons", column("reason")),
        "place": places("places", [" ".join(hosts) for hosts in column("hosts")]),
        **{name: column(name) for name in ("attempts", "epoch", "value", "started", "ended")},
        "settings": [[trial["configuration"].get(name) for trial in trials]
                     for name in study["parameters"]],
        "curves": [curve(reports) for reports in column("reports")], "thinned": 0, **words,
    }
    if any("others" in trial for trial in trials):
        columns["others"] = list(zip(*column("others")))
    return {**study, "trials": columns}


def empty_study(**changes):
    """A study that has not begun."""
    counts = dict.fromkeys(["running", "paused", "completed", "stopped", "failed", "total"], 0)
    return {
        "version": "0.1.0", "generated": "2026-11-21T03:00:00Z", "study": "digits-mlp",
        "state": "waiting", "metric": "val_accuracy", "goal": "maximize", "fidelity": "epoch",
        "fidelity_max": 27, "algorithm": "asha", "elapsed_seconds": 0, "slots": 16,
        "utilization": None, "gpu_hours": 0, "offered_hours": 0, "has_gpus": True, "seed": 1,
        "metrics": [{"name": "val_accuracy", "goal": "maximize"}], "baseline": None, "counts": counts, "best": None,
        "parameters": ["learning_rate", "width", "batch_size", "optimizer", "momentum"],
        "logarithmic": ["learning_rate"],
        "rungs": RUNGS, "best_over_time": [], "trials": [], "failures": [],
        "failure_count": 0, "origin": {"commands": ["rung run study.yaml --slots 16"]}, **changes,
    }


def generated_study(trials, seed=1, reports=None, **changes):
    """A study as successive halving leaves it: each rung is reached by a third of the one below.

    With `reports` every trial reports so often, at the rungs; otherwise at every epoch it trains.
    """
    draw = random.Random(seed)
    study = empty_study(state="completed", **changes)
    slots = study["slots"]
    free = [0.0] * slots
    spans = [[] for _ in range(slots)]
    minimize = study["goal"] == "minimize"
    reasons = {
        "paused": "paused at epoch {epoch}: rank {rank} of {total}, no slot was free to promote it",
        "stopped": "stopped at epoch {epoch}: rank {rank} of {total}, the best third goes on",
        "completed": "reached epoch 27, the last rung",
        "failed": draw.choice(
            ["exit status 1: RuntimeError: CUDA out of memory", "signal 9 (killed)"]),
    }
    for number in range(trials):
        configuration = {
            "learning_rate": round(10 ** draw.uniform(-4, -1), 8),
            "width": draw.randrange(8, 72, 8),
            "batch_size": draw.choice([32, 64, 128]),
            "optimizer": draw.choice(["sgd", "adam"]),
        }
        if configuration["optimizer"] == "sgd":
            configuration["momentum"] = round(draw.uniform(0, 0.99), 6)
        height = math.exp(-((math.log10(configuration["learning_rate"]) + 2.2) ** 2) / 2)
        ceiling = 0.55 + 0.35 * height + 0.08 * configuration["width"] / 64 * draw.random()
        slot = min(range(slots), key=free.__getitem__)
        started = free[slot] + 0.4
        has_failed = draw.random() < 0.03
        level = 0
        while level < 3 and draw.random() < (0.5 if ceiling > 0.85 else 0.2):
            level += 1
        reached = RUNGS[level]
        epochs = RUNGS[:reports] if reports else range(1, reached + 1)
        pace = draw.uniform(0.8, 1.4)
        rows = []
        for epoch in epochs:
            value = ceiling - 0.6 * math.exp(-epoch / 3.5) + draw.gauss(0, 0.006)
            value = round((1 - value) * 3 if minimize else min(value, 0.999), 5)
            rows.append([round(started + pace * epoch, 2), epoch, value])
        if has_failed:
            rows = rows[: draw.randrange(len(rows) + 1)]
        elif draw.random() < 0.01:
            rows[-1][2] = None
        ended = rows[-1][0] if rows else started + 2.5
        free[slot] = ended
        spans[slot] += [number, round(started - 0.4, 2), round(started, 2),
                        round(max(started, ended - 0.2), 2), round(ended, 2)]
        state = "failed" if has_failed else "completed" if reached == 27 else draw.choice(
            ["paused", "paused", "stopped"])
        study["trials"].append({
            "trial": number, "state": state, "configuration": configuration,
            "attempts": 2 if draw.random() < 0.02 else 1,
            "epoch": rows[-1][1] if rows else 0, "value": rows[-1][2] if rows else None,
            "started": round(started, 2), "ended": round(ended, 2), "hosts": [f"n{slot // 4}"],
            "reason": reasons[state].format(
                epoch=reached, rank=draw.randrange(9, 90), total=draw.randrange(90, 130)),
            "reports": rows,
        })
    for trial in study["trials"]:
        study["counts"][trial["state"]] += 1
        study["counts"]["total"] += 1
    told = sorted(
        (seconds, value, epoch, trial["trial"]) for trial in study["trials"]
        for seconds, epoch, value in trial["reports"] if value is not None)
    rate = slots * 0.934 / 3600
    passed = set()
    for seconds, value, epoch, trial in told:
        best = study["best"]
        hours = round(seconds * rate, 5)
        if best is None or (value < best["value"] if minimize else value > best["value"]):
            study["best"] = {
                "trial": trial, "value": value, "epoch": epoch,
                "configuration": study["trials"][trial]["configuration"]}
            study["best_over_time"].append([seconds, value, hours, trial])
        if study["baseline"] is not None and trial not in passed and (
                value < study["baseline"] if minimize else value > study["baseline"]):
            passed.add(trial)
            study.setdefault("better_over_time", []).append([seconds, hours, len(passed)])
    study["elapsed_seconds"] = round(max(free), 1)
    study["utilization"] = 0.934
    study["gpu_hours"] = round(study["elapsed_seconds"] * rate, 3)
    study["offered_hours"] = round(study["elapsed_seconds"] * slots / 3600, 3)
    add_failures(study)
    add_timeline(study, spans)
    return study


def add_failures(study):
    """Says of each trial that failed why, and what it printed last."""
    for trial in study["trials"]:
        if trial["state"] == "failed":
            study["failures"].append({
                "trial": trial["trial"], "attempt": trial["attempts"], "epoch": trial["epoch"],
                "seconds": trial["ended"], "host": trial["hosts"][0], "reason": trial["reason"],
                "output": "Traceback (most recent call last):\n  File \"train.py\", line 31\n"
                          + trial["reason"]})
    study["failure_count"] = len(study["failures"])
    study["failures"] = study["failures"][:400]


def add_timeline(study, spans):
    """What the slots did, of the processes that ran in each: trial, held, began, told, ended."""
    end = study["elapsed_seconds"]
    rows = []
    names = ("loading", "training", "saving")
    for slot, row in enumerate(spans):
        shares = dict.fromkeys(names, 0.0)
        for at in range(0, len(row), 5):
            for name, begun, ended in zip(names, row[at + 1:], row[at + 2:]):
                shares[name] += ended - begun
        rows.append({"host": f"n{slot // 4}", "slot": slot % 4, "served": [0, end],
                     "shares": {"offered": end, **shares}})
    total = {name: sum(row["shares"][name] for row in rows) for name in ("offered", *names)}
    cells = 240
    course = {"step": end / cells, "slots": [len(spans)] * cells}
    for name in names:
        course[name] = [0.0] * cells
    for row in spans:
        for at in range(0, len(row), 5):
            for name, begun, ended in zip(names, row[at + 1:], row[at + 2:]):
                for cell in range(int(begun / end * cells), min(cells, int(ended / end * cells) + 1)):
                    from_, to = cell * end / cells, (cell + 1) * end / cells
                    share = max(0, min(to, ended) - max(from_, begun)) / (to - from_)
                    course[name][cell] += share
    for name in names:
        course[name] = [float(f"{value:.4g}") for value in course[name]]
    draw = random.Random(5)
    course["gpus"] = [round(0.05 + 0.8 * value / len(spans) + draw.uniform(0, 0.1), 3)
                      for value in course["training"]]
    course["cores"] = [round(0.2 + draw.uniform(0, 0.1), 3) for _ in range(cells)]
    timeline = {"seconds": end, "slots": len(spans), "rows": rows, "total": total, "course": course,
                "runs": [{"seconds": 0, "host": "n0", "job": 4711, "clock": 1.79e9,
                          "version": "0.1.0"}]}
    if sum(len(row) for row in spans) // 5 <= 6000:
        timeline["legs"] = spans
    else:
        timeline["cells"] = [cells_of(row, end) for row in spans]
    study["timeline"] = timeline
    training = {}
    for trial in study["trials"]:
        training[trial["state"]] = (
            training.get(trial["state"], 0) + trial["ended"] - trial["started"] - 0.2)
    study["budget"] = {
        "offered": total["offered"], "loading": total["loading"], "saving": total["saving"],
        "again": 0, "training": training,
        "idle": max(0, total["offered"] - sum(total[name] for name in names))}


def cells_of(row, end, cells=400):
    """The ninths of each stretch in which a slot trained, loaded and saved."""
    sums = [[0.0, 0.0, 0.0] for _ in range(cells)]
    for held, *times in zip(row[1::5], row[2::5], row[3::5], row[4::5]):
        for phase, from_, to in ((1, held, times[0]), (0, *times[:2]), (2, *times[1:])):
            for cell in range(int(from_ / end * cells), min(cells, int(to / end * cells) + 1)):
                begun, ended = cell * end / cells, (cell + 1) * end / cells
                share = max(0, min(to, ended) - max(from_, begun)) / (ended - begun)
                sums[cell][phase] += share
    return "".join(str(min(9, round(9 * share))) for sum_ in sums for share in sum_)


def hostile_study():
    """A study whose every text tries to become markup, script or a property of all objects."""
    study = generated_study(12, seed=4, study=HOSTILE, metric=HOSTILE, fidelity=HOSTILE,
                            algorithm=HOSTILE, version=HOSTILE)
    names = [HOSTILE, "__proto__", "constructor", "<b>bold</b>", "\u202eright to left", "&amp;",
             "a" * 300, "]]>", "<!--", "${1+1}", "\u2028"]
    study["parameters"] = names
    for index, trial in enumerate(study["trials"]):
        trial["configuration"] = {name: HOSTILE for name in names[index:]}
        trial["hosts"] = [HOSTILE]
        trial["reason"] = HOSTILE * 3 + "\n" + "long" * 200
        trial["state"] = ["failed", HOSTILE, "constructor"][index % 3]
    study["best"]["configuration"] = {name: HOSTILE for name in names}
    for failure in study["failures"]:
        failure.update(host=HOSTILE, reason=HOSTILE, output=HOSTILE * 2)
    for row in study["timeline"]["rows"]:
        row["host"] = HOSTILE
    study["origin"] = {"commands": [HOSTILE], "text": HOSTILE, "commit": HOSTILE, "file": HOSTILE,
                       "modules": HOSTILE, "hashes": [{"file": HOSTILE, "sha256": HOSTILE}]}
    study["plan"] = {"site": HOSTILE, "strategy": HOSTILE, "nodes": 1, "slots": 4,
                     "trials_at_a_time": 4, "time_limit": 3600, "forecast": {
                         "run_time": 100, "run_time_deviation": 1, "utilization": 0.9,
                         "gpu_hours": 1, "jobs": 1, "source": HOSTILE}}
    study["state"] = HOSTILE
    study["generated"] = HOSTILE
    study["counts"] = {"total": 12, "failed": 4}
    return study
