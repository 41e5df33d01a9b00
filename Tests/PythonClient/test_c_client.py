"""Tests of `rung.h`: a compiled trial against an agent played by a thread.

Run by `python3 -m unittest test_c_client` in the folder of this file. Needs a compiler, `cc`.
"""

import json
import math
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from test_client import PlayedAgent

HEADER = pathlib.Path(__file__).resolve().parents[2] / "Sources" / "CResources"

# Reports what it was given, and prints what it heard.
TRIAL = r"""
#include "rung.h"

int main(int argc, char **argv) {
  rung_trial *trial = rung_begin(argc, argv);
  rung_epochs_by_hand(trial, 4);
  printf("config %.17g|%s|%d|%s|%.17g\n", rung_number(trial, "rate", -1),
         rung_word(trial, "word", "none"), rung_truth(trial, "flag", -1),
         rung_word(trial, "missing", "none"), rung_number(trial, "missing", 7));
  printf("from %d of %d id %d in %s\n", rung_resumed_from(trial), rung_max_epoch(trial), rung_id(trial),
         rung_checkpoint_dir(trial));
  while (rung_next_epoch(trial)) {
    rung_metric(trial, "loss", 1.0 / rung_epoch(trial));
    if (getenv("ODD")) {
      rung_metric(trial, "a \"b\" \\ \n", 0.1);
      rung_metric(trial, "nan", NAN);
      rung_metric(trial, "inf", -INFINITY);
    }
    rung_report(trial);
    printf("epoch %d\n", rung_epoch(trial));
    fflush(stdout);
  }
  return rung_end(trial);
}
"""


class CClientTest(unittest.TestCase):
    """A folder and a compiled trial."""

    @classmethod
    def setUpClass(cls):
        cls.build = tempfile.TemporaryDirectory(prefix="rung")
        cls.addClassCleanup(cls.build.cleanup)
        source = pathlib.Path(cls.build.name, "trial.c")
        source.write_text(TRIAL, encoding="utf-8")
        cls.program = str(source.with_suffix(""))
        # As strictly as users may have it, and as C++ too.
        flags = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", str(HEADER)]
        subprocess.run(["c++", "-std=c++11", "-x", "c++", *flags, "-c", "-o", os.devnull, str(source)],
                       check=True)
        subprocess.run(["cc", "-std=c99", "-D_POSIX_C_SOURCE=200809L", "-g",
                        "-fsanitize=address,undefined", *flags, "-o", cls.program, str(source), "-lm"],
                       check=True)

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="rung")
        self.addCleanup(shutil.rmtree, self.folder, True)

    def run_trial(self, script=None, config=None, arguments=(), status=0, **variables):
        """Runs the trial; gives its lines of output and what the agent heard."""
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("RUNG_") and name not in ("RANK", "WORLD_SIZE")}
        agent = None
        if script is not None:
            socket = os.path.join(self.folder, "socket")
            agent = PlayedAgent(socket, script)
            environment["RUNG_SOCKET"] = socket
        if config is not None:
            path = os.path.join(self.folder, "config.json")
            pathlib.Path(path).write_text(config, encoding="utf-8")
            environment["RUNG_CONFIG"] = path
        environment.update(variables)
        result = subprocess.run([self.program, *arguments], env=environment, text=True,
                                cwd=self.folder, capture_output=True, timeout=60, check=False)
        self.assertEqual(result.returncode, status, result.stderr)
        self.errors = result.stderr
        heard = agent.finish() if agent and not status else []
        return result.stdout.split("\n")[:-1], heard

    LEG = {"RUNG_TRIAL": "3", "RUNG_ATTEMPT": "2", "RUNG_FIDELITY_NAME": "epoch",
           "RUNG_FIDELITY_MAX": "9", "RUNG_FIDELITY_UNTIL": "3", "RUNG_CHECKPOINT_DIR": "/tmp/x"}

    def test_by_hand_it_takes_settings_and_prints_reports(self):
        lines, _ = self.run_trial(arguments=["--rate", "0.25", "--word", "a b", "--flag", "true"])
        self.assertEqual(lines[0], "config 0.25|a b|1|none|7")
        self.assertEqual(lines[1], "from 0 of 4 id 0 in rung-checkpoint")
        reports = [json.loads(line[7:]) for line in lines if line.startswith("[rung] ")]
        self.assertEqual([report["epoch"] for report in reports], [1, 2, 3, 4])
        self.assertEqual(reports[2]["loss"], 1 / 3)

    def test_configurations_are_read_as_json(self):
        config = json.dumps({
            "flag": False, "nested": {"a": [1, "]}", {"b": None}]}, "nothing": None,
            "rate": 2.5e-05, "word": "quote \" slash \\ line \n é 🙂 \u2028"})
        for text in (config, json.dumps(json.loads(config), ensure_ascii=False, indent=2)):
            lines, _ = self.run_trial(config=text, **self.LEG)
            whole = "\n".join(lines)
            self.assertTrue(whole.startswith(
                "config 2.5000000000000001e-05|quote \" slash \\ line \n é 🙂 \u2028|0|none|7"), whole)

    def test_decisions_are_waited_for_and_followed(self):
        def script(agent):
            agent.hear()
            for epoch in (1, 2, 3):
                self.assertEqual(agent.hear()["epoch"], epoch)
            agent.say(decision="continue", epoch=2, until=3)
            agent.say(later="version", with_={"more": [1]})
            agent.say(decision="continue", epoch=3, until=5)
            for epoch in (4, 5):
                self.assertEqual(agent.hear()["epoch"], epoch)
            agent.say(decision="pause", epoch=5)
            agent.hear_all()
        lines, heard = self.run_trial(script, RUNG_RESUME_FROM="0", **self.LEG)
        self.assertEqual(heard[0], {"trial": 3, "attempt": 2, "rank": 0, "protocol": 1, "warm": False})
        self.assertEqual(lines[-1], "epoch 5")
        self.assertFalse(any(line.startswith("[rung]") for line in lines))

    def test_a_resumed_trial_goes_on_behind_its_checkpoint(self):
        def script(agent):
            agent.hear()
            self.assertEqual(agent.hear()["epoch"], 3)
            agent.say(decision="stop", epoch=3)
            agent.hear_all()
        lines, _ = self.run_trial(script, RUNG_RESUME_FROM="2", **self.LEG)
        self.assertIn("from 2 of 9 id 3 in /tmp/x", lines)
        self.assertEqual(lines[-1], "epoch 3")

    def test_a_trial_that_is_asked_to_hold_says_that_it_waits(self):
        def script(agent):
            agent.hear()
            agent.say(hold=True)
            report = agent.hear()
            while not report.get("waiting"):
                report = agent.hear()
            agent.say(decision="pause", epoch=report["epoch"])
            agent.hear_all()
        _, heard = self.run_trial(
            script, **{**self.LEG, "RUNG_FIDELITY_UNTIL": "900000", "RUNG_FIDELITY_MAX": "900000"})
        self.assertIs(heard[-1]["waiting"], True)

    def test_checkpoints_are_decided_about_too(self):
        def script(agent):
            agent.hear()
            for epoch in (1, 2):
                agent.hear()
            agent.say(decision="continue", epoch=2)
            self.assertEqual(agent.hear()["epoch"], 3)
            agent.say(decision="stop", epoch=3)
            agent.hear_all()
        lines, _ = self.run_trial(script, RUNG_CHECKPOINT_EVERY="2", **self.LEG)
        self.assertEqual(lines[-1], "epoch 3")

    def test_names_are_escaped_and_what_is_not_finite_is_a_bare_token(self):
        def script(agent):
            agent.hear()
            agent.hear()
            agent.say(decision="stop", epoch=1)
            agent.hear_all()
        _, heard = self.run_trial(script, ODD="1", **{**self.LEG, "RUNG_FIDELITY_UNTIL": "1"})
        self.assertEqual(heard[1]["a \"b\" \\ \n"], 0.1)
        self.assertTrue(math.isnan(heard[1]["nan"]))
        self.assertEqual(heard[1]["inf"], -math.inf)

    def test_a_closed_socket_ends_the_trial(self):
        def script(agent):
            agent.hear()
            agent.hear()
        _, heard = self.run_trial(script, **self.LEG)
        self.assertGreaterEqual(len(heard), 2)
        self.assertIn("the agent has closed the connection, so trial 3 ends here", self.errors)

    def test_a_rank_of_a_job_step_prints_if_it_is_the_first(self):
        lines, _ = self.run_trial(RUNG_RANK="0", RUNG_SOCKET="/nonexistent", **self.LEG)
        self.assertEqual(sum(line.startswith("[rung] ") for line in lines), 3)
        lines, _ = self.run_trial(RUNG_RANK="1", RUNG_SOCKET="/nonexistent", **self.LEG)
        self.assertEqual(lines[2:], ["epoch 1", "epoch 2", "epoch 3"])

    def test_what_cannot_be_read_or_reached_is_said(self):
        self.run_trial(config="[1]", status=70, **self.LEG)
        self.assertRegex(self.errors, "^rung: is no JSON object: '.*config.json'\n$")
        self.run_trial(status=70, RUNG_CONFIG="/nonexistent", **self.LEG)
        self.assertEqual(self.errors, "rung: cannot read the configuration: '/nonexistent'\n")
        self.run_trial(status=70, RUNG_SOCKET="/nonexistent", **self.LEG)
        self.assertRegex(self.errors, "^rung: cannot reach Rung; .*: '/nonexistent'\n$")


if __name__ == "__main__":
    unittest.main()
