"""Trains the digits' network at a pace: an epoch lasts as long on a busy machine as on an idle one.

One process trains one trial after another. Each image is shown once an epoch, so that sixteen of these
processes fit on a small machine.
"""
import os
import sys
import time

import numpy as np
import rung

sys.path.insert(0, os.environ["DIGITS"])
import train  # noqa: E402: found by the line before

train.SHOWINGS = 1
PACE = float(os.environ["PACE"])

images, digits = train.load_digits()
training_rows, validation_rows, _ = train.split(digits)
for trial in rung.trials():
    due = time.monotonic()
    epochs = trial.epochs()
    training = train.Training(
        trial.config, images[training_rows], digits[training_rows], trial.max_epoch, seed=trial.id)
    if trial.resumed_from > 0:
        assert training.load(trial.checkpoint_dir) == trial.resumed_from
    for epoch in epochs:
        # A decision may have taken time: the pace is that of the training.
        due = max(due, time.monotonic() - PACE / 10) + PACE
        with np.errstate(all="ignore"):
            training.train(epoch)
            accuracy, _ = training.averaged.judge(images[validation_rows], digits[validation_rows])
        training.save(trial.checkpoint_dir, epoch)
        time.sleep(max(0, due - time.monotonic()))
        trial.report(epoch, val_accuracy=accuracy)
