"""What PASHA decides in Syne Tune, recorded: Tests/SchedulersTests/Goldens/pasha.txt.

    pip install syne_tune==0.14.2 autograd==1.9.1 numpy==1.26.4 pandas==3.0.6 scikit-learn==1.9.1 scipy==1.15.2
    python pasha_reference.py > ../SchedulersTests/Goldens/pasha.txt

A line is a run: `eta min max rule:` and what happened, in order:

    +             a free slot starts the next trial
    >TRIAL:BUDGET a free slot resumes a paused trial up to a budget
    TRIAL@EPOCH=V a running trial reports the loss V / 1000
    p, c          after a report: the trial pauses, or has had its full budget
    ^BUDGET       after a report: the largest budget grew
    ~THRESHOLD    after a report: the threshold of soft ranking changed
    TRIALx        a running trial fails

Two accidents are taken out. The trials of an epoch are kept in a set of strings, so that the pairs,
and with them the threshold, follow Python's hash seed: here they are in order, the earlier trial
first (the later one where the metric is to be maximised: of two that are equal, `p1 > p2` then holds
for the same). With the rule
`paper`, trials are promoted as in Algorithm 2 of Li et al. (the best n // eta, ties to the earlier
trial), not by an interpolated quantile, which is the rule `syne`.
"""

import datetime
import logging
import random

logging.disable(logging.CRITICAL)

from syne_tune.backend.trial_status import Trial  # noqa: E402
from syne_tune.config_space import uniform  # noqa: E402
from syne_tune.optimizer.schedulers import legacy_hyperband  # noqa: E402
from syne_tune.optimizer.schedulers.legacy_hyperband_pasha import PASHARungSystem  # noqa: E402

ETA = 3


class Trials(list):
    """The trials of an epoch, in order."""

    def __init__(self, mode):
        self.mode = mode

    def add(self, trial_id):
        if trial_id not in self:
            self.append(trial_id)
            self.sort(key=int, reverse=self.mode == "max")


class Epochs(dict):
    def __init__(self, mode):
        self.mode = mode

    def __setitem__(self, epoch, _):
        super().__setitem__(epoch, Trials(self.mode))


class Syne(PASHARungSystem):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.epoch_to_trials = Epochs(self._mode)


class Paper(Syne):
    def _find_promotable_trial(self, rung):
        sign = 1 if self._mode == "min" else -1
        ranked = sorted(enumerate(rung.data), key=lambda e: (sign * e[1].metric_val, int(e[1].trial_id)))
        for position, entry in ranked[: len(ranked) // ETA]:
            if not entry.was_promoted:
                return entry.trial_id, position
        return None


def curve(source, kind):
    """The loss of one trial by epoch, in thousandths."""
    if kind == "levels":
        return lambda epoch: source.randint(0, 3) * 100
    if kind == "chaos":
        return lambda epoch: source.randint(0, 999)
    quality, speed = source.randint(50, 800), source.uniform(0.3, 2)
    noise = {"smooth": 0, "quiet": 4, "noisy": 40, "ties": 0}[kind]
    step = 50 if kind == "ties" else 1

    def loss(epoch):
        value = quality + 900 * epoch**-speed / 3 + source.gauss(0, 1) * noise
        return int(value) // step * step

    return loss


def play(seed):
    global ETA
    source = random.Random(seed)
    ETA = source.choice([2, 3, 3, 4])
    least = source.choice([1, 1, 1, 2])
    most = least * ETA ** source.randint(2, 3) + source.choice([0, 1, 7]) + (1 if source.random() < 0.5 else 0)
    most = max(most, least * ETA**2 + 1)
    rule = source.choice(["syne", "paper"])
    mode = source.choice(["min", "max"])
    sign = 1 if mode == "min" else -1
    kind = source.choice(["levels", "chaos", "smooth", "quiet", "noisy", "ties"])
    failing = source.choice([0, 0, 0.005])
    legacy_hyperband.RUNG_SYSTEMS["pasha"] = Syne if rule == "syne" else Paper
    scheduler = legacy_hyperband.LegacyHyperbandScheduler(
        {"x": uniform(0, 1)}, searcher="random", metric="loss", mode=mode, resource_attr="epoch",
        max_t=most, type="pasha", grace_period=least, reduction_factor=ETA, random_seed=seed,
        search_options={"debug_log": False},
    )
    system = scheduler.terminator._rung_systems[0]
    trials, curves, epochs, slots = [], [], [], [None] * source.randint(1, 8)
    words, reports, most_reports = [f"{ETA} {least} {most} {rule}:"], 0, source.randint(40, 240)
    largest, threshold = system.current_max_t, 0.0

    def fill(slot):
        suggestion = scheduler.suggest(len(trials))
        if suggestion.spawn_new_trial_id:
            slots[slot] = len(trials)
            trials.append(Trial(len(trials), suggestion.config, datetime.datetime.now()))
            scheduler.on_trial_add(trials[-1])
            curves.append(curve(source, kind))
            epochs.append(0)
            words.append("+")
        else:
            slots[slot] = int(suggestion.checkpoint_trial_id)
            words.append(f">{slots[slot]}:{system._running[str(slots[slot])]['milestone']}")

    while reports < most_reports:
        slot = source.randrange(len(slots))
        if slots[slot] is None:
            fill(slot)
            continue
        number = slots[slot]
        if source.random() < failing:
            scheduler.on_trial_error(trials[number])
            slots[slot] = None
            words.append(f"{number}x")
            continue
        epochs[number] += 1
        value = curves[number](epochs[number])
        result = {"loss": sign * value / 1000, "epoch": epochs[number]}
        decision = scheduler.on_trial_result(trials[number], result)
        reports += 1
        word = f"{number}@{epochs[number]}={value}"
        if decision == "PAUSE":
            word += "p"
        elif decision == "STOP":
            word += "c"
            scheduler.on_trial_complete(trials[number], result)
        if system.current_max_t != largest:
            largest = system.current_max_t
            word += f"^{largest}"
        if float(system.epsilon) != threshold:
            threshold = float(system.epsilon)
            word += f"~{threshold!r}"
        words.append(word)
        if decision != "CONTINUE":
            # Whoever frees a slot is the next to ask.
            fill(slot)
    return " ".join(words)


if __name__ == "__main__":
    for seed in range(120):
        print(play(seed))
