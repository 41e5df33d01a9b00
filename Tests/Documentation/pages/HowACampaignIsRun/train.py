"""Pretends to train."""

import os
import time

import rung

trial = rung.trial()
for epoch in trial.epochs(3):
    time.sleep(0.05)
    with open(os.path.join(trial.checkpoint_dir, "state"), "w") as file:
        file.write(str(epoch))
    trial.report(epoch, loss=abs(trial.config["learning_rate"] - 0.01) + 1 / epoch)
