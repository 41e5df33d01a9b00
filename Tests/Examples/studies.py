"""What the tests of examples share: studies in folders of their own, run by the built program.

RUNG is the program, by default that of the debug build. Tests run it as a user would, and read what it
exports.
"""

import concurrent.futures
import csv
import io
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNG = os.environ.get("RUNG") or str(ROOT / ".build" / "debug" / "rung")
CLIENT = ROOT / "Sources" / "CResources"

PYTHON = ROOT / ".venv" / "bin" / "python3"
"""The interpreter that has scikit-learn."""

DEBIANS_PYTHON = pathlib.Path("/usr/bin/python3")
"""The interpreter that has PyTorch."""

FRAMEWORKS_PYTHON = pathlib.Path(
    os.environ.get("RUNG_FRAMEWORKS_PYTHON") or ROOT / ".venv-frameworks" / "bin" / "python3")
"""The interpreter that has PyTorch, Lightning and the Trainer of Hugging Face; another of other releases."""

PATIENCE_SECONDS = 600


class StudyTest(unittest.TestCase):
    """A folder for a study, and what is done with it."""

    python = PYTHON
    """What `python3` is for the trials."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rung-example-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def environment(self, **variables):
        """The environment of a shell in which `python3` is this test's."""
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("RUNG_", "PYTHON"))}
        environment["PATH"] = "%s:%s:%s" % (
            self.python.parent, pathlib.Path(RUNG).parent, os.environ["PATH"])
        return {**environment, **variables}

    def shell(self, *words, status=0, **variables):
        """Runs a command in the folder; gives its standard output."""
        result = subprocess.run(
            [str(word) for word in words], cwd=self.folder, env=self.environment(**variables),
            capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
        self.assertEqual(result.returncode, status, "%s: %s\n%s" % (
            words, result.stdout[-2000:], result.stderr[-4000:]))
        return result.stdout

    def rung(self, *words, status=0):
        """Runs the program; gives its standard output."""
        return self.shell(RUNG, *words, status=status)

    def by_hand(self, *words):
        """Runs a script without Rung; gives the reports that it printed."""
        printed = self.shell(*words, PYTHONPATH=str(CLIENT)).splitlines()
        return [json.loads(line[7:]) for line in printed if line.startswith("[rung] ")]

    def by_hand_in_ranks(self, count, *words, **variables):
        """Runs a script in several processes, as `launch: ranks` and torchrun do; gives the first's reports.

        The others print none, and each has a part of the checkpoint of its own.
        """
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        processes = []
        for rank in range(count):
            part = self.folder / "parts" / ("rank-%d" % rank)
            part.mkdir(parents=True, exist_ok=True)
            processes.append(subprocess.Popen(
                words, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                env=self.environment(
                    PYTHONPATH=str(CLIENT), RANK=str(rank), WORLD_SIZE=str(count), LOCAL_RANK=str(rank),
                    LOCAL_WORLD_SIZE=str(count), MASTER_ADDR="127.0.0.1", MASTER_PORT=port,
                    RUNG_CHECKPOINT_DIR=str(part), **variables)))
        # The pipes of all are read at once: one that is full would hold the others up.
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            printed = list(pool.map(lambda one: one.communicate(timeout=PATIENCE_SECONDS), processes))
        self.assertEqual([one.returncode for one in processes], [0] * count, printed)
        lines = [[line for line in out.splitlines() if line.startswith("[rung] ")] for out, _ in printed]
        self.assertEqual(lines[1:], [[]] * (count - 1), "the first rank prints for all")
        return [json.loads(line[7:]) for line in lines[0]]

    def copy(self, example):
        """Copies a folder of `jobscripts`, without the job scripts in it."""
        for path in (ROOT / "jobscripts" / example).iterdir():
            if path.is_file() and path.suffix not in (".sbatch", ".txt"):
                shutil.copy(path, self.folder)

    def edit(self, name, *changes):
        """Changes a file: pairs of what stands there once, and what is to."""
        text = (self.folder / name).read_text(encoding="utf-8")
        for old, new in changes:
            self.assertEqual(text.count(old), 1, old)
            text = text.replace(old, new)
        (self.folder / name).write_text(text, encoding="utf-8")

    def run_study(self, slots=2, name="study"):
        """Checks and runs a study; gives its status, in which no trial has failed."""
        self.rung("check", name + ".yaml")
        self.rung("run", name + ".yaml", "--slots", slots, "--quiet")
        return self.finished(name)

    def finished(self, name="study"):
        """The status of a study that came to its end without failures."""
        status = json.loads(self.rung("status", name + ".rung", "--json"))
        logs = "".join(path.read_text(errors="replace")[-3000:]
                       for path in (self.folder / (name + ".rung") / "logs").glob("*"))
        self.assertEqual((status["state"], status["trials"]["failed"]), ("completed", 0), logs)
        return status

    def reports(self, name="study"):
        """Every report that was accepted: metrics as numbers, by their names."""
        text = self.rung("export", name + ".rung", "--format", "csv", "--reports")
        return [{key: float(value) for key, value in row.items() if value}
                for row in csv.DictReader(io.StringIO(text))]

    def trials(self, name="study"):
        """Every trial, as `export` has it."""
        text = self.rung("export", name + ".rung", "--format", "csv")
        return list(csv.DictReader(io.StringIO(text)))

    def resumed(self, name="study"):
        """How many processes went on from a checkpoint, as the journal has it."""
        count = 0
        for path in (self.folder / (name + ".rung") / "journal").glob("*.jsonl"):
            for line in path.read_text(encoding="utf-8").splitlines()[1:]:
                for command in json.loads(line)["commands"]:
                    leg = command.get("start", {}).get("_0")
                    count += bool(leg and leg.get("source"))
        return count
