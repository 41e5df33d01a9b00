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

# Trains one trial after another, and says what each is.
WARM = r"""
#include "rung.h"

int main(int argc, char **argv) {
  rung_trial *trial = rung_begin_warm(argc, argv);
  rung_epochs_by_hand(trial, 2);
  do {
    printf("trial %d.%d seed %d width %g from %d until %d of %d in %s and %s, stage %s\n", rung_id(trial),
           rung_attempt(trial), rung_seed(trial), rung_number(trial, "width", 0), rung_resumed_from(trial),
           rung_until(trial), rung_max_epoch(trial), rung_checkpoint_dir(trial), rung_trial_dir(trial),
           rung_stage() ? rung_stage() : "none");
    printf("environment %s %s %s %s\n", getenv("RUNG_TRIAL"), getenv("TMPDIR"), getenv("RUNG_CONFIG"),
           getenv("RUNG_FIDELITY_UNTIL"));
    printf("warmed %.17g %.17g %.17g %.17g\n", rung_warmed(trial, "rate", 0, 7), rung_warmed(trial, "rate", 3, 7),
           rung_warmed(trial, "rate", 9, 7), rung_warmed(trial, "missing", 0, 7));
    fflush(stdout);
    while (rung_next_epoch(trial)) {
      rung_metric(trial, "loss", 1);
      rung_report(trial);
    }
  } while (rung_next_trial(trial));
  return rung_end(trial);
}
"""

# A rank of a step, which hands what the first one hears to the others by a file.
STEP = r"""
#include "rung.h"

static void broadcast(int *numbers, int count, void *context) {
  FILE *file = fopen((const char *)context, rung_rank() == 0 ? "a" : "r");
  static long place = 0;
  if (!file) exit(3);
  fseek(file, place, rung_rank() == 0 ? SEEK_END : SEEK_SET);
  for (int i = 0; i < count; i++)
    if (rung_rank() == 0) fprintf(file, "%d\n", numbers[i]);
    else if (fscanf(file, "%d", &numbers[i]) != 1) exit(4);
  place = ftell(file);
  fclose(file);
}

int main(int argc, char **argv) {
  rung_trial *trial = rung_begin_step(argc, argv, broadcast, getenv("HEARD"));
  for (int rank = 0; rung_checkpoint_part(trial, rank); rank++)
    printf("part %s\n", rung_checkpoint_part(trial, rank));
  while (rung_next_epoch(trial)) {
    rung_metric(trial, "loss", 1);
    rung_report(trial);
    printf("epoch %d\n", rung_epoch(trial));
  }
  return rung_end(trial);
}
"""


class CClientTest(unittest.TestCase):
    """A folder and compiled trials."""

    @classmethod
    def setUpClass(cls):
        cls.build = tempfile.TemporaryDirectory(prefix="rung")
        cls.addClassCleanup(cls.build.cleanup)
        cls.programs = {}
        # As strictly as users may have it, and as C++ too.
        flags = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", str(HEADER)]
        for name, text in [("trial", TRIAL), ("warm", WARM), ("step", STEP)]:
            source = pathlib.Path(cls.build.name, name + ".c")
            source.write_text(text, encoding="utf-8")
            cls.programs[name] = str(source.with_suffix(""))
            subprocess.run(["c++", "-std=c++11", "-x", "c++", *flags, "-c", "-o", os.devnull, str(source)],
                           check=True)
            subprocess.run(["cc", "-std=c99", "-D_POSIX_C_SOURCE=200809L", "-g",
                            "-fsanitize=address,undefined", *flags, "-o", cls.programs[name], str(source),
                            "-lm"], check=True)

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="rung")
        self.addCleanup(shutil.rmtree, self.folder, True)

    def run_trial(
            self, script=None, config=None, arguments=(), status=0, program="trial", **variables):
        """Runs a trial; gives its lines of output and what the agent heard."""
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
        result = subprocess.run([self.programs[program], *arguments], env=environment, text=True,
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

    def test_by_hand_the_first_rank_of_mpirun_prints_for_all(self):
        for rank, count in (("0", 4), ("1", 0)):
            lines, _ = self.run_trial(OMPI_COMM_WORLD_RANK=rank)
            self.assertEqual(len([line for line in lines if line.startswith("[rung] ")]), count)

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

    def test_a_warm_process_trains_trial_after_trial(self):
        scale = {"rate": {"base": 1, "value": 4, "warmup": {"from": 2, "since": 1, "epochs": 4}}}
        second = {
            "id": 8, "attempt": 3, "config": {"width": 64, "rate": 4, "word": "]}"}, "scale": scale, "seed": 2,
            "checkpoint_dir": self.folder + "/checkpoint-8", "trial_dir": self.folder + "/scratch-8",
            "resumed_from": 1, "until": 3, "max": 27}

        def script(agent):
            agent.hear()
            agent.hear()
            agent.say(epoch=1, decision="pause")
            self.assertEqual(agent.hear(), {"next": True})
            # What still speaks of the trial before is none of the next one's business.
            agent.say(hold=True)
            agent.say(decision="stop")
            agent.say(trial=second)
            for epoch in (2, 3):
                self.assertEqual(agent.hear(), {"epoch": epoch, "loss": 1})
            agent.say(epoch=3, decision="stop")
            self.assertEqual(agent.hear(), {"next": True})

        lines, heard = self.run_trial(
            script, program="warm", config='{"width": 8, "rate": 5}', RUNG_TRIAL_DIR="/tmp/y", TMPDIR="/tmp/y",
            RUNG_STAGE="/tmp/stage", **{**self.LEG, "RUNG_FIDELITY_UNTIL": "1"})
        self.assertEqual(heard[0]["warm"], True)
        self.assertEqual(lines[0], "trial 3.2 seed 0 width 8 from 0 until 1 of 9 in /tmp/x and /tmp/y, "
                         "stage /tmp/stage")
        self.assertEqual(lines[2], "warmed 5 5 5 7")
        folder = self.folder
        self.assertEqual(lines[3], "trial 8.3 seed 2 width 64 from 1 until 3 of 27 in %s/checkpoint-8 and "
                         "%s/scratch-8, stage /tmp/stage" % (folder, folder))
        self.assertEqual(lines[4], "environment 8 %s/scratch-8 %s/scratch-8/rung-config.json 3"
                         % (folder, folder))
        self.assertEqual(lines[5], "warmed 2 3 4 7")
        written = pathlib.Path(folder, "scratch-8", "rung-config.json").read_text(encoding="utf-8")
        self.assertEqual(json.loads(written), second["config"])

    def test_by_hand_a_warm_process_trains_once(self):
        lines, _ = self.run_trial(program="warm", arguments=["--width", "3"], TMPDIR="/tmp")
        self.assertEqual(len([line for line in lines if line.startswith("[rung] ")]), 2)
        self.assertEqual(len([line for line in lines if line.startswith("trial ")]), 1)
        self.assertTrue(lines[0].endswith("in rung-checkpoint and /tmp, stage none"), lines[0])

    def test_ranks_of_a_step_follow_what_the_first_one_hears(self):
        def script(agent):
            agent.hear()
            for epoch in (1, 2):
                self.assertEqual(agent.hear()["epoch"], epoch)
            agent.say(epoch=2, decision="continue", until=4)
            agent.hear()
            agent.hear()
            agent.say(epoch=4, decision="pause")
            agent.hear_all()

        heard = os.path.join(self.folder, "heard")
        leg = {**self.LEG, "RUNG_FIDELITY_UNTIL": "2", "HEARD": heard}
        first, _ = self.run_trial(script, program="step", RUNG_RANK="0", **leg)
        other, _ = self.run_trial(program="step", RUNG_RANK="1", **leg)
        self.assertEqual(first, ["part /tmp/x"] + ["epoch %d" % epoch for epoch in range(1, 5)])
        self.assertEqual(other, first)

    def test_a_rank_finds_the_parts_of_all_by_their_numbers(self):
        for rank in range(3):
            os.makedirs(os.path.join(self.folder, "rank-%d" % rank))
        lines, _ = self.run_trial(program="step", WORLD_SIZE="2", RANK="1", **{
            **self.LEG, "RUNG_CHECKPOINT_DIR": self.folder + "/rank-1", "RUNG_RESUME_FROM": "3"})
        self.assertEqual(lines, ["part %s/rank-%d" % (self.folder, rank) for rank in range(3)])

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
