"""What a trial of Rung sees and says, in Python: one file without dependencies.

    import rung

    trial = rung.trial()                       # .config, .checkpoint_dir, .resumed_from
    for epoch in trial.epochs():               # from resumed_from + 1, while the study wants more
        ...                                    # train one epoch
        save(trial.checkpoint_dir)             # before reporting; write beside, then rename
        trial.report(epoch, val_accuracy=accuracy)

A process that is to train one trial after another, with its imports and its GPU context kept, says
`for trial in rung.trials():` in place of the second line.

A training that PyTorch Lightning or the Trainer of Hugging Face runs takes `rung.LightningCallback()` or
`rung.TrainerCallback()`; this file imports neither unless they are called.

Rung itself puts this file on the `PYTHONPATH` of each trial. Run by hand, without Rung, the same
script takes its configuration from `--name value` or `name=value` on the command line, prints what
it would report, and keeps its checkpoint in the folder `rung-checkpoint`.
"""

import json
import os
import re
import socket
import sys
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Union

__all__ = ["LightningCallback", "Trial", "TrainerCallback", "trial", "trials"]

PROTOCOL = 1
"""The version of the JSON lines that are spoken over `RUNG_SOCKET`."""

LOCAL_CHECKPOINT = "rung-checkpoint"
"""The folder of the checkpoint, in the working directory, where Rung has given none."""

Metric = Union[int, float]


class Trial:
    """One configuration in training: what to train, how far, and whom to tell.

    Made by `trial()` and `trials()`, not by its initializer. It is used from one thread. After a
    fork, only one of the processes may go on using it.

    Attributes:
        config: The configuration: name to number, word or truth value. A parameter that is
            inactive (its `when` does not hold) is left out.
        id: The trial's number within the study; 0 by hand.
        attempt: Which try at this trial it is, as Rung counts them; 0 by hand.
        resumed_from: The last epoch in the checkpoint to go on from; 0 without one, which means
            a start from scratch.
        until: The last epoch of this leg, at which a decision is due. A decision to go on moves it.
        max_epoch: The last epoch of the study: the length of a learning-rate schedule. By hand,
            without `RUNG_FIDELITY_MAX`, the number that `epochs()` was given; 1 before.
        trial_dir: The path of the trial's own scratch folder on this node.
        stage: The path of the folder that holds what the study's `trial.stage` names, to be read only;
            `None` by hand, and in a study that stages nothing.
        seed: 0 in the search and by hand; 1, 2 and so on in the trainings of the winner.
        scale: Of each setting that follows the trial's GPUs (the study's `trial.scale`): `base`, the
            value that the search chose; `value`, that in `config`; and `warmup` where it is to rise
            gradually. Empty by hand, and in a study that scales nothing.
    """

    config: Dict[str, Any]
    id: int
    attempt: int
    resumed_from: int
    until: int
    max_epoch: int
    trial_dir: str
    stage: Optional[str]
    seed: int
    scale: Dict[str, Dict[str, Any]]

    def __init__(
            self, start: "_Start", agent: "Optional[_Agent]",
            broadcast: Optional[Callable[[Any], Any]] = None) -> None:
        """Takes its state from `start`; speaks to `agent`, or prints where there is none.

        With `broadcast`, the first rank does so for all.
        """
        self.config = start.config
        self.id = start.id
        self.attempt = start.attempt
        self.resumed_from = start.resumed_from
        self.max_epoch = 1 if start.max_epoch is None else start.max_epoch
        self.until = self.max_epoch if start.until is None else start.until
        self.trial_dir = start.trial_dir
        self.stage = os.environ.get("RUNG_STAGE") or None
        self.seed = start.seed
        self.scale = start.scale
        self._knows_max = start.max_epoch is not None
        self._knows_until = start.until is not None or self._knows_max
        self._checkpoint_dir = start.checkpoint_dir
        self._fidelity = os.environ.get("RUNG_FIDELITY_NAME") or "epoch"
        self._checkpoint_every = _environment_int("RUNG_CHECKPOINT_EVERY")
        self._agent = agent
        self._broadcast = broadcast
        self._last_epoch = self.resumed_from
        self._is_held = False
        self._has_ended = False
        self._has_left = False

    def __repr__(self) -> str:
        """The trial's number, where it stands, and its configuration."""
        return "<rung trial %d, attempt %d, epochs %d to %d: %r>" % (
            self.id, self.attempt, self.resumed_from + 1, self.until, self.config)

    @property
    def checkpoint_dir(self) -> str:
        """The path of the folder whose contents are the trial's checkpoint; it exists.

        Whatever lies there when a report is made is the checkpoint of that epoch: save before
        reporting, under another name, then rename. By hand it is `rung-checkpoint` in the working
        directory, made when first asked for.

        Raises:
            OSError: The folder cannot be made.
        """
        os.makedirs(self._checkpoint_dir, exist_ok=True)
        return self._checkpoint_dir

    @property
    def checkpoint_parts(self) -> List[str]:
        """The folders of every rank's part of the checkpoint, by rank; one where a trial has one.

        A trial that goes on finds there what each rank of its last process left, on every node and
        whatever the number of ranks is now; some may be empty. The state that rank 0 saved for all
        is in the first.
        """
        folder = self.checkpoint_dir
        if "WORLD_SIZE" not in os.environ or not os.path.basename(folder).startswith("rank-"):
            return [folder]
        parent = os.path.dirname(folder)
        ranks = sorted(int(name[5:]) for name in os.listdir(parent)
                       if name.startswith("rank-") and name[5:].isdigit())
        return [os.path.join(parent, "rank-%d" % rank) for rank in ranks]

    def epochs(self, default: Optional[int] = None) -> Iterator[int]:
        """The epochs to train: from `resumed_from + 1` on, while the study wants more.

        Ends when a report has brought the decision to pause or to stop, when Rung has gone, or
        after `max_epoch`. It does not end at `until`, since the decision that is due there may be
        to go on. Where nobody decides (by hand, or where Rung reads the printed lines) it ends at
        `until`. A second call goes on behind the last epoch of the first.

        Args:
            default: The last epoch by hand, where `RUNG_FIDELITY_MAX` is not set; `max_epoch` has
                this value once the call returns. One epoch where this is missing too.
        """
        if not self._knows_max:
            if default is None:
                _note("RUNG_FIDELITY_MAX is not set, so one %s is trained; set it, or give "
                      "epochs() a number" % self._fidelity)
            else:
                self.max_epoch = int(default)
                if not self._knows_until:
                    self.until = self.max_epoch
            self._knows_max = self._knows_until = True
        return self._generate_epochs()

    def report(self, epoch: int, **metrics: Metric) -> bool:
        """Tells Rung what the network is worth after `epoch`, and hears whether to go on.

        Returns at once, unless a decision is due: at `until` and beyond, at each multiple of the
        study's `checkpoint.every`, and when Rung has asked the trial to hold. Then it waits for
        the answer, as long as that takes. Does not check the order of the epochs.

        Args:
            epoch: The epoch just trained, counted from 1.
            metrics: The study's metric, and any others to record: numbers, or what `float` makes
                a number of (a scalar of NumPy or PyTorch). NaN and infinities are allowed; NaN is
                how a diverged training is reported.

        Returns:
            Whether training should go on; `epochs()` ends by itself when it should not. By hand,
            where no last epoch is known, always true.

        Raises:
            TypeError: A metric, or the epoch, is not a number; the message names it.
            ValueError: A metric has the name of the epoch itself.
            RuntimeError: Rung's answer cannot be understood.
        """
        epoch = _whole_number("the %s" % self._fidelity, epoch)
        if self._fidelity in metrics:
            raise ValueError(
                "metric '%s' has the name in which the study counts its epochs; report it under "
                "another name" % self._fidelity)
        report: Dict[str, Metric] = {self._fidelity: epoch}
        for name, value in metrics.items():
            report[name] = _number(name, value)
        if self._has_left:
            return False
        if self._broadcast is not None:
            return self._report_for_all(epoch, report, self._broadcast)
        if self._agent is None:
            return self._print(epoch, report)
        self._tell(epoch, report, self._agent)
        return not self._has_ended and epoch < self.max_epoch

    def _tell(self, epoch: int, report: Dict[str, Metric], agent: "_Agent") -> None:
        """Sends a report, and waits for the answer where one is due."""
        self._hear(agent)
        if self._is_held:
            # Tells this report from one that crossed the request.
            report["waiting"] = True
        agent.send(report)
        self._await_decision(epoch, agent)
        self._mind_the_connection(agent)

    def _report_for_all(
            self, epoch: int, report: Dict[str, Metric],
            broadcast: Callable[[Any], Any]) -> bool:
        """Has the first rank report, and all follow what it hears."""
        if self._agent is not None:
            self._tell(epoch, report, self._agent)
        elif _rank() == 0:
            self._print(epoch, report)
        self._has_ended, self.until = broadcast([self._has_ended, self.until])
        return not self._has_ended and epoch < self.max_epoch

    def warmed(self, name: str, epochs: float) -> Any:
        """The value of a setting after so many epochs of training, where it rises gradually.

        With `learning_rate: {rule: linear, warmup: 5}` in the study's `trial.scale`, it rises in a
        straight line over five epochs, to the value that `config` has. Without a warm-up it is that
        value.

        Args:
            name: The parameter.
            epochs: Epochs trained so far, fractions allowed: in each step of an epoch,
                `epoch - 1 + step / steps`; or `epoch - 1`, once an epoch.

        Raises:
            KeyError: `config` has no such setting.
        """
        value = self.config[name]
        warmup = self.scale.get(name, {}).get("warmup")
        if not warmup:
            return value
        share = max((epochs - warmup["since"]) / warmup["epochs"], 0.0)
        return value if share >= 1 else warmup["from"] + (value - warmup["from"]) * share

    def _generate_epochs(self) -> Iterator[int]:
        """The generator behind `epochs()`."""
        while True:
            # What the first rank hears unasked the others would not know.
            if self._agent is not None and self._broadcast is None:
                self._hear(self._agent)
            is_told = self._agent is not None or self._broadcast is not None
            limit = self.max_epoch if is_told else self.until
            if self._has_ended or self._last_epoch >= limit:
                return
            self._last_epoch += 1
            yield self._last_epoch

    def _print(self, epoch: int, report: Dict[str, Metric]) -> bool:
        """Prints a report as a program in any language would; the first rank speaks for all."""
        if _rank() == 0:
            print("[rung] " + json.dumps(report), flush=True)
        if self._knows_until and epoch >= self.until:
            self._has_ended = True
        return not self._has_ended

    def _hear(self, agent: "_Agent") -> None:
        """Takes in what Rung has said unasked, without waiting."""
        if self._has_ended:
            return
        for message in agent.messages_so_far():
            self._absorb(message)
        self._mind_the_connection(agent)

    def _await_decision(self, epoch: int, agent: "_Agent") -> None:
        """Waits for the answer to the report of `epoch`, if one is due.

        A request to hold that arrives meanwhile is for the next report: this one did not say that
        it waits because of it.
        """
        is_answered = False
        was_held = self._is_held
        while not is_answered and not self._has_ended and self._is_decision_due(epoch):
            message = agent.next_message()
            if message is None:
                return
            if "decision" in message:
                is_answered = message.get("epoch", epoch) >= epoch
            self._absorb(message)
        if is_answered and was_held:
            self._is_held = False

    def _mind_the_connection(self, agent: "_Agent") -> None:
        """Takes the loss of the connection for the decision to stop."""
        if agent.is_closed and not self._has_ended:
            _note("the agent has closed the connection, so trial %d ends here" % self.id)
            self._has_ended = True

    def _is_decision_due(self, epoch: int) -> bool:
        """Whether Rung answers a report of `epoch`."""
        every = self._checkpoint_every
        return self._is_held or epoch >= self.until or (every > 0 and epoch > 0 and epoch % every == 0)

    def _absorb(self, message: Dict[str, Any]) -> None:
        """Follows one message; what it does not know it leaves, for the sake of later versions."""
        if message.get("hold"):
            self._is_held = True
        if "decision" not in message:
            return
        decision = message["decision"]
        if decision in ("pause", "stop"):
            self._has_ended = True
        elif decision == "continue":
            self.until = int(message.get("until", self.until))
        else:
            raise RuntimeError(
                "Rung decided '%s', which this rung.py does not know; use the rung.py that came "
                "with it" % decision)

    def _leave(self) -> None:
        """Ends the trial for this process: later reports are neither sent nor heard."""
        self._has_ended = True
        self._has_left = True


def trial(broadcast: Optional[Callable[[Any], Any]] = None) -> Trial:
    """The trial that this process was started for; the same object at each call.

    Inside of `for trial in rung.trials():` it is the trial of that round.

    Args:
        broadcast: In a trial with `launch: step`, a function that every rank calls with a value
            and that returns the first rank's, such as `MPI.COMM_WORLD.bcast`. Each `report` calls
            it once, so every rank must report every epoch. Without it the first rank prints its
            reports, nobody hears decisions, and each rank trains to `until`.

    Raises:
        ConnectionError: Rung, which started this process, can no longer be reached.
        OSError: The file that `RUNG_CONFIG` names cannot be read.
        ValueError: That file, or a number in a `RUNG_` variable, is not what it should be.
    """
    global _current
    if _current is None:
        is_step = "RUNG_RANK" in os.environ
        speaks = not is_step or (broadcast is not None and _rank() == 0)
        agent = _Agent.connect(is_warm=False) if speaks else None
        _current = Trial(_Start.from_environment(), agent, broadcast if is_step else None)
    return _current


def trials() -> Iterator[Trial]:
    """The trials that this process trains, one after another; by hand, one.

    Keeps the process warm: what the script has imported and loaded stays. When the loop's body
    has come to its end, the trial's leg is over, and Rung is asked for the next trial; until it
    comes, the process waits. The `RUNG_` variables and `TMPDIR` follow the trial. The loop ends
    when Rung has no more work for this process.

    Raises:
        RuntimeError: `trial()` has been called before, and has told Rung of one trial only.
        ConnectionError, OSError, ValueError: As for `trial()`.
    """
    global _current
    if _current is not None:
        raise RuntimeError("rung.trials() after rung.trial(): a script uses one or the other")
    agent = _Agent.connect(is_warm=True)
    start: Optional[_Start] = _Start.from_environment()
    while start is not None:
        _current = Trial(start, agent)
        yield _current
        _current._leave()
        start = None if agent is None else agent.next_start()


def LightningCallback(metrics: Optional[Mapping[str, str]] = None) -> Any:
    """A callback for PyTorch Lightning that makes a training this process's trial.

        callback = rung.LightningCallback()
        trainer = lightning.Trainer(callbacks=[callback])
        trainer.fit(model, ckpt_path=callback.ckpt_path)

    At the end of each epoch it saves `lightning.ckpt` in the trial's `checkpoint_dir`, reports what the
    modules have logged, and ends the training where Rung says so. The trainer's `max_epochs` becomes the
    trial's `max_epoch`; by hand it stays as it is. It takes the place of Lightning's own checkpoints
    where the trainer has no other. It is for strategies that save one file.

    Args:
        metrics: The names to report under, and Lightning's: `{"val_accuracy": "val/acc"}`. All numbers
            that were logged, under their own names, where it is left out.

    Returns:
        A `Callback` of Lightning's. `ckpt_path` is the checkpoint to go on from, or `None`; `trial` the
        trial.

    Raises:
        ImportError: Neither `lightning` nor `pytorch_lightning` is installed.
        ConnectionError, OSError, ValueError: As for `trial()`.
    """
    package = "pytorch_lightning"
    if package not in sys.modules or "lightning.pytorch" in sys.modules:
        package = "lightning.pytorch"
    try:
        base = _imported(package + ".callbacks").Checkpoint
    except ImportError:
        base = _imported("pytorch_lightning.callbacks").Checkpoint

    # As a checkpoint callback it comes behind the hooks of the module, which may log until then.
    class Callback(base):  # type: ignore[misc, valid-type]
        """Reports to Rung at the end of each epoch."""

        def __init__(self) -> None:
            """Takes this process's trial."""
            super().__init__()
            self.trial = trial()
            folder = self.trial.checkpoint_parts[0]
            self.ckpt_path: Optional[str] = (
                os.path.join(folder, "lightning.ckpt") if self.trial.resumed_from else None)

        def setup(self, trainer: Any, pl_module: Any, stage: str) -> None:
            """Has the trainer train as far as the study may want."""
            if stage == "fit":
                by_hand = trainer.max_epochs
                self.trial.epochs(by_hand if by_hand and by_hand > 0 else None)
                trainer.fit_loop.max_epochs = self.trial.max_epoch

        def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
            """Saves, reports, and ends the training where it should."""
            epoch = trainer.current_epoch + 1
            # Lightning ends the epoch of a checkpoint once more as it goes on from it.
            if epoch <= self.trial.resumed_from:
                return
            path = os.path.join(self.trial.checkpoint_dir, "lightning.ckpt")
            trainer.save_checkpoint(path + ".new")
            if trainer.is_global_zero:
                os.replace(path + ".new", path)
            if not _report_logged(self.trial, epoch, trainer.callback_metrics, metrics):
                trainer.should_stop = True

    return Callback()


def TrainerCallback(metrics: Optional[Mapping[str, str]] = None, evaluate: bool = True) -> Any:
    """A callback for the Trainer of Hugging Face that makes a training this process's trial.

        callback = rung.TrainerCallback()
        trainer = transformers.Trainer(model, arguments, callbacks=[callback], ...)
        trainer.train(resume_from_checkpoint=callback.checkpoint)

    At the end of each epoch it has the trainer evaluate and save, reports what was logged since the last
    one (`eval_loss` and others), and ends the training where Rung says so. The arguments' `output_dir`
    becomes the trial's `checkpoint_dir`, with one checkpoint unless `save_total_limit` says how many;
    `num_train_epochs` becomes the trial's `max_epoch`, but by hand stays as it is.

    Args:
        metrics: The names to report under, and the trainer's: `{"val_accuracy": "eval_accuracy"}`. All
            numbers that were logged, under their own names, where it is left out.
        evaluate: Whether the trainer evaluates at the end of each epoch, for which it needs a data set;
            otherwise it is made to log, and the training's `loss` is reported.

    Returns:
        A `TrainerCallback` of the package `transformers`. `checkpoint` is the checkpoint to go on from,
        or `None`; `trial` the trial.

    Raises:
        ImportError: `transformers` is not installed.
        ConnectionError, OSError, ValueError: As for `trial()`.
    """
    base = _imported("transformers").TrainerCallback

    class Callback(base):  # type: ignore[misc, valid-type]
        """Reports to Rung at the end of each epoch."""

        def __init__(self) -> None:
            """Takes this process's trial."""
            super().__init__()
            self.trial = trial()
            self.checkpoint: Optional[str] = (
                _newest_checkpoint(self.trial.checkpoint_parts[0])
                if self.trial.resumed_from else None)
            self._logged: Dict[str, Any] = {}
            self._ended_epoch: Optional[int] = None

        def on_init_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            """Has the trainer save where Rung looks, and train as far as the study may want."""
            by_hand = int(args.num_train_epochs)
            self.trial.epochs(by_hand if by_hand > 0 else None)
            args.num_train_epochs = self.trial.max_epoch
            args.output_dir = self.trial.checkpoint_dir
            if args.save_total_limit is None:
                args.save_total_limit = 1

        def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
            """Asks for what a report needs, which the trainer does behind this call."""
            self._ended_epoch = round(state.epoch)
            control.should_save = True
            if evaluate:
                control.should_evaluate = True
            else:
                control.should_log = True
            return control

        def on_log(
                self, args: Any, state: Any, control: Any, logs: Optional[Dict[str, Any]] = None,
                **kwargs: Any) -> None:
            """Keeps what the trainer logs, the results of evaluations among it."""
            self._logged.update(logs or {})

        def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
            """Reports, and ends the training where it should."""
            # A checkpoint in the middle of an epoch is the user's own.
            if self._ended_epoch is not None:
                epoch, self._ended_epoch = self._ended_epoch, None
                logged, self._logged = self._logged, {}
                if not args.should_save:
                    # The trainer removes old ones of the first rank alone.
                    _keep_newest_checkpoint(self.trial.checkpoint_dir)
                if not _report_logged(self.trial, epoch, logged, metrics):
                    control.should_training_stop = True
            return control

    return Callback()


def _imported(name: str) -> Any:
    """A module of another package, which only those who use it need to have."""
    import importlib
    return importlib.import_module(name)


def _report_logged(
        trial: Trial, epoch: int, logged: Mapping[str, Any],
        names: Optional[Mapping[str, str]]) -> bool:
    """Reports what a framework has logged; returns whether to go on.

    Raises:
        KeyError: A name of `names` was not logged.
    """
    if names is not None:
        missing = sorted(set(names.values()) - set(logged))
        if missing:
            raise KeyError("nothing was logged as '%s' in this epoch; there is %s" % (
                missing[0], ", ".join("'%s'" % name for name in sorted(logged)) or "nothing"))
        return trial.report(epoch, **{name: logged[other] for name, other in names.items()})
    report: Dict[str, Metric] = {}
    for name, value in logged.items():
        # Frameworks log the epoch too, as a fraction, and some log words.
        if name != trial._fidelity and name != "epoch":
            try:
                report[name] = _number(name, value)
            except TypeError:
                pass
    return trial.report(epoch, **report)


def _newest_checkpoint(folder: str) -> Optional[str]:
    """The checkpoint of most steps that the Trainer of Hugging Face has left in a folder."""
    steps = [int(name[11:]) for name in os.listdir(folder)
             if name.startswith("checkpoint-") and name[11:].isdigit()]
    return os.path.join(folder, "checkpoint-%d" % max(steps)) if steps else None


def _keep_newest_checkpoint(folder: str) -> None:
    """Removes all checkpoints but the last that the Trainer of Hugging Face has left in a folder."""
    import shutil
    newest = _newest_checkpoint(folder)
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if name.startswith("checkpoint-") and path != newest:
            shutil.rmtree(path, ignore_errors=True)


_current: Optional[Trial] = None


class _Start:
    """What a trial is told when it starts, from the environment or from Rung's message."""

    config: Dict[str, Any]
    id: int
    attempt: int
    resumed_from: int
    until: Optional[int]
    max_epoch: Optional[int]
    checkpoint_dir: str
    trial_dir: str
    seed: int
    scale: Dict[str, Dict[str, Any]]

    @staticmethod
    def from_environment() -> "_Start":
        """The start of this process; where there is no Rung, as the command line has it."""
        start = _Start()
        path = os.environ.get("RUNG_CONFIG")
        if path:
            with open(path, encoding="utf-8") as file:
                start.config = json.load(file)
        else:
            start.config = _configuration_from(sys.argv[1:])
        start.id = _environment_int("RUNG_TRIAL")
        start.attempt = _environment_int("RUNG_ATTEMPT")
        start.seed = _environment_int("RUNG_SEED")
        start.scale = json.loads(os.environ.get("RUNG_SCALE") or "{}")
        start.resumed_from = _environment_int("RUNG_RESUME_FROM")
        start.max_epoch = _environment_int("RUNG_FIDELITY_MAX") or None
        start.until = _environment_int("RUNG_FIDELITY_UNTIL") or None
        start.checkpoint_dir = (
            os.environ.get("RUNG_CHECKPOINT_DIR") or os.path.abspath(LOCAL_CHECKPOINT))
        start.trial_dir = os.environ.get("RUNG_TRIAL_DIR") or ""
        if not start.trial_dir:
            # Imported here, since a trial that Rung starts has no need to wait for it.
            import tempfile
            start.trial_dir = tempfile.gettempdir()
        return start

    @staticmethod
    def from_message(message: Dict[str, Any]) -> "_Start":
        """The start of the next trial of a warm process."""
        start = _Start()
        start.config = message["config"]
        start.id = int(message["id"])
        start.attempt = int(message["attempt"])
        start.seed = int(message.get("seed", 0))
        start.scale = message.get("scale", {})
        start.resumed_from = int(message["resumed_from"])
        start.until = int(message["until"])
        start.max_epoch = int(message["max"])
        start.checkpoint_dir = message["checkpoint_dir"]
        start.trial_dir = message["trial_dir"]
        return start

    def _write_configuration(self) -> str:
        """Writes the configuration, which came in a message, where no agent has, and returns the file's path."""
        os.makedirs(self.trial_dir, exist_ok=True)
        path = os.path.join(self.trial_dir, "rung-config.json")
        # Each rank on the node writes the same file, so none may find another's half-written.
        unfinished = "%s.%d" % (path, os.getpid())
        with open(unfinished, "w", encoding="utf-8") as file:
            json.dump(self.config, file)
        os.replace(unfinished, path)
        return path

    def publish(self) -> None:
        """Makes the environment say of this trial what it said of the one before."""
        path = os.path.join(self.trial_dir, "config.json")
        if not os.path.exists(path):
            path = self._write_configuration()
        # tempfile remembers the folder that it first found, which was the last trial's.
        tempfile = sys.modules.get("tempfile")
        if tempfile is not None and tempfile.tempdir == os.environ.get("TMPDIR"):
            tempfile.tempdir = None  # type: ignore[attr-defined]
        os.environ.update({
            "RUNG_CONFIG": path,
            "RUNG_TRIAL": str(self.id),
            "RUNG_ATTEMPT": str(self.attempt),
            "RUNG_SEED": str(self.seed),
            "RUNG_RESUME_FROM": str(self.resumed_from),
            "RUNG_FIDELITY_UNTIL": str(self.until),
            "RUNG_FIDELITY_MAX": str(self.max_epoch),
            "RUNG_CHECKPOINT_DIR": self.checkpoint_dir,
            "RUNG_TRIAL_DIR": self.trial_dir,
            "TMPDIR": self.trial_dir,
        })
        if self.scale:
            os.environ["RUNG_SCALE"] = json.dumps(self.scale)
        else:
            os.environ.pop("RUNG_SCALE", None)


class _Agent:
    """The connection to Rung on this node: JSON objects, one a line, both ways.

    `is_closed` turns true, and stays so, when the other side has gone; nothing raises for it.
    """

    is_closed: bool

    def __init__(self, connection: socket.socket) -> None:
        """Takes over a connected stream socket."""
        self.is_closed = False
        self._connection = connection
        self._received = b""

    @staticmethod
    def connect(is_warm: bool) -> "Optional[_Agent]":
        """Connects to `RUNG_SOCKET` and says who calls; `None` where that is not set.

        Raises:
            ConnectionError: Nobody listens there.
        """
        path = os.environ.get("RUNG_SOCKET")
        if not path:
            return None
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(path)
        except OSError as error:
            connection.close()
            raise ConnectionError(
                "cannot reach Rung at RUNG_SOCKET='%s' (%s): the agent that started this trial "
                "has ended; to run the script by hand, unset RUNG_SOCKET" % (path, error)
            ) from error
        agent = _Agent(connection)
        agent.send({
            "trial": _environment_int("RUNG_TRIAL"),
            "attempt": _environment_int("RUNG_ATTEMPT"),
            "rank": _rank(),
            "protocol": PROTOCOL,
            "warm": is_warm,
        })
        return agent

    def send(self, message: Dict[str, Any]) -> None:
        """Sends one message; what cannot be sent any more is dropped."""
        if self.is_closed:
            return
        try:
            self._connection.sendall(json.dumps(message).encode("utf-8") + b"\n")
        except OSError:
            self._close()

    def messages_so_far(self) -> List[Dict[str, Any]]:
        """What has arrived and has not been read; does not wait."""
        while self._receive(socket.MSG_DONTWAIT):
            pass
        messages = []
        message = self._take()
        while message is not None:
            messages.append(message)
            message = self._take()
        return messages

    def next_message(self) -> Optional[Dict[str, Any]]:
        """The next message, however long it takes; `None` when the other side has gone."""
        message = self._take()
        while message is None and self._receive(0):
            message = self._take()
        return message

    def next_start(self) -> Optional[_Start]:
        """Asks for the next trial and waits for it; `None` when there is no more."""
        self.send({"next": True})
        message = self.next_message()
        while message is not None and "trial" not in message:
            # Whatever comes before it still speaks of the trial that is over.
            message = self.next_message()
        if message is None:
            return None
        start = _Start.from_message(message["trial"])
        start.publish()
        return start

    def _receive(self, flags: int) -> bool:
        """Reads once; false when nothing came, be it for now or for good."""
        if self.is_closed:
            return False
        try:
            piece = self._connection.recv(65536, flags)
        except BlockingIOError:
            return False
        except OSError:
            piece = b""
        if not piece:
            self._close()
            return False
        self._received += piece
        return True

    def _take(self) -> Optional[Dict[str, Any]]:
        """The first whole line received, as an object."""
        line, end, rest = self._received.partition(b"\n")
        if not end:
            return None
        self._received = rest
        try:
            message = json.loads(line.decode("utf-8"))
        except ValueError:
            message = None
        if not isinstance(message, dict):
            raise RuntimeError(
                "Rung sent %r, which is not a JSON object; use the rung.py that came with it"
                % line[:200])
        return message

    def _close(self) -> None:
        """Gives the connection up."""
        self.is_closed = True
        self._connection.close()


def _note(text: str) -> None:
    """Tells the person at the terminal, or in the trial's log, on standard error."""
    print("rung: " + text, file=sys.stderr, flush=True)


def _rank() -> int:
    """This process's rank among those of the trial; by hand, what torchrun or mpirun says; else 0."""
    for name in ("RUNG_RANK", "RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK"):
        if os.environ.get(name):
            return _environment_int(name)
    return 0


def _environment_int(name: str) -> int:
    """The whole number in a variable of the environment; 0 where it is not set or empty.

    Raises:
        ValueError: Something else stands there.
    """
    text = os.environ.get(name, "").strip()
    try:
        return int(text or "0")
    except ValueError:
        raise ValueError("the environment has %s='%s', which is not a whole number"
                         % (name, text)) from None


def _number(name: str, value: Any) -> Metric:
    """A metric as a plain number.

    Raises:
        TypeError: It is none.
    """
    if isinstance(value, (int, float)):
        # Through float and int, so that a subclass (an enumeration, a truth value) is a number too.
        return float(value) if isinstance(value, float) else int(value)
    if not isinstance(value, (str, bytes, bytearray)):
        try:
            return float(value)
        except (TypeError, ValueError, RuntimeError, OverflowError):
            pass
    raise TypeError("metric '%s' is not a number but of type '%s'; report a number, or a scalar "
                    "of which float() makes one" % (name, type(value).__name__))


def _whole_number(name: str, value: Any) -> int:
    """An epoch as a plain integer; 3.0 counts as one.

    Raises:
        TypeError: It is none.
    """
    number = _number(name, value)
    if number != number or number in (float("inf"), float("-inf")) or number != int(number):
        raise TypeError("%s is %r, which is not a whole number" % (name, number))
    return int(number)


# Patterns stay text until a script is run by hand: to compile them costs a trial a millisecond.
_NUMBER = r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\Z"
_NAME = r"[A-Za-z_][\w.-]*"
_OPTION = r"(?s)--?(%s)(?:=(.*))?\Z" % _NAME
_ASSIGNMENT = r"(?s)\+{0,2}(%s)=(.*)\Z" % _NAME


def _configuration_from(arguments: List[str]) -> Dict[str, Any]:
    """A configuration out of a command line, as well as can be.

    Understands `--name value`, `--name=value`, `name=value` and `--name` alone, which is true. A
    hyphen inside of a name becomes an underscore. What looks like none of these is passed over.
    """
    config: Dict[str, Any] = {}
    position = 0
    while position < len(arguments):
        argument = arguments[position]
        position += 1
        option = re.match(_OPTION, argument) or re.match(_ASSIGNMENT, argument)
        if option is None:
            continue
        name, text = option.group(1).replace("-", "_"), option.group(2)
        if text is None and position < len(arguments) and (
                re.match(_OPTION, arguments[position]) is None):
            text = arguments[position]
            position += 1
        config[name] = True if text is None else _value(text)
    return config


def _value(text: str) -> Any:
    """A number, a truth value or a word, as the study file would read it."""
    if text in ("true", "false"):
        return text == "true"
    if re.match(_NUMBER, text) is None:
        return text
    try:
        return int(text)
    except ValueError:
        return float(text)
