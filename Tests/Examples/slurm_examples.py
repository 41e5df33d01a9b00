"""The examples whose trials are several processes, as jobs on a private Slurm.

    Tests/Cluster/cluster run DIR -- python3 Tests/Examples/slurm_examples.py

Not found by the discovery of tests, since it needs the cluster around it. The devices are stand-ins, so
PyTorch's processes talk by Gloo.
"""

import json
import os
import subprocess
import sys
import time
import unittest

from studies import DEBIANS_PYTHON, PYTHON, RUNG, StudyTest
from test_examples import with_the_digits

JOB_SECONDS = 600


class SlurmExamples(StudyTest):
    """Each is submitted as its page says, with fewer trials."""

    def setUp(self):
        self.assertIn("SLURM_CONF", os.environ, "run it by 'Tests/Cluster/cluster run DIR -- ...'")
        super().setUp()

    def has_jobs(self):
        """Whether Slurm knows any; a controller that has no core for a moment answers nobody."""
        for _ in range(60):
            asked = subprocess.run(["squeue", "--noheader"], capture_output=True, text=True, check=False)
            if asked.returncode == 0:
                return bool(asked.stdout.strip())
            time.sleep(1)
        self.fail("squeue: " + asked.stderr)

    def submit(self, *options):
        """Submits the study and waits for the end of its job; gives the status."""
        self.rung("submit", "study.yaml", "--site", "private-cluster", "--nodes", 2, "--time", "20m", *options)
        deadline = time.monotonic() + JOB_SECONDS
        while self.has_jobs():
            self.assertLess(time.monotonic(), deadline, "the job has not ended")
            time.sleep(0.5)
        return self.finished()

    def test_ranks_train_a_network_of_the_size_space(self):
        self.python = DEBIANS_PYTHON
        self.copy("nats-size")
        with_the_digits(self)
        self.edit("study.yaml", ("[python3, train.py]", "[%s, train.py]" % DEBIANS_PYTHON),
                  ("max: 27}", "max: 9}"), ("cpus: 2", "cpus: 1"), ("trials: 64", "trials: 4"))
        status = self.submit()
        self.assertGreater(status["best_full"]["value"], 0.8)
        self.assertEqual(status["trials"]["total"], 4)

    def test_the_search_chooses_the_number_of_processes(self):
        self.python = DEBIANS_PYTHON
        self.copy("joint-search")
        with_the_digits(self)
        self.edit("study.yaml", ("[python3, train.py]", "[%s, train.py]" % DEBIANS_PYTHON),
                  ("min: 12, max: 12", "min: 4, max: 4"), ("trials: 64", "trials: 8"),
                  ("population: 16, sample: 4", "population: 4, sample: 2"))
        self.submit()
        trials = {int(trial["trial"]): trial for trial in self.trials()}
        self.assertEqual(len(trials), 8)
        sizes = {int(trial["config.gpus"]) for trial in trials.values()}
        self.assertGreater(len(sizes), 1)
        for report in self.reports():
            trial = trials[int(report["trial"])]
            # There are as many processes as were chosen, and the batch is as many times that of one.
            gpus = int(trial["config.gpus"])
            self.assertEqual(report["processes"], gpus)
            self.assertEqual(report["images_a_step"], gpus * int(trial["config.batch_size"]))

    def test_an_mpi_program_is_tuned(self):
        self.python = PYTHON
        self.copy("poisson-mpi")
        client = os.path.dirname(os.path.abspath(__file__)) + "/../../Sources/CResources"
        self.shell("make", "RUNG_H=" + client, "CFLAGS=-O2 -Wall -Wextra -Werror")
        # By hand it is as fast as it is there, and finds the same numbers on any number of ranks.
        digits = []
        for ranks in ("1", "2"):
            printed = self.by_hand(
                "env", "POINTS=32", "mpirun", "--oversubscribe", "-n", ranks, "./poisson", "--omega",
                "1.8", "--sweeps", "1", "--block", "8")
            self.assertEqual([report["epoch"] for report in printed], list(range(1, 91)))
            digits.append([report["digits"] for report in printed[:20]])
        for one, two in zip(*digits):
            self.assertAlmostEqual(one, two, places=6)

        # Where all nodes are one host, Open MPI at times does not connect two ranks: such a trial is begun
        # again.
        self.edit("study.yaml", ("max: 90}", "max: 30}"), ("  ranks: 4\n", "  ranks: 2\n"),
                  ("retries: 2", "retries: 6\n  silence: 30s"), ('"256"', '"32"'), ("trials: 32", "trials: 6"))
        status = self.submit("--strategy", "steps")
        self.assertEqual(status["trials"]["total"], 6)
        self.assertGreater(status["best_full"]["value"], 0)
        self.assertGreater(self.resumed(), 0)
        # Each trial's digits only grow or fall with its rounds, never by those of another grid.
        for report in self.reports():
            self.assertGreater(report["seconds"], 0)


def main():
    if "SLURM_CONF" not in os.environ or subprocess.run(["sinfo"], capture_output=True).returncode:
        sys.exit("slurm_examples.py: no private Slurm; run it by 'Tests/Cluster/cluster run DIR -- ...'")
    print(json.dumps({"program": RUNG}))
    unittest.main()


if __name__ == "__main__":
    main()
