"""Resource allocation of early-stopping methods, from a machine model.

    python aach.py FOLDER [--seeds K]

Source: Aach et al., "Optimal Resource Allocation for Early Stopping-based Neural Architecture Search
Methods", AutoML 2023: imagenet16-120 on the size space of NATS-Bench, up to 90 epochs, on JURECA-DC.
The paper states neither the type of the schedule nor its grace period. Here ASHA is of the stopping
type, as Ray Tune's is, which the authors used, with eta 3; learning curves are those of `--objective
curves`, and every epoch of every architecture takes the same time.

The model, a trial that has GPUs for itself: the share BUSY of an epoch is work of a GPU, divided
among the GPUs of the trial; in the rest none works (data, checkpoints). Trials that share a GPU fill
each other's pauses until MOST of it is used.

Fitted: BUSY and MOST are the utilisations of table 1 for 1 and 8 trials a GPU without batch scaling;
the seconds of an epoch come from the first run times of table 1 and of figure 5 (there, on sixteen
nodes, it takes 1.4 times as long); the grace period of 5 from the ratio of the last run time of
figure 5 to the first. Predicted: the other run times and utilisations. Figure 1 implies a longer
grace period, 20, which is fitted to ASHA's 0.75 on 32 GPUs; its other efficiencies are predicted.
"""

import argparse
import os

from simulations import Studies, mean, spread, table

# Seconds of an epoch, in table 1 and in figure 5.
EPOCH, DISTRIBUTED_EPOCH = 16.2, 22.6
# The grace period, and that of figure 1.
GRACE, LONGER_GRACE = 5, 20
BUSY, MOST = 0.38, 0.86
# Table 1 without batch scaling, by trials a GPU, and figure 5, by GPUs a trial.
SHARED = {1: (18_817, 38), 2: (10_583, 79), 4: (8_524, 83), 8: (8_996, 86)}
SPREAD = {1: 2_601, 2: 3_021, 4: 4_148, 8: 7_886, 16: 13_711}
METHODS = {
    "RAND": "random",
    "HB": "{name: hyperband, eta: 3}",
    "BOHB": "{name: bohb, eta: 3}",
    "ASHA": "{name: asha, eta: 3, type: stopping}",
}
COUNTS = (1, 2, 4, 8, 16, 32, 64)


def sharing(trials):
    """How much longer an epoch takes when so many trials share a GPU."""
    return max(1, trials * BUSY / MOST)


def efficiency(gpus):
    """Of data-parallel training: only what a GPU does is divided."""
    return 1 / (gpus * (BUSY / gpus + 1 - BUSY))


def study(algorithm, samples, gpus=1, trials=1, epoch=EPOCH, grace=GRACE,
          longest=90):
    # The built-in objective takes a second an epoch.
    model = f"sharing: {{{trials}: {epoch * sharing(trials):.4f}}}"
    if gpus > 1:
        model = f"efficiency: {{{gpus}: {efficiency(gpus) / epoch:.6f}}}"
    return "\n".join([
        "name: aach",
        "metric: {name: accuracy, goal: maximize}",
        f"fidelity: {{name: epoch, min: {grace}, max: {longest}}}",
        "space: nats-bench-size",
        f"algorithm: {algorithm}",
        f"trial: {{command: [train], gpus: {gpus if trials == 1 else 1 / trials}}}",
        f"model: {{{model}}}",
        f"stop: {{trials: {samples}}}",
        "seed: 1",
    ]) + "\n"


class Machine:
    def __init__(self, folder, seeds):
        self.studies = Studies(os.path.join(folder, "aach"))
        self.seeds = seeds

    def times(self, name, text, slots):
        runs = self.studies.runs(
            name, text, self.seeds, "--slots", slots, "--objective", "curves")
        return [run["makespan_seconds"] for run in runs], runs

    def shared(self):
        for trials, (paper, utilisation) in SHARED.items():
            found, runs = self.times(
                f"shared-{trials}", study(METHODS["ASHA"], 64, trials=trials), trials)
            used = mean([
                run["reports"] * EPOCH * BUSY / run["makespan_seconds"] for run in runs])
            yield [trials, spread(found, 0), f"{paper:,}", f"{mean(found) / paper:.2f}",
                   f"{100 * used:.0f} %", f"{utilisation} %"]

    def distributed(self):
        for gpus, paper in SPREAD.items():
            found, _ = self.times(
                f"spread-{gpus}", study(METHODS["ASHA"], 256, gpus=gpus, epoch=DISTRIBUTED_EPOCH),
                64 // gpus)
            yield [gpus, spread(found, 0), f"{paper:,}", f"{mean(found) / paper:.2f}"]

    def scaling(self):
        for grace in (LONGER_GRACE, GRACE):
            for label, algorithm in METHODS.items():
                yield self.efficiencies(f"{label}, from {grace} to 90", algorithm, grace)
        yield self.efficiencies(
            "ASHA, promotion, from 1 to 81", "{name: asha, eta: 3, type: promotion}", 1, 81)

    def efficiencies(self, label, algorithm, grace, longest=90):
        row = [label]
        for slots in COUNTS:
            text = study(algorithm, 128, grace=grace, longest=longest)
            found, _ = self.times(f"{label.replace(', ', '-').replace(' ', '-')}-{slots}", text, slots)
            base = mean(found) if slots == 1 else base
            row.append(f"{base / mean(found) / slots:.2f}")
        return row


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--seeds", type=int, default=30)
    arguments = parser.parse_args()
    machine = Machine(arguments.folder, arguments.seeds)
    table(["trials a GPU", "run time (s)", "paper", "ratio", "GPU utilisation", "paper"],
          machine.shared())
    table(["GPUs a trial", "run time (s)", "paper", "ratio"], machine.distributed())
    table(["parallel efficiency", *(f"{slots} GPUs" for slots in COUNTS)], machine.scaling())


if __name__ == "__main__":
    main()
