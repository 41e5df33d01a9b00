"""Protocol A: Syne Tune's legacy schedulers in its own simulator on the tables of curves.

    python run_synetune.py RESULTS [--seeds K] [--methods M,M] [--tables T,T] [--only WORD]...

PASHA's protocol: 4 workers, the study ends as the 256th trial starts (or as many as the table has
rows), running ones are cut; rows without replacement; eta 3, from 1 to the table's steps.

What is set otherwise than Syne Tune has it, so that the simulated time is the table's and nothing
else:

- the simulator's five delays of 0.05 s (`SimulatorConfig`) are 0;
- the real time of decisions is not added to the clock (`_advance_by_outside_time`);
- a stop or pause does not advance the clock by 2 ms (`_stop_or_pause_trial`);
- a sleep of the tuner lasts to the next event, not 5 s, in which results would wait;
- `StoppingCriterion(max_num_trials_started=N)` ends with trial N + 1 (it compares with `>`), so
  the criterion here is a function of its own;
- no first configuration in the middle of the space (`points_to_evaluate=[]`).

What is left as it is and matters: checkpoints (`support_checkpointing`, a resumed trial goes on);
reports of one moment are handled together before any worker is given new work; a worker that falls
free is given a promotion before a new trial; a quantile interpolates linearly and counts its own
entry. Syne Tune knows no diverged trial: a rung that meets NaN loses its order, and PASHA raises an
error. Here NaN is the worst finite value of the table, to the end of the curve.

Methods beside Syne Tune's own, to tell parts of a difference from the rest: those named `-paper`
have the papers' rule of promotion (see `PaperRule`) and get reports of one moment one by one;
`bohb-falkner` has log scales, continuous integers, and HpBandSter's least bandwidth and number of
points (see `scaled`); `mobster-64-unitless` has Rung's margin of the expected improvement (see
`Margin`). Methods named `-64` end as the 64th trial starts: a whole run of MOBSTER takes tens of
minutes.
"""

import argparse
import contextlib
import dataclasses
import io
import logging
import math
import os
import sys
import tempfile

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
logging.disable(logging.CRITICAL)

import numpy as np

import tables
from results import work

with contextlib.redirect_stdout(io.StringIO()):
    import syne_tune
    from syne_tune import Tuner
    from syne_tune.backend.simulator_backend.events import (
        CompleteEvent,
        OnTrialResultEvent,
        SimulatorState,
        StartEvent,
    )
    from syne_tune.backend.simulator_backend.simulator_backend import SimulatorConfig
    from syne_tune.blackbox_repository.blackbox import Blackbox
    from syne_tune.blackbox_repository.simulated_tabular_backend import UserBlackboxBackend
    from syne_tune.config_space import choice, loguniform, lograndint, randint, uniform
    from syne_tune.optimizer import legacy_baselines
    from syne_tune.optimizer.schedulers import legacy_hyperband
    from syne_tune.optimizer.schedulers.legacy_hyperband_pasha import PASHARungSystem
    from syne_tune.optimizer.schedulers.searchers.bayesopt.models.meanstd_acqfunc_impl import (
        EIAcquisitionFunction,
    )
    from syne_tune.optimizer.schedulers.searchers.kde import (
        legacy_multi_fidelity_searcher as kde,
    )
    from syne_tune.optimizer.schedulers.legacy_hyperband_promotion import PromotionRungSystem
    from syne_tune.optimizer.schedulers.legacy_hyperband_stopping import Rung
    from syne_tune.tuner_callback import TunerCallback
    import syne_tune.tuner

# The summary of all trials that it prints costs more than a run.
syne_tune.tuner.print_best_metric_found = lambda **_: None

WORKERS, TRIALS, ETA = 4, 256, 3
DOMAINS = {"real": uniform, "log": loguniform, "integer": randint, "log-integer": lograndint}


class TableBlackbox(Blackbox):
    """A table as Syne Tune looks it up."""

    def __init__(self, table, space):
        super().__init__(
            configuration_space=space,
            fidelity_space={"epoch": randint(1, table.steps)},
            objectives_names=["metric", "elapsed"],
        )
        self.names = list(table.parameters)
        self.row = {self.settings(row): index for index, row in enumerate(table.rows)}
        finite = table.values[np.isfinite(table.values)]
        worst = finite.max() if table.goal == "minimize" else finite.min()
        self.values = np.where(np.isfinite(table.values), table.values, worst)
        self.elapsed = table.seconds
        self.steps = np.arange(1, table.steps + 1)

    def settings(self, configuration):
        return tuple(configuration[name] for name in self.names)

    def _objective_function(self, configuration, fidelity=None, seed=None):
        index = self.row[self.settings(configuration)]
        return np.stack([self.values[index], self.elapsed[index]], axis=1)

    @property
    def fidelity_values(self):
        return self.steps

    def hyperparameter_objectives_values(self, predict_curves=False):
        raise NotImplementedError


class OneAtATime(SimulatorState):
    """Events of one moment, of which the tuner gets a single report at a time."""

    reported = None

    def next_until(self, time_until):
        if self.reported is not None:
            # The end of the trial belongs to its last report.
            top = self.event_heap[0] if self.event_heap else None
            if not (top and top[0] <= time_until and isinstance(top[2], CompleteEvent)
                    and top[2].trial_id == self.reported):
                self.reported = None
                return None
        found = super().next_until(time_until)
        if found and isinstance(found[1], OnTrialResultEvent):
            self.reported = found[1].trial_id
        return found


class TableBackend(UserBlackboxBackend):
    """The simulator whose clock knows the table's times only."""

    def __init__(self, one_at_a_time, **options):
        super().__init__(**options)
        if one_at_a_time:
            self._simulator_state = OneAtATime()

    def _advance_by_outside_time(self):
        pass

    def _schedule(self, trial_id, config):
        self._simulator_state.push(StartEvent(trial_id=trial_id), self._time_keeper.time())

    def _stop_or_pause_trial(self, trial_id, status):
        self._simulator_state.remove_events(trial_id)
        self._process_complete_event(trial_id, self._time_keeper.time(), status)


class TableTuner(Tuner):
    """A tuner that does not give the processor away when it sleeps."""

    def _sleep(self):
        for callback in self.callbacks:
            callback.on_tuning_sleep(0)


class Clock(TunerCallback):
    """Moves the clock to the next event while all workers are busy, and counts."""

    def on_tuning_start(self, tuner):
        self.backend = tuner.trial_backend
        keeper = self.backend.time_keeper
        tuner.scheduler.set_time_keeper(keeper)
        keeper.start_of_time()
        self.reports = 0
        self.seen = {}
        self.resource = 0
        self.seconds = 0.0

    def on_tuning_sleep(self, sleep_time):
        self.backend.time_keeper.advance_to(self.backend._simulator_state.event_heap[0][0])

    def on_trial_result(self, trial, status, result, decision):
        self.reports += 1
        self.resource = max(self.resource, int(result["epoch"]))
        self.seen.setdefault(trial.trial_id, []).append(result["metric"])

    def on_tuning_end(self):
        self.seconds = self.backend.time_keeper.time()


class CachedEpsilon(PASHARungSystem):
    """PASHA's rungs, which estimate the noise anew at each report; here only where a report lies
    in the epochs that the estimate reads, or these have changed. Its value is the same."""

    def _update_epsilon(self):
        above = self._rungs[-self.current_rung_idx].level
        below = self._rungs[-self.current_rung_idx + 1].level
        epochs = range(below + 1, above + 1)
        read = (below, above, sum(len(self.epoch_to_trials.get(epoch, ())) for epoch in epochs))
        if read != getattr(self, "read", None):
            self.read = read
            super()._update_epsilon()


legacy_hyperband.RUNG_SYSTEMS["pasha"] = CachedEpsilon


class PaperRule:
    """The papers' rule in place of Syne Tune's: of n in a rung the best floor(n / eta) go on.

    Syne Tune's linear quantile lets the best ceil(n / eta) through, from the second entry on, and
    all that equal the last of them; from the highest rung below the maximum not 1 / eta but level /
    maximum (27 of 50), since its quantile is the ratio of two levels (`promote_quantiles`). Here
    equals rank by trial. In the stopping type one goes on at least, its equals too, and all do
    until there are eta."""

    find = PromotionRungSystem._find_promotable_trial
    quantile = Rung.quantile

    @staticmethod
    def promotable(rungs, rung):
        sign = 1 if rungs._mode == "min" else -1
        ranked = sorted(
            enumerate(rung.data),
            key=lambda item: (sign * item[1].metric_val, int(item[1].trial_id)))
        for place, entry in ranked[: len(ranked) // ETA]:
            if not entry.was_promoted:
                return entry.trial_id, place
        return None

    @staticmethod
    def cutoff(rung):
        count = len(rung.data)
        return None if count < ETA else rung.data[max(1, count // ETA) - 1].metric_val

    @classmethod
    def use(cls, yes):
        PromotionRungSystem._find_promotable_trial = cls.promotable if yes else cls.find
        Rung.quantile = cls.cutoff if yes else cls.quantile


class Margin:
    """The margin by which the best is to be improved on: 0.01 of the deviation of all values that
    the model was given, in place of 0.01 of the metric's unit (`jitter`)."""

    create = EIAcquisitionFunction.__init__

    def relative(function, predictor, *arguments, jitter=0.01, **options):
        Margin.create(function, predictor, *arguments, jitter=jitter * predictor.std, **options)

    @classmethod
    def use(cls, yes):
        EIAcquisitionFunction.__init__ = cls.relative if yes else cls.create


class TableKDE(kde.LegacyMultiFidelityKernelDensityEstimator):
    """Syne Tune's density model, which knows no restriction to rows (`restrict_configurations` is
    "not supported here"): each configuration it proposes becomes the nearest row, in the model's
    own features, that was not proposed before. The choice among its 64 candidates is its own."""

    def __init__(self, *arguments, rows, **options):
        super().__init__(*arguments, **options)
        self.free = list(rows)
        self.features = np.array([self._to_feature(row) for row in rows])

    def get_config(self, **context):
        if not self.free:
            return None
        proposed = super().get_config(**context)
        if proposed is None:
            return None
        distance = np.abs(self.features - self._to_feature(proposed)).sum(axis=1)
        nearest = int(distance.argmin())
        self.features = np.delete(self.features, nearest, axis=0)
        return {**proposed, **self.free.pop(nearest)}


def scaled(table):
    """The table with every number continuous, on the scale of its parameter: as BOHB's authors
    have it, while Syne Tune's densities take a number on a log scale as it is, and an integer for
    one of unordered choices."""
    kinds = {name: domain[0] for name, domain in table.parameters.items()}
    rows = [
        {name: math.log(value) if kinds[name].startswith("log") else float(value)
         for name, value in row.items()}
        for row in table.rows]
    parameters = tables.ranges(rows, {name: "real" for name in kinds})
    return dataclasses.replace(table, rows=rows, parameters=parameters)


def space(table):
    found = {}
    for name, domain in table.parameters.items():
        words = isinstance(domain, list)
        found[name] = choice(domain) if words else DOMAINS[domain[0]](*domain[1:])
    return found


def scheduler(method, table, seed):
    PaperRule.use(method.endswith("-paper"))
    Margin.use(method.endswith("-unitless"))
    method = method.removesuffix("-paper").removesuffix("-unitless")
    common = {
        "metric": "metric",
        "mode": "max" if table.goal == "maximize" else "min",
        "resource_attr": "epoch",
        "max_resource_attr": "epochs",
        "grace_period": 1,
        "reduction_factor": ETA,
        "random_seed": seed,
        "points_to_evaluate": [],
    }
    domain = {**space(table), "epochs": table.steps}
    restricted = {"debug_log": False, "restrict_configurations": [dict(row) for row in table.rows]}
    if method in ("asha-promotion", "asha-stopping"):
        return legacy_baselines.ASHA(
            domain, type=method.removeprefix("asha-"), search_options=restricted, **common)
    if method == "pasha":
        return legacy_baselines.PASHA(domain, search_options=restricted, **common)
    if method in ("mobster", "pasha-bo"):
        return legacy_baselines.LegacyHyperbandScheduler(
            domain, searcher="bayesopt", type="promotion" if method == "mobster" else "pasha",
            search_options=restricted, **common)
    if method in ("bohb", "bohb-falkner"):
        # The model waits until more of the best 15 % than dimensions are known, unless the least
        # number of points is larger than the number of dimensions, as HpBandSter's is.
        settings = {} if method == "bohb" else {
            "num_min_data_points": len(table.parameters) + 1, "min_bandwidth": 1e-3}
        points = common.pop("points_to_evaluate")
        searcher = TableKDE(
            domain, metric="metric", mode=common["mode"], points_to_evaluate=points,
            random_seed=seed, debug_log=False, allow_duplicates=True, rows=table.rows, **settings)
        return legacy_baselines.LegacyHyperbandScheduler(
            domain, searcher=searcher, type="promotion", **common)
    raise ValueError(method)


def run(method, table, seed):
    np.random.seed(seed)
    clock = Clock()
    if method == "bohb-falkner":
        table = scaled(table)
    trials = min(64 if "-64" in method else TRIALS, len(table.rows))
    method = method.replace("-64", "")
    blackbox = TableBlackbox(table, space(table))
    tuner = TableTuner(
        trial_backend=TableBackend(
            one_at_a_time=method.endswith("-paper"), blackbox=blackbox,
            elapsed_time_attr="elapsed", max_resource_attr="epochs", seed=0,
            simulator_config=SimulatorConfig(0, 0, 0, 0, 0)),
        scheduler=scheduler(method, table, seed),
        n_workers=WORKERS,
        sleep_time=0,
        stop_criterion=lambda status: status.num_trials_started >= trials,
        callbacks=[clock],
        results_update_interval=1e9,
        print_update_interval=1e9,
        save_tuner=False,
    )
    with contextlib.redirect_stdout(io.StringIO()):
        tuner.run()
    sign = 1 if table.goal == "maximize" else -1
    best = {trial: max(sign * value for value in seen) for trial, seen in clock.seen.items()}
    winner = max(best, key=lambda trial: (best[trial], -trial))
    row = blackbox.row[blackbox.settings(tuner.trial_backend._trial_dict[winner].config)]
    return {
        "final": table.best(row),
        "best_seen": sign * best[winner],
        "best_row": row,
        "makespan": clock.seconds,
        "max_resource": clock.resource,
        "trials": min(tuner.tuning_status.num_trials_started, trials),
        "reports": clock.reports,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("results")
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--methods", default="asha-promotion,asha-stopping,pasha,bohb")
    parser.add_argument("--tables", default=",".join(tables.CURVES))
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--seconds", type=float, help="begin no further run after so long")
    arguments = parser.parse_args()

    def jobs():
        for name in arguments.tables.split(","):
            table = tables.load(name)
            for method in arguments.methods.split(","):
                # A model needs more to go by than a row's number.
                if method.split("-")[0] in ("bohb", "mobster") and "row" in table.parameters:
                    continue
                for seed in range(1, arguments.seeds + 1):
                    yield ("syne-tune", syne_tune.__version__, method, name, seed,
                           lambda: run(method, table, seed))

    with tempfile.TemporaryDirectory() as folder:
        os.environ["SYNETUNE_FOLDER"] = folder
        work(arguments.results, jobs(), arguments.only, arguments.seconds)


if __name__ == "__main__":
    sys.exit(main())
