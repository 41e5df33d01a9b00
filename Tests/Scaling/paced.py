"""A trial of epochs that last as long as they are said to, on a machine that could not train so many at a time.

One process serves one trial after another. The accuracies are made up of the configuration.
"""
import math
import os
import pathlib
import time

import rung

PACE = float(os.environ["PACE"])

for trial in rung.trials():
    due = time.monotonic()
    best = 0.95 - 0.05 * abs(math.log10(trial.config["learning_rate"]) + 2.5)
    speed = 1 + trial.config["width"] / 64
    kept = pathlib.Path(trial.checkpoint_dir, "epoch")
    if trial.resumed_from > 0:
        assert int(kept.read_text()) == trial.resumed_from
    for epoch in trial.epochs():
        # A decision may have taken time: the pace is that of the training.
        due = max(due, time.monotonic() - PACE / 10) + PACE
        time.sleep(max(0, due - time.monotonic()))
        kept.with_suffix(".new").write_text(str(epoch))
        kept.with_suffix(".new").rename(kept)
        trial.report(epoch, val_accuracy=best * (1 - math.exp(-speed * epoch)))
