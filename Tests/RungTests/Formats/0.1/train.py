import os, sys, rung
trial = rung.trial()
path = os.path.join(trial.checkpoint_dir, "state")
if trial.resumed_from:
    assert open(path).read() == f"{trial.id} {trial.resumed_from}"
import time
for epoch in trial.epochs():
    time.sleep(0.1)
    if trial.id == 5 and epoch == 2 and not os.path.exists("failed"):
        open("failed", "w").close()
        sys.exit("an error that goes away")
    with open(path, "w") as file:
        file.write(f"{trial.id} {epoch}")
    loss = float("nan") if trial.id == 7 else trial.config["rate"] + trial.id % 4 / epoch
    trial.report(epoch, loss=loss, extra=float(epoch))
