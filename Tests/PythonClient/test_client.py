"""Tests of `rung.py` against an agent played by a thread behind a real Unix socket.

Run by `python3 -m unittest test_client` or by pytest, in the folder of this file.
"""

import ast
import contextlib
import importlib.util
import io
import json
import math
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import unittest
from typing import Any, Callable, Dict, List, Optional
from unittest import mock

CLIENT = pathlib.Path(__file__).resolve().parents[2] / "Sources" / "CResources" / "rung.py"
PATIENCE_SECONDS = 20.0
"""How long the played agent waits before it hangs up, so that no test can hang."""

Script = Callable[["PlayedAgent"], None]


class PlayedAgent(threading.Thread):
    """Takes one connection, follows a script, hangs up; keeps every line it was sent."""

    def __init__(self, path: str, script: Script) -> None:
        super().__init__(daemon=True)
        self.lines: List[str] = []
        self.error: Optional[BaseException] = None
        self._script = script
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.settimeout(PATIENCE_SECONDS)
        self._listener.bind(path)
        self._listener.listen(1)
        self.start()

    def run(self) -> None:
        try:
            self._connection, _ = self._listener.accept()
            self._connection.settimeout(PATIENCE_SECONDS)
            self._file = self._connection.makefile("r", encoding="utf-8", newline="\n")
            self._script(self)
        except BaseException as error:  # handed to the test by `finish`
            self.error = error
        finally:
            self.hang_up()

    def hear(self) -> Optional[Dict[str, Any]]:
        """The client's next line; `None` when it has gone."""
        line = self._file.readline()
        if not line:
            return None
        self.lines.append(line.rstrip("\n"))
        return json.loads(line)

    def hear_all(self) -> None:
        """Reads until the client has gone."""
        while self.hear() is not None:
            pass

    def say(self, **message: Any) -> None:
        """Sends one line."""
        self.say_bytes(json.dumps(message).encode("utf-8") + b"\n")

    def say_bytes(self, data: bytes) -> None:
        """Sends what need not be a line."""
        self._connection.sendall(data)

    def hang_up(self) -> None:
        """Closes the connection and stops listening."""
        self._listener.close()
        with contextlib.suppress(AttributeError, OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(AttributeError, OSError):
            self._file.close()
            self._connection.close()

    def finish(self) -> List[Dict[str, Any]]:
        """Waits for the script's end; what it heard, the greeting first."""
        self.join(PATIENCE_SECONDS)
        assert not self.is_alive(), "the agent's script did not end"
        if self.error is not None:
            raise self.error
        return [json.loads(line) for line in self.lines]


class ClientTest(unittest.TestCase):
    """A clean environment, a folder of its own and a freshly imported client."""

    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="rung")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.checkpoints = os.path.join(self.folder, "checkpoint")
        self.scratch = os.path.join(self.folder, "scratch")
        os.makedirs(self.checkpoints)
        os.makedirs(self.scratch)
        clean = {name: value for name, value in os.environ.items()
                 if not name.startswith("RUNG_") and name not in (
                     "RANK", "WORLD_SIZE", "TMPDIR", "OMPI_COMM_WORLD_RANK", "PMI_RANK")}
        for patch in (mock.patch.dict(os.environ, clean, clear=True),
                      mock.patch.object(tempfile, "tempdir", None),
                      mock.patch.object(sys, "argv", ["train.py"])):
            patch.start()
            self.addCleanup(patch.stop)
        before = os.getcwd()
        os.chdir(self.folder)
        self.addCleanup(os.chdir, before)
        self.rung = self.fresh_client()

    def fresh_client(self) -> Any:
        """The module as a new process would have it."""
        spec = importlib.util.spec_from_file_location("rung", str(CLIENT))
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def study(self, **variables: Any) -> None:
        """Sets the environment in which Rung starts trial 7, attempt 2, up to epoch 3 of 27."""
        path = os.path.join(self.folder, "config.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"learning_rate": 1e-2, "optimizer": "sgd", "nesterov": True}, file)
        os.environ.update({
            "RUNG_CONFIG": path, "RUNG_STUDY": "digits", "RUNG_TRIAL": "7", "RUNG_ATTEMPT": "2",
            "RUNG_CHECKPOINT_DIR": self.checkpoints, "RUNG_TRIAL_DIR": self.scratch,
            "TMPDIR": self.scratch, "RUNG_FIDELITY_MAX": "27", "RUNG_FIDELITY_UNTIL": "3",
            "RUNG_RESUME_FROM": "0", "RUNG_FIDELITY_NAME": "epoch",
        })
        os.environ.update({name: str(value) for name, value in variables.items()})

    def agent(self, script: Script, **variables: Any) -> PlayedAgent:
        """Sets the environment and starts an agent that follows `script`."""
        path = os.path.join(self.folder, "socket")
        self.study(RUNG_SOCKET=path, **variables)
        agent = PlayedAgent(path, script)
        self.addCleanup(agent.hang_up)
        return agent

    @contextlib.contextmanager
    def printed(self) -> Any:
        """Collects what the client prints: `.out` and `.err` of the result, lists of lines."""
        class Printed:
            out: List[str] = []
            err: List[str] = []
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            yield Printed
        Printed.out = out.getvalue().splitlines()
        Printed.err = err.getvalue().splitlines()


class WithAnAgent(ClientTest):
    """The client as the agent meets it over the socket."""

    def test_the_first_line_says_who_calls(self) -> None:
        agent = self.agent(PlayedAgent.hear, RANK=3, WORLD_SIZE=4)
        self.rung.trial()
        self.assertEqual(agent.finish(), [
            {"trial": 7, "attempt": 2, "rank": 3, "protocol": 1, "warm": False}])

    def test_a_trial_knows_what_it_is_to_train(self) -> None:
        self.agent(PlayedAgent.hear_all, RUNG_RESUME_FROM=1)
        trial = self.rung.trial()
        self.assertEqual(
            trial.config, {"learning_rate": 0.01, "optimizer": "sgd", "nesterov": True})
        self.assertEqual((trial.id, trial.attempt), (7, 2))
        self.assertEqual((trial.resumed_from, trial.until, trial.max_epoch), (1, 3, 27))
        self.assertEqual(trial.checkpoint_dir, self.checkpoints)
        self.assertEqual(trial.trial_dir, self.scratch)
        self.assertIsNone(trial.stage)
        self.assertIs(self.rung.trial(), trial)

    def test_a_trial_knows_where_staged_data_is(self) -> None:
        self.agent(PlayedAgent.hear_all, RUNG_STAGE="/local/rung-data-1")
        self.assertEqual(self.rung.trial().stage, "/local/rung-data-1")

    def test_a_setting_rises_from_its_own_value_to_that_of_its_gpus(self) -> None:
        scale = {"learning_rate": {"base": 0.0025, "value": 0.01, "warmup": {
            "from": 0.005, "since": 3, "epochs": 2}}}
        self.agent(PlayedAgent.hear_all, RUNG_SCALE=json.dumps(scale))
        trial = self.rung.trial()
        self.assertEqual(trial.scale, scale)
        values = [trial.warmed("learning_rate", epochs) for epochs in (0, 3, 3.5, 4, 5, 9)]
        self.assertEqual(values, [0.005, 0.005, 0.00625, 0.0075, 0.01, 0.01])
        self.assertEqual(trial.warmed("optimizer", 0), "sgd")
        with self.assertRaises(KeyError):
            trial.warmed("momentum", 0)

    def test_a_rank_finds_the_parts_of_all_by_their_numbers(self) -> None:
        parts = [os.path.join(self.checkpoints, "rank-%d" % rank) for rank in (0, 2, 10)]
        for part in parts:
            os.makedirs(part)
        os.makedirs(os.path.join(self.checkpoints, "rank-x"))
        self.agent(PlayedAgent.hear_all, RANK=1, WORLD_SIZE=2,
                   RUNG_CHECKPOINT_DIR=os.path.join(self.checkpoints, "rank-1"))
        trial = self.rung.trial()
        own = os.path.join(self.checkpoints, "rank-1")
        self.assertEqual(trial.checkpoint_parts, [parts[0], own, parts[1], parts[2]])
        self.assertEqual(trial.checkpoint_dir, own)

    def test_a_trial_of_one_process_has_one_part(self) -> None:
        self.agent(PlayedAgent.hear_all)
        self.assertEqual(self.rung.trial().checkpoint_parts, [self.checkpoints])

    def test_epochs_go_on_after_continue_and_end_after_pause(self) -> None:
        def script(agent: PlayedAgent) -> None:
            agent.hear()
            for _ in range(3):
                agent.hear()
            agent.say(epoch=3, decision="continue", until=5)
            agent.hear()
            agent.hear()
            agent.say(epoch=5, decision="pause", until=5)
            agent.hear_all()

        agent = self.agent(script)
        trial = self.rung.trial()
        trained, verdicts = [], []
        for epoch in trial.epochs():
            trained.append(epoch)
            verdicts.append(trial.report(epoch, val_accuracy=epoch / 10, loss=2))
        self.assertEqual(trained, [1, 2, 3, 4, 5])
        self.assertEqual(verdicts, [True, True, True, True, False])
        self.assertEqual(trial.until, 5)
        trial._agent._close()
        self.assertEqual(agent.finish()[1:], [
            {"epoch": epoch, "val_accuracy": epoch / 10, "loss": 2} for epoch in trained])

    def test_epochs_end_after_stop(self) -> None:
        def script(agent: PlayedAgent) -> None:
            agent.hear()
            for _ in range(3):
                agent.hear()
            agent.say(epoch=3, decision="stop", until=3)
            agent.hear_all()

        self.agent(script)
        trial = self.rung.trial()
        with self.printed() as printed:
            trained = [epoch for epoch in trial.epochs() if trial.report(epoch, loss=1.0) or True]
        self.assertEqual(trained, [1, 2, 3])
        self.assertEqual(list(trial.epochs()), [])
        self.assertEqual(printed.out + printed.err, [])

    def test_a_resumed_trial_starts_behind_its_checkpoint(self) -> None:
        def script(agent: PlayedAgent) -> None:
            for _ in range(3):
                agent.hear()
            agent.say(epoch=11, decision="stop")
            agent.hear_all()

        self.agent(script, RUNG_RESUME_FROM=9, RUNG_FIDELITY_UNTIL=11)
        trial = self.rung.trial()
        self.assertEqual([epoch for epoch in trial.epochs()
                          if trial.report(epoch, loss=0.5) or True], [10, 11])

    def test_report_does_not_wait_for_an_agent_that_does_not_read(self) -> None:
        release = threading.Event()
        agent = self.agent(lambda agent: (release.wait(PATIENCE_SECONDS), agent.hear_all())[1],
                           RUNG_FIDELITY_UNTIL=27)
        trial = self.rung.trial()
        began = time.monotonic()
        self.assertTrue(all(trial.report(epoch, loss=1.0) for epoch in range(1, 27)))
        self.assertLess(time.monotonic() - began, PATIENCE_SECONDS / 2)
        trial._agent._close()
        release.set()
        self.assertEqual([line["epoch"] for line in agent.finish()[1:]], list(range(1, 27)))

    def test_report_waits_as_long_as_a_decision_takes(self) -> None:
        def script(agent: PlayedAgent) -> None:
            agent.hear()
            agent.hear()
            time.sleep(0.3)
            agent.say_bytes(b'{"epoch": 3, "deci')
            time.sleep(0.1)
            agent.say_bytes(b'sion": "continue", "until": 9}\n')
            agent.hear_all()

        self.agent(script)
        trial = self.rung.trial()
        began = time.monotonic()
        self.assertTrue(trial.report(3, loss=1.0))
        self.assertGreaterEqual(time.monotonic() - began, 0.35)
        self.assertEqual(trial.until, 9)

    def test_a_report_beyond_the_leg_waits_too(self) -> None:
        def script(agent: PlayedAgent) -> None:
            agent.hear()
            agent.hear()
            agent.say(epoch=5, decision="pause")
            agent.hear_all()

        self.agent(script)
        self.assertFalse(self.rung.trial().report(5, loss=1.0))

    def test_a_multiple_of_checkpoint_every_waits(self) -> None:
        def script(agent: PlayedAgent) -> None:
            agent.hear()
            for epoch in range(1, 5):
                agent.hear()
                if epoch % 2 == 0:
                    agent.say(epoch=epoch, decision="continue" if epoch == 2 else "pause", until=9)
            agent.hear_all()

        self.agent(script, RUNG_CHECKPOINT_EVERY=2, RUNG_FIDELITY_UNTIL=9)
        trial = self.rung.trial()
        self.assertEqual([trial.report(epoch, loss=1.0) for epoch in trial.epochs()],
                         [True, True, True, False])

    def test_a_request_to_hold_makes_the_next_report_wait(self) -> None:
        def script(agent: PlayedAgent) -> None:
            agent.hear()
            agent.hear()
            agent.say(hold=True)
            agent.hear()
            time.sleep(0.2)
            agent.say(epoch=2, decision="continue", until=20)
            agent.hear()
            agent.say(hold=True)
            agent.hear()
            agent.say(epoch=4, decision="pause")
            agent.hear_all()

        self.agent(script, RUNG_FIDELITY_UNTIL=20)
        trial = self.rung.trial()
        self.assertTrue(trial.report(1, loss=1.0))
        time.sleep(0.1)
        began = time.monotonic()
        self.assertTrue(trial.report(2, loss=1.0))
        self.assertGreaterEqual(time.monotonic() - began, 0.1)
        self.assertTrue(trial.report(3, loss=1.0))
        time.sleep(0.1)
        self.assertFalse(trial.report(4, loss=1.0))

    def test_a_report_that_crossed_the_request_to_hold_does_not_say_that_it_waits(self) -> None:
        def script(agent: PlayedAgent) -> None:
            agent.hear()
            agent.say(hold=True)
            agent.hear()
            agent.hear()
            agent.say(epoch=2, decision="pause")
            agent.hear_all()

        agent = self.agent(script, RUNG_FIDELITY_UNTIL=20)
        trial = self.rung.trial()
        with mock.patch.object(type(trial), "_hear"):
            self.assertTrue(trial.report(1, loss=1.0))
        time.sleep(0.1)
        self.assertFalse(trial.report(2, loss=1.0))
        trial._agent._close()
        self.assertEqual(agent.finish()[1:], [
            {"epoch": 1, "loss": 1.0}, {"epoch": 2, "loss": 1.0, "waiting": True}])

    def test_a_request_to_hold_during_a_decision_is_for_the_next_report(self) -> None:
        def script(agent: PlayedAgent) -> None:
            agent.hear()
            agent.hear()
            agent.say(hold=True)
            agent.say(epoch=1, decision="continue", until=3)
            agent.hear()
            agent.say(epoch=2, decision="pause")
            agent.hear_all()

        agent = self.agent(script, RUNG_FIDELITY_UNTIL=1)
        trial = self.rung.trial()
        self.assertTrue(trial.report(1, loss=1.0))
        self.assertFalse(trial.report(2, loss=1.0))
        trial._agent._close()
        self.assertEqual([message.get("waiting") for message in agent.finish()[1:]], [None, True])

    def test_an_answer_to_an_earlier_report_is_not_taken_for_the_one_that_is_due(self) -> None:
        def script(agent: PlayedAgent) -> None:
            agent.hear()
            agent.hear()
            agent.say(epoch=1, decision="continue", until=3)
            time.sleep(0.1)
            agent.say(epoch=3, decision="pause")
            agent.hear_all()

        self.agent(script)
        self.assertFalse(self.rung.trial().report(3, loss=1.0))

    def test_a_decision_unasked_for_ends_the_epochs_at_once(self) -> None:
        for decision in ("stop", "pause"):
            with self.subTest(decision):
                said = threading.Event()

                def script(agent: PlayedAgent) -> None:
                    agent.hear()
                    agent.hear()
                    agent.say(decision=decision)
                    said.set()
                    agent.hear_all()

                with contextlib.suppress(FileNotFoundError):
                    os.remove(os.path.join(self.folder, "socket"))
                self.rung = self.fresh_client()
                agent = self.agent(script, RUNG_FIDELITY_UNTIL=20)
                trial = self.rung.trial()
                epochs = trial.epochs()
                self.assertEqual(next(epochs), 1)
                self.assertTrue(trial.report(1, loss=1.0))
                self.assertTrue(said.wait(PATIENCE_SECONDS))
                self.assertEqual(list(epochs), [])
                # What was trained after all is still told, without waiting.
                self.assertFalse(trial.report(20, loss=0.5))
                trial._agent._close()
                self.assertEqual(agent.finish()[-1], {"epoch": 20, "loss": 0.5})

    def test_what_is_not_finite_goes_as_a_bare_token(self) -> None:
        agent = self.agent(PlayedAgent.hear_all)
        trial = self.rung.trial()
        trial.report(1, loss=math.nan, low=-math.inf, high=math.inf)
        trial._agent._close()
        agent.finish()
        self.assertEqual(
            agent.lines[1], '{"epoch": 1, "loss": NaN, "low": -Infinity, "high": Infinity}')

    def test_the_study_names_what_is_counted(self) -> None:
        agent = self.agent(PlayedAgent.hear_all, RUNG_FIDELITY_NAME="step")
        trial = self.rung.trial()
        trial.report(2, loss=0.5)
        with self.assertRaisesRegex(ValueError, "metric 'step' has the name in which the study"):
            trial.report(2, step=0.5)
        trial._agent._close()
        self.assertEqual(agent.finish()[1:], [{"step": 2, "loss": 0.5}])

    def test_scalars_of_other_libraries_are_numbers(self) -> None:
        class Tensor:
            def __float__(self) -> float:
                return 0.25

        metrics: Dict[str, Any] = {"tensor": Tensor(), "flag": True, "count": 10 ** 20}
        expected = {"tensor": 0.25, "flag": 1, "count": 10 ** 20}
        epoch: Any = 2.0
        with contextlib.suppress(ImportError):
            import numpy
            epoch = numpy.int64(2)
            metrics.update(narrow=numpy.float32(0.5), wide=numpy.float64(0.125),
                           whole=numpy.int64(3), array=numpy.array(4.0))
            expected.update(narrow=0.5, wide=0.125, whole=3, array=4)
        agent = self.agent(PlayedAgent.hear_all)
        trial = self.rung.trial()
        self.assertTrue(trial.report(epoch, **metrics))
        trial._agent._close()
        self.assertEqual(agent.finish()[1:], [dict(expected, epoch=2)])

    def test_what_is_not_a_number_is_named(self) -> None:
        agent = self.agent(PlayedAgent.hear_all)
        trial = self.rung.trial()
        for value in ("0.7", None, [0.7], {}, b"1", 1j):
            with self.assertRaises(TypeError) as caught:
                trial.report(1, loss=0.5, val_accuracy=value)
            self.assertEqual(
                str(caught.exception),
                "metric 'val_accuracy' is not a number but of type '%s'; report a number, or a "
                "scalar of which float() makes one" % type(value).__name__)
        for epoch in ("3", None, 2.5, math.nan, math.inf):
            with self.assertRaisesRegex(TypeError, "the epoch"):
                trial.report(epoch, loss=0.5)
        trial._agent._close()
        self.assertEqual(len(agent.finish()), 1, "a refused report must not be sent")

    def test_a_closed_socket_ends_the_trial_with_one_note(self) -> None:
        def script(agent: PlayedAgent) -> None:
            agent.hear()
            agent.hear()

        agent = self.agent(script)
        trial = self.rung.trial()
        with self.printed() as printed:
            epochs = trial.epochs()
            next(epochs)
            self.assertTrue(trial.report(1, loss=1.0))
            agent.finish()
            self.assertEqual(list(epochs), [])
            self.assertFalse(trial.report(2, loss=1.0))
            self.assertFalse(trial.report(3, loss=1.0))
        self.assertEqual(
            printed.err, ["rung: the agent has closed the connection, so trial 7 ends here"])

    def test_a_socket_closed_while_a_decision_is_due_ends_the_trial(self) -> None:
        def script(agent: PlayedAgent) -> None:
            agent.hear()
            agent.hear()

        self.agent(script)
        trial = self.rung.trial()
        with self.printed() as printed:
            self.assertFalse(trial.report(3, loss=1.0))
        self.assertEqual(len(printed.err), 1)

    def test_a_decision_is_heard_although_the_agent_has_gone_since(self) -> None:
        def script(agent: PlayedAgent) -> None:
            agent.hear()
            agent.hear()
            agent.say(epoch=3, decision="pause")

        agent = self.agent(script)
        trial = self.rung.trial()
        with self.printed() as printed:
            self.assertFalse(trial.report(3, loss=1.0))
            agent.finish()
            self.assertFalse(trial.report(4, loss=1.0))
            self.assertEqual(list(trial.epochs()), [])
        self.assertEqual(printed.err, [])

    def test_messages_of_a_later_version_are_passed_over(self) -> None:
        def script(agent: PlayedAgent) -> None:
            agent.hear()
            agent.hear()
            agent.say(weather="fine")
            agent.say(epoch=3, decision="continue", until=9, mood="good")
            agent.hear_all()

        self.agent(script)
        trial = self.rung.trial()
        self.assertTrue(trial.report(3, loss=1.0))
        self.assertEqual(trial.until, 9)

    def test_an_answer_that_cannot_be_understood_is_an_error(self) -> None:
        for answer, words in ((b'{"epoch": 3, "decision": "dance"}\n', "decided 'dance'"),
                              (b"hello\n", "is not a JSON object"),
                              (b"[3]\n", "is not a JSON object")):
            with self.subTest(answer):
                def script(agent: PlayedAgent) -> None:
                    agent.hear()
                    agent.hear()
                    agent.say_bytes(answer)
                    agent.hear_all()

                with contextlib.suppress(FileNotFoundError):
                    os.remove(os.path.join(self.folder, "socket"))
                self.rung = self.fresh_client()
                self.agent(script)
                with self.assertRaisesRegex(RuntimeError, words):
                    self.rung.trial().report(3, loss=1.0)

    def test_an_agent_out_of_reach_is_an_error_with_a_remedy(self) -> None:
        self.study(RUNG_SOCKET=os.path.join(self.folder, "nobody"))
        with self.assertRaisesRegex(ConnectionError, "unset RUNG_SOCKET"):
            self.rung.trial()

    def test_no_epoch_is_trained_behind_the_maximum(self) -> None:
        def script(agent: PlayedAgent) -> None:
            agent.hear()
            for _ in range(3):
                agent.hear()
            agent.say(epoch=3, decision="continue", until=3)
            agent.hear_all()

        self.agent(script, RUNG_FIDELITY_MAX=3)
        trial = self.rung.trial()
        self.assertEqual([trial.report(epoch, loss=1.0) for epoch in trial.epochs()],
                         [True, True, False])


class WarmProcesses(ClientTest):
    """One process that trains trial after trial."""

    def next_trial(self, number: int, **changes: Any) -> Dict[str, Any]:
        """The agent's message that starts another trial."""
        message = {
            "id": number, "attempt": 1, "config": {"width": 8 * number},
            "checkpoint_dir": os.path.join(self.folder, "checkpoint-%d" % number),
            "trial_dir": os.path.join(self.folder, "scratch-%d" % number),
            "resumed_from": 0, "until": 1, "max": 27}
        message.update(changes)
        return message

    def test_a_warm_process_trains_trial_after_trial(self) -> None:
        def script(agent: PlayedAgent) -> None:
            agent.hear()
            agent.hear()
            agent.say(epoch=1, decision="pause")
            agent.hear()
            # What still speaks of the trial before is none of the next one's business.
            agent.say(hold=True)
            agent.say(decision="stop")
            agent.say(trial=self.next_trial(8))
            agent.hear()
            agent.say(epoch=1, decision="stop")
            agent.hear()
            agent.say(trial=self.next_trial(7, attempt=3, resumed_from=1, until=3))
            agent.hear()
            agent.hear()
            agent.say(epoch=3, decision="pause")
            agent.hear()

        agent = self.agent(script, RUNG_FIDELITY_UNTIL=1)
        seen: List[Any] = []
        trials = []
        with self.printed() as printed:
            for trial in self.rung.trials():
                self.assertIs(self.rung.trial(), trial)
                trials.append(trial)
                if len(trials) > 1:
                    self.assertFalse(trials[0].report(2, loss=9.0), "a trial left says no more")
                self.assertTrue(os.path.isdir(trial.checkpoint_dir))
                seen.append((trial.id, trial.attempt, trial.resumed_from, trial.until))
                for epoch in trial.epochs():
                    trial.report(epoch, loss=1.0)
        self.assertEqual(seen, [(7, 2, 0, 1), (8, 1, 0, 1), (7, 3, 1, 3)])
        self.assertEqual(trials[1].config, {"width": 64})
        self.assertEqual(agent.finish(), [
            {"trial": 7, "attempt": 2, "rank": 0, "protocol": 1, "warm": True},
            {"epoch": 1, "loss": 1.0}, {"next": True},
            {"epoch": 1, "loss": 1.0}, {"next": True},
            {"epoch": 2, "loss": 1.0}, {"epoch": 3, "loss": 1.0}, {"next": True}])
        self.assertEqual(printed.err, [], "the end of the work is no loss of the connection")

    def test_the_environment_follows_the_trial(self) -> None:
        def script(agent: PlayedAgent) -> None:
            agent.hear()
            agent.hear()
            agent.say(trial=self.next_trial(8, resumed_from=3, until=9))
            agent.hear()

        self.agent(script)
        trials = self.rung.trials()
        next(trials)
        self.assertEqual(tempfile.gettempdir(), self.scratch)
        trial = next(trials)
        expected = {
            "RUNG_TRIAL": "8", "RUNG_ATTEMPT": "1", "RUNG_RESUME_FROM": "3",
            "RUNG_FIDELITY_UNTIL": "9", "RUNG_FIDELITY_MAX": "27", "RUNG_STUDY": "digits",
            "RUNG_CHECKPOINT_DIR": trial.checkpoint_dir, "RUNG_TRIAL_DIR": trial.trial_dir,
            "TMPDIR": trial.trial_dir}
        self.assertEqual({name: os.environ[name] for name in expected}, expected)
        self.assertEqual(tempfile.gettempdir(), trial.trial_dir)
        with open(os.environ["RUNG_CONFIG"], encoding="utf-8") as file:
            self.assertEqual(json.load(file), {"width": 64})
        self.assertEqual(list(trials), [])

    def test_what_follows_the_gpus_follows_the_trial(self) -> None:
        scale = {"width": {"base": 16, "value": 64}}

        def script(agent: PlayedAgent) -> None:
            agent.hear()
            agent.hear()
            agent.say(trial=self.next_trial(8, scale=scale))
            agent.hear()
            agent.say(trial=self.next_trial(9))
            agent.hear()

        self.agent(script)
        trials = self.rung.trials()
        self.assertEqual(next(trials).scale, {})
        trial = next(trials)
        self.assertEqual(trial.scale, scale)
        self.assertEqual(trial.warmed("width", 0), 64)
        self.assertEqual(json.loads(os.environ["RUNG_SCALE"]), scale)
        self.assertEqual(next(trials).scale, {})
        self.assertNotIn("RUNG_SCALE", os.environ)
        self.assertEqual(list(trials), [])

    def test_an_agent_that_has_gone_has_no_more_work(self) -> None:
        agent = self.agent(PlayedAgent.hear)
        with self.printed() as printed:
            count = 0
            for trial in self.rung.trials():
                count += 1
                agent.finish()
                for epoch in trial.epochs():
                    trial.report(epoch, loss=1.0)
        self.assertEqual(count, 1)
        self.assertEqual(len(printed.err), 1)

    def test_a_script_uses_trial_or_trials(self) -> None:
        self.rung.trial()
        with self.assertRaisesRegex(RuntimeError, "one or the other"):
            next(self.rung.trials())


class WithoutAnAgent(ClientTest):
    """The client by hand, and where Rung reads what is printed."""

    def test_by_hand_reports_are_printed(self) -> None:
        os.environ["RUNG_FIDELITY_MAX"] = "3"
        with self.printed() as printed:
            trial = self.rung.trial()
            verdicts = [trial.report(epoch, val_accuracy=0.71, loss=math.nan)
                        for epoch in trial.epochs(default=9)]
        self.assertEqual(verdicts, [True, True, False])
        self.assertEqual(printed.out, [
            '[rung] {"epoch": %d, "val_accuracy": 0.71, "loss": NaN}' % epoch
            for epoch in (1, 2, 3)])
        self.assertEqual(printed.err, [])

    def test_by_hand_the_script_says_how_many_epochs(self) -> None:
        trial = self.rung.trial()
        epochs = trial.epochs(4)
        self.assertEqual((trial.until, trial.max_epoch), (4, 4))
        self.assertEqual(list(epochs), [1, 2, 3, 4])
        self.assertEqual((trial.id, trial.attempt, trial.resumed_from), (0, 0, 0))
        self.assertTrue(os.path.isdir(trial.trial_dir))

    def test_by_hand_one_epoch_is_trained_where_nobody_says_how_many(self) -> None:
        with self.printed() as printed:
            self.assertEqual(list(self.rung.trial().epochs()), [1])
        self.assertEqual(printed.err, [
            "rung: RUNG_FIDELITY_MAX is not set, so one epoch is trained; set it, or give "
            "epochs() a number"])

    def test_by_hand_a_loop_of_the_users_own_is_not_ended(self) -> None:
        trial = self.rung.trial()
        with self.printed():
            self.assertTrue(all(trial.report(epoch, loss=1.0) for epoch in range(1, 10)))

    def test_the_command_line_is_the_configuration(self) -> None:
        self.assertEqual(self.rung._configuration_from(
            ["train.py", "--learning_rate", "1e-3", "--width=64", "layers=2", "+depth=3", "--fast",
             "--alpha", "-0.5", "--weight-decay", ".5", "--nesterov", "false", "--name", "a=b",
             "--word=", "--big", "1_000", "--nan", "nan", "-v"]),
            {"learning_rate": 0.001, "width": 64, "layers": 2, "depth": 3, "fast": True,
             "alpha": -0.5, "weight_decay": 0.5, "nesterov": False, "name": "a=b", "word": "",
             "big": "1_000", "nan": "nan", "v": True})
        sys.argv = ["train.py", "--width", "64"]
        self.assertEqual(self.rung.trial().config, {"width": 64})

    def test_by_hand_the_checkpoint_folder_is_made_when_asked_for(self) -> None:
        trial = self.rung.trial()
        self.assertFalse(os.path.exists("rung-checkpoint"))
        self.assertEqual(os.path.realpath(trial.checkpoint_dir),
                         os.path.realpath(os.path.join(self.folder, "rung-checkpoint")))
        self.assertTrue(os.path.isdir("rung-checkpoint"))

    def test_where_printed_lines_are_read_the_leg_ends_at_until(self) -> None:
        self.study(RUNG_RESUME_FROM=1)
        trial = self.rung.trial()
        with self.printed() as printed:
            verdicts = [trial.report(epoch, loss=0.5) for epoch in trial.epochs()]
        self.assertEqual(verdicts, [True, False])
        self.assertEqual(printed.out, ['[rung] {"epoch": 2, "loss": 0.5}',
                                       '[rung] {"epoch": 3, "loss": 0.5}'])
        self.assertEqual(trial.max_epoch, 27)

    def test_the_first_rank_prints_for_all(self) -> None:
        os.environ.update(RANK="1", WORLD_SIZE="2")
        with self.printed() as printed:
            self.rung.trial().report(1, loss=0.5)
        self.assertEqual(printed.out, [])

    def test_by_hand_the_first_rank_of_mpirun_prints_for_all(self) -> None:
        for name in ("OMPI_COMM_WORLD_RANK", "PMI_RANK"):
            for rank, count in (("0", 1), ("1", 0)):
                with mock.patch.dict(os.environ, {name: rank}), self.printed() as printed:
                    self.fresh_client().trial().report(1, loss=1.0)
                self.assertEqual(len(printed.out), count)

    def test_ranks_of_a_step_that_nothing_is_broadcast_to_train_until_the_leg_ends(self) -> None:
        # The agent would be reached by the first rank alone: nobody connects.
        os.environ.update(RUNG_RANK="0", RUNG_SOCKET=os.path.join(self.folder, "nobody"),
                          RUNG_FIDELITY_UNTIL="3", RUNG_FIDELITY_MAX="9")
        for rank in "01":
            os.environ["RUNG_RANK"] = rank
            client = self.fresh_client()
            with self.printed() as printed:
                trial = client.trial()
                self.assertEqual([e for e in trial.epochs() if trial.report(e, loss=1.0) or True],
                                 [1, 2, 3])
            self.assertEqual(len(printed.out), 3 if rank == "0" else 0)

    def test_ranks_of_a_step_follow_what_the_first_one_hears(self) -> None:
        def script(agent: PlayedAgent) -> None:
            agent.hear()
            agent.hear()
            agent.hear()
            agent.say(epoch=2, decision="continue", until=4)
            agent.hear()
            agent.say(hold=True)
            agent.hear()
            agent.say(epoch=4, decision="pause")
            agent.hear_all()

        told: List[Any] = []

        def tell(value: Any) -> Any:
            told.append(json.loads(json.dumps(value)))
            return value

        agent = self.agent(script, RUNG_RANK=0, RUNG_FIDELITY_UNTIL=2)
        trial = self.rung.trial(broadcast=tell)
        first = [epoch for epoch in trial.epochs() if trial.report(epoch, loss=1.0) or True]
        self.assertEqual(first, [1, 2, 3, 4])
        self.assertEqual(told, [[False, 2], [False, 4], [False, 4], [True, 4]])
        trial._agent._close()
        self.assertEqual([line.get("epoch") for line in agent.finish()[1:]], [1, 2, 3, 4])

        # The other rank: without a connection, and with what was told in the place of its own.
        os.environ["RUNG_RANK"] = "1"
        del os.environ["RUNG_SOCKET"]
        answers = iter(told)
        other = self.fresh_client().trial(broadcast=lambda value: next(answers))
        with self.printed() as printed:
            epochs = [epoch for epoch in other.epochs() if other.report(epoch, loss=1.0) or True]
        self.assertEqual(epochs, first)
        self.assertEqual(printed.out, [])

    def test_by_hand_trials_are_one(self) -> None:
        sys.argv = ["train.py", "width=16"]
        with self.printed() as printed:
            for trial in self.rung.trials():
                self.assertEqual(trial.config, {"width": 16})
                for epoch in trial.epochs(2):
                    trial.report(epoch, loss=1.0)
        self.assertEqual(len(printed.out), 2)

    def test_a_number_in_the_environment_that_is_none_is_named(self) -> None:
        os.environ["RUNG_FIDELITY_MAX"] = "many"
        with self.assertRaisesRegex(ValueError, "RUNG_FIDELITY_MAX='many'"):
            self.rung.trial()


class Processes(ClientTest):
    """Real processes at the other end of the socket."""

    TRAIN = textwrap.dedent("""
        import os, rung, sys
        trial = rung.trial()
        path = os.path.join(trial.checkpoint_dir, "epoch")
        for epoch in trial.epochs():
            with open(path + ".new", "w") as file:
                file.write(str(epoch))
            os.replace(path + ".new", path)
            trial.report(epoch, val_accuracy=epoch / 100)
        """)

    def process(self) -> "subprocess.Popen[str]":
        """Starts the script above as Rung would."""
        environment = dict(os.environ, PYTHONPATH=str(CLIENT.parent), PYTHONUNBUFFERED="1")
        process = subprocess.Popen(
            [sys.executable, "-c", self.TRAIN], env=environment, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_a_paused_process_exits_with_zero_and_leaves_its_checkpoint(self) -> None:
        def script(agent: PlayedAgent) -> None:
            for _ in range(4):
                agent.hear()
            with open(os.path.join(self.checkpoints, "epoch"), encoding="utf-8") as file:
                self.assertEqual(file.read(), "3")
            agent.say(epoch=3, decision="pause")
            agent.hear_all()

        agent = self.agent(script)
        out, err = self.process().communicate(timeout=PATIENCE_SECONDS)
        self.assertEqual((out, err), ("", ""))
        self.assertEqual([line.get("epoch") for line in agent.finish()], [None, 1, 2, 3])

    def test_the_agent_hears_at_once_that_a_process_was_killed(self) -> None:
        is_waiting = threading.Event()

        def script(agent: PlayedAgent) -> None:
            for _ in range(4):
                agent.hear()
            is_waiting.set()
            self.assertIsNone(agent.hear())

        agent = self.agent(script)
        process = self.process()
        self.assertTrue(is_waiting.wait(PATIENCE_SECONDS))
        process.send_signal(signal.SIGKILL)
        self.assertEqual(process.wait(PATIENCE_SECONDS), -signal.SIGKILL)
        agent.finish()
        process.communicate()

    def test_a_process_whose_agent_died_ends_in_order(self) -> None:
        def script(agent: PlayedAgent) -> None:
            for _ in range(4):
                agent.hear()

        self.agent(script)
        process = self.process()
        _, err = process.communicate(timeout=PATIENCE_SECONDS)
        self.assertEqual(process.returncode, 0)
        self.assertIn("the agent has closed the connection", err)


class TheFile(unittest.TestCase):
    """What the file promises of itself."""

    def test_it_is_python_3_8_without_dependencies(self) -> None:
        tree = ast.parse(CLIENT.read_text(encoding="utf-8"), feature_version=(3, 8))
        imported = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                imported.update(name.name for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module)
        self.assertEqual(
            imported,
            {"importlib", "json", "os", "re", "shutil", "socket", "sys", "tempfile", "typing"})

    def test_it_uses_nothing_of_the_library_that_came_after_python_3_8(self) -> None:
        # What it takes from modules, each looked up in Python's documentation: a new name belongs here
        # only once its page does not say "new in version 3.9" or later. So do methods of built-in types.
        known = {
            "importlib": {"import_module"},
            "json": {"dumps", "dump", "load", "loads"},
            "os": {"environ", "getpid", "listdir", "makedirs", "path", "replace"},
            "re": {"match"},
            "shutil": {"rmtree"},
            "socket": {"AF_UNIX", "MSG_DONTWAIT", "SOCK_STREAM", "socket"},
            "sys": {"argv", "modules", "stderr"},
            "tempfile": {"gettempdir", "tempdir"},
        }
        later = {"removeprefix", "removesuffix", "bit_count", "add_note", "is_relative_to", "with_stem"}
        tree = ast.parse(CLIENT.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Attribute):
                continue
            self.assertNotIn(node.attr, later)
            if isinstance(node.value, ast.Name) and node.value.id in known:
                self.assertIn(node.attr, known[node.value.id], "%s.%s" % (node.value.id, node.attr))
        taken = {name.name for node in ast.walk(tree)
                 if isinstance(node, ast.ImportFrom) for name in node.names}
        self.assertLessEqual(
            taken, {"Any", "Callable", "Dict", "Iterator", "List", "Mapping", "Optional", "Union"})
        # Built-in collections took type arguments, and dictionaries '|', from 3.9 on.
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
                self.assertNotIn(node.value.id, {"dict", "list", "set", "tuple", "type"})
            if isinstance(node, ast.BinOp):
                self.assertNotIsInstance(node.op, ast.BitOr)

    def test_every_function_says_the_types_of_all_that_it_takes_and_gives(self) -> None:
        tree = ast.parse(CLIENT.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef):
                continue
            self.assertIsNotNone(node.returns, node.name)
            arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
            arguments += [some for some in (node.args.vararg, node.args.kwarg) if some]
            for argument in arguments:
                if argument.arg != "self":
                    self.assertIsNotNone(argument.annotation, "%s of %s" % (argument.arg, node.name))

    def test_a_framework_that_is_not_there_is_named(self) -> None:
        lines = "import rung\ntry:\n    rung.%s()\nexcept ImportError as error:\n    print(error.name)\n"
        environment = dict(os.environ, PYTHONPATH=str(CLIENT.parent))
        # Without the folders of installed packages, so that none is found.
        for callback, name in [("LightningCallback", "pytorch_lightning"),
                               ("TrainerCallback", "transformers")]:
            result = subprocess.run(
                [sys.executable, "-S", "-c", lines % callback], env=environment, check=True,
                stdout=subprocess.PIPE, universal_newlines=True)
            self.assertEqual(result.stdout.strip(), name)

    def test_everything_in_it_has_a_summary_of_one_line(self) -> None:
        tree = ast.parse(CLIENT.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                text = ast.get_docstring(node) or ""
                self.assertTrue(text.splitlines()[:1], node.name)
                self.assertTrue(text.split("\n\n")[0].count("\n") == 0, node.name)


if __name__ == "__main__":
    unittest.main()
