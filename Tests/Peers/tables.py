"""The tables that peers and Rung are compared on, in one form.

    python tables.py FOLDER    # writes NAME.csv.gz for each into FOLDER

They are read from the folder in the environment variable RUNG_DATA. Rung reads what is written,
peers what is loaded here, so both see the same rows, steps and seconds. In the form: parameters,
then `value_1`.. and, where the source has times, `elapsed_1`.. in seconds from the start; a
diverged step is `nan`. Sources and units are in the README of each data set there.
"""

import csv
import gzip
import math
import os
import sys
from dataclasses import dataclass, replace

import numpy as np


@dataclass
class Table:
    """Learning curves, one row for each configuration."""

    name: str
    goal: str  # minimize or maximize
    parameters: dict  # name -> (real | log | integer | log-integer, low, high), or list of values
    rows: list  # one dictionary of settings for each configuration
    values: np.ndarray  # rows x steps; nan: diverged
    seconds: np.ndarray  # rows x steps, elapsed; without times in the source one a step
    timed: bool
    ended: np.ndarray | None = None  # rows x steps; true past the end of a curve

    @property
    def steps(self):
        return self.values.shape[1]

    def best(self, row):
        """The best value over the complete curve of a row."""
        curve = self.values[row][np.isfinite(self.values[row])]
        if not len(curve):
            return math.nan
        return float(curve.max() if self.goal == "maximize" else curve.min())


def data_folder():
    folder = os.environ.get("RUNG_DATA")
    if not folder:
        sys.exit("set RUNG_DATA to the folder of the tabulated data sets")
    return folder


def read(path):
    with gzip.open(os.path.join(data_folder(), path), "rt", newline="") as file:
        return list(csv.DictReader(file))


def number(text):
    return float(text) if text not in ("", None) else math.nan


def matrix(records, pattern, steps):
    return np.array([[number(record.get(pattern % step)) for step in steps] for record in records])


def ranges(rows, kinds):
    """Ranges from the least to the largest value in the table."""
    found = {}
    for name, kind in kinds.items():
        column = [row[name] for row in rows]
        found[name] = kind if isinstance(kind, list) else (kind, min(column), max(column))
    return found


def settings(records, kinds):
    def value(text, kind):
        if isinstance(kind, list):
            return text
        return int(float(text)) if "integer" in kind else float(text)

    return [{name: value(record[name], kind) for name, kind in kinds.items()} for record in records]


def units(values):
    return np.tile(np.arange(1.0, values.shape[1] + 1), (values.shape[0], 1))


def make(name, goal, records, kinds, values, seconds=None):
    rows = settings(records, kinds)
    return Table(
        name=name,
        goal=goal,
        parameters=ranges(rows, kinds),
        rows=rows,
        values=values,
        seconds=units(values) if seconds is None else seconds,
        timed=seconds is not None,
    )


def numbered(records):
    """Rows without distinct settings: their number is the one parameter."""
    for number, record in enumerate(records):
        record["row"] = str(number)
    return records


LCBENCH = {
    "batch_size": "log-integer", "learning_rate": "log", "momentum": "real",
    "weight_decay": "real", "num_layers": "integer", "max_units": "log-integer",
    "max_dropout": "real",
}
TASKSET = {
    name: "log"
    for name in ("learning_rate", "epsilon", "l1", "l2", "linear_decay", "exponential_decay")
} | {"one_minus_beta1": "log", "one_minus_beta2": "log"}


def lcbench(task):
    records = read(f"lcbench_yahpo_surrogate/{task}.csv.gz")
    epochs = range(1, 51)
    return make(
        f"lcbench-{task.rsplit('_', 1)[0]}", "maximize", records, LCBENCH,
        matrix(records, "val_acc_%d", epochs), matrix(records, "elapsed_seconds_%d", epochs))


def taskset(task):
    records = read(f"taskset_rnn/{task}.csv.gz")
    for record in records:
        for beta in ("beta1", "beta2"):
            # 12 digits, so that 1 - 0.9 is 0.1.
            record[f"one_minus_{beta}"] = repr(round(1 - float(record[beta]), 12))
    # Step 0 is before training.
    return make(
        f"taskset-{task.removeprefix('imdb_')}", "minimize", records, TASKSET,
        matrix(records, "valid_loss_%d", range(1, 51)))


def finite(name):
    """The rows of a table that never diverge: what remains where NaN is treated alike."""
    table = CURVES[name]()
    kept = np.isfinite(table.values).all(axis=1)
    rows = [row for row, is_kept in zip(table.rows, kept) if is_kept]
    return replace(table, name=f"{name}-finite", rows=rows, values=table.values[kept],
                   seconds=table.seconds[kept])


def nlp():
    # The two runs that ended by themselves have no curve.
    records = numbered(
        [r for r in read("nas_bench_nlp_wikitext2/curves.csv.gz") if r["status"] == "OK"])
    epochs = range(1, 51)
    return make(
        "nlp-wikitext2", "minimize", records, {"row": "integer"},
        matrix(records, "val_loss_%d", epochs),
        np.cumsum(matrix(records, "seconds_%d", epochs), axis=1))


def metaqnn():
    records = numbered(read("neural_perf_prediction/metaqnn_cifar10.csv.gz"))
    return make("metaqnn", "maximize", records, {"row": "integer"},
                matrix(records, "acc_%d", range(1, 21)))


def resnets():
    # 50 epochs, counted from 0 in the source.
    records = read("neural_perf_prediction/deep_resnets_cifar10.csv.gz")
    return make("deep-resnets", "maximize", records, {"num_params": "log-integer", "lr": "log"},
                matrix(records, "acc_%d", range(50)))


def lstm():
    # 60 epochs, counted from 0 in the source.
    records = read("neural_perf_prediction/lstm_ptb.csv.gz")
    return make("lstm-ptb", "minimize", records, {"n_layer": "integer", "n_inputs": "integer"},
                matrix(records, "ep_%d", range(60)))


def alexnet():
    # Epoch 0 is before training.
    records = read("neural_perf_prediction/alexnet_imagenet.csv.gz")
    return make("alexnet", "maximize", records, {"lr": "log", "ss": "real"},
                matrix(records, "acc_%d", range(1, 501)))


def translation():
    # A curve that the trainer stopped holds its last value to checkpoint 300.
    records = numbered(read("nmt_hpo/curves_scratch_en_ja.csv.gz"))
    values = matrix(records, "dev_ppl_%d", range(1, 301))
    for curve in values:
        last = math.nan
        for step, value in enumerate(curve):
            last = curve[step] = last if math.isnan(value) else value
    return make("nmt-en-ja", "minimize", records, {"row": "integer"}, values)


CURVES = {
    **{
        f"lcbench-{task.rsplit('_', 1)[0]}": (lambda task=task: lcbench(task))
        for task in ("fashion_mnist_task189908", "airlines_task189354", "covertype_task7593",
                     "adult_task126025", "higgs_task167200")
    },
    "nlp-wikitext2": nlp,
    **{
        f"taskset-{task}": (lambda task=task: taskset(f"imdb_{task}"))
        for task in ("patch32_GRU64_avg_bs128", "patch32_VRNN64_tanh_avg_bs128",
                     "patch32_LSTM128_bs128", "patch128_LSTM128_avg_bs64",
                     "patch128_LSTM128_embed128_bs64", "patch32_VRNN64_relu_avg_bs128",
                     "patch32_IRNN64_relu_avg_bs128")
    },
    "metaqnn": metaqnn,
    "deep-resnets": resnets,
    "lstm-ptb": lstm,
    "alexnet": alexnet,
    "nmt-en-ja": translation,
    # Of the two tables with most diverged rows.
    **{
        f"{name}-finite": (lambda name=name: finite(name))
        for name in ("taskset-patch32_VRNN64_relu_avg_bs128",
                     "taskset-patch32_IRNN64_relu_avg_bs128")
    },
}

OPERATIONS = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]
EDGES = ["op_1_0", "op_2_0", "op_2_1", "op_3_0", "op_3_1", "op_3_2"]


def cells(task):
    """NAS-Bench-201: validation accuracy after 12 epochs for 12 times the seconds of one, and the
    mean validation accuracy after 200 as `final`."""
    records = read(f"nas_bench_201_table/{task}.csv.gz")
    seconds = 12 * matrix(records, "train_seconds_per_epoch%.0s", [0])
    table = make(f"nas201-{task}", "maximize", records, {edge: OPERATIONS for edge in EDGES},
                 matrix(records, "val_acc_12ep%.0s", [0]), seconds)
    runs = matrix(records, "val_acc_200ep_run%d", [1, 2, 3])
    table.final = np.nanmean(runs, axis=1)
    return table


def grid(task):
    """FCNet: the mean validation error of the four runs after 100 epochs; no times."""
    records = read(f"fcnet_final/{task}.csv.gz")
    # Every number is one of a few, so all are ordinal.
    names = ["activation_fn_1", "activation_fn_2", "batch_size", "dropout_1", "dropout_2",
             "init_lr", "lr_schedule", "n_units_1", "n_units_2"]
    words = {"activation_fn_1", "activation_fn_2", "lr_schedule"}
    rows = [{n: r[n] if n in words else float(r[n]) for n in names} for r in records]
    parameters = {n: sorted({row[n] for row in rows}) for n in names}
    values = np.mean(matrix(records, "valid_mse_100ep_run%d", [1, 2, 3, 4]), axis=1)[:, None]
    return Table(f"fcnet-{task}", "minimize", parameters, rows, values, units(values), False)


FINALS = {
    "nas201-cifar10_valid": lambda: cells("cifar10_valid"),
    "nas201-cifar100": lambda: cells("cifar100"),
    "fcnet-protein_structure": lambda: grid("protein_structure"),
    "fcnet-naval_propulsion": lambda: grid("naval_propulsion"),
}


def load(name):
    return (CURVES | FINALS)[name]()


def write(table, folder):
    """Writes a table in the one form, shortest digits that read back the same."""
    path = os.path.join(folder, f"{table.name}.csv.gz")
    steps = range(1, table.steps + 1)
    header = list(table.parameters) + [f"value_{step}" for step in steps]
    if table.timed:
        header += [f"elapsed_{step}" for step in steps]
    if hasattr(table, "final"):
        header.append("final")
    with gzip.open(path, "wt", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(header)
        for index, row in enumerate(table.rows):
            ended = [False] * table.steps if table.ended is None else table.ended[index]
            cells = list(row.values()) + [
                "" if past else repr(float(value)) for value, past in zip(table.values[index], ended)]
            if table.timed:
                cells += [repr(float(value)) for value in table.seconds[index]]
            if hasattr(table, "final"):
                cells.append(repr(float(table.final[index])))
            rows.writerow(cells)


def parameter(name, domain, evolves):
    if isinstance(domain, list):
        values = ", ".join(str(value) for value in domain)
        return f"  {name}: {{values: [{values}]{', architecture: true' if evolves else ''}}}"
    kind, low, high = domain
    scale = ", scale: log" if kind.startswith("log") else ""
    whole = kind.endswith("integer")
    number = int if whole else float
    return (f"  {name}: {{min: {number(low)!r}, max: {number(high)!r}{scale}, "
            f"type: {'integer' if whole else 'real'}}}")


def study(table, method, algorithm, stop, seed=1):
    """A study file of Rung that searches the table."""
    elapsed = ', elapsed: "elapsed_{epoch}"' if table.timed else ""
    lines = [
        f"name: {method}-{table.name.replace('_', '-').lower()}",
        f"metric: {{name: value, goal: {table.goal}}}",
        f"fidelity: {{name: epoch, min: 1, max: {table.steps}}}",
        "parameters:",
    ]
    lines += [parameter(name, domain, "evolution" in method)
              for name, domain in table.parameters.items()]
    lines += [
        "algorithm: " + algorithm,
        "trial: {command: [train]}",
        f"stop: {{{stop}}}",
        f"seed: {seed}",
        f'table: {{file: ../tables/{table.name}.csv.gz, metric: "value_{{epoch}}"{elapsed}}}',
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for make_table in (CURVES | FINALS).values():
        write(make_table(), folder)
