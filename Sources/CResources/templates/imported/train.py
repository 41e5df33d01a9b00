"""Where your training goes: until then a made-up curve, so that the study runs as it is."""

import json
import os
import zlib

import rung

METRIC = "loss"


def made_up(config, epoch):
    """Falls with the epochs to what the settings are worth, which a checksum decides."""
    worth = zlib.crc32(json.dumps(config, sort_keys=True).encode()) / 2 ** 32
    return worth + 1 / epoch


def main():
    trial = rung.trial()
    state = os.path.join(trial.checkpoint_dir, "epoch")
    if trial.resumed_from > 0:
        with open(state) as file:
            assert int(file.read()) == trial.resumed_from
    for epoch in trial.epochs(default=27):
        # Train for one epoch by the settings in trial.config, and keep what is to go on from.
        with open(state + ".new", "w") as file:
            file.write(str(epoch))
        os.replace(state + ".new", state)
        trial.report(epoch, **{METRIC: made_up(trial.config, epoch)})


if __name__ == "__main__":
    main()
