"""Trains a convolutional network on the handwritten digits, in as many processes as a trial has.

    python3 train.py --learning_rate 0.01 --channels 32              # by hand, in one process
    torchrun --nproc-per-node=2 train.py --learning_rate 0.01        # by hand, in two

Each process trains on its share of every epoch's images, and PyTorch averages the gradients after
each batch. Order and first weights follow from the trial's number, so that a training that was
paused and resumed, on whatever number of processes, sees the images in the same order.
"""

import importlib.util
import os
import sys

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

import rung

SPLIT_SEED = 1
DEFAULTS = {
    "channels": 32, "layers": 2, "learning_rate": 0.01, "batch_size": 32, "weight_decay": 1e-4}
"""What a parameter is when the configuration lacks it, as it may by hand."""
EPOCHS_BY_HAND = 18
VALIDATED = 0.2
"""The share of the images that is validated on."""


def load_digits():
    """The 1,797 images of scikit-learn's folder, brightnesses from 0 to 1, and their digits."""
    package = importlib.util.find_spec("sklearn")
    if package is None or not package.submodule_search_locations:
        sys.exit("train.py: the digits come with scikit-learn; pip install scikit-learn")
    path = os.path.join(
        package.submodule_search_locations[0], "datasets", "data", "digits.csv.gz")
    table = np.loadtxt(path, delimiter=",", dtype=np.float32)
    images = torch.tensor((table[:, :-1] / 16).reshape(-1, 1, 8, 8).tolist())
    return images, torch.tensor(table[:, -1].astype(int).tolist())


def network(channels, layers):
    """Convolutions that keep the size, then an average over it."""
    parts, width = [], 1
    for _ in range(layers):
        parts += [nn.Conv2d(width, channels, 3, padding=1), nn.ReLU()]
        width = channels
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(4 * width, 10))


def run(trial):
    """Trains one trial, this process's share of it."""
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    settings = {**DEFAULTS, **trial.config}
    device = torch.device("cpu")
    if torch.cuda.is_available():
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        torch.cuda.set_device(device)

    images, digits = load_digits()
    order = torch.randperm(len(digits), generator=torch.Generator().manual_seed(SPLIT_SEED))
    cut = round(len(order) * VALIDATED)
    validated, trained = order[:cut], order[cut:]
    images, digits = images.to(device), digits.to(device)

    torch.manual_seed(trial.id)
    plain = network(int(settings["channels"]), int(settings["layers"])).to(device)
    model = DistributedDataParallel(plain) if world > 1 else plain
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=settings["learning_rate"], weight_decay=settings["weight_decay"])
    # The state that process 0 saved is the state of all.
    saved = os.path.join(trial.checkpoint_parts[0], "state.pt")
    if trial.resumed_from:
        state = torch.load(saved, map_location=device)
        plain.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])

    size = int(settings["batch_size"])
    for epoch in trial.epochs(EPOCHS_BY_HAND):
        model.train()
        generator = torch.Generator().manual_seed(1_000_003 * trial.id + epoch)
        shown = trained[torch.randperm(len(trained), generator=generator)]
        # Whole batches of all processes, so that each takes part in every average.
        for start in range(0, len(shown) - size * world + 1, size * world):
            rows = shown[start + rank * size:start + (rank + 1) * size]
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(images[rows]), digits[rows]).backward()
            optimizer.step()

        model.eval()
        mine = validated[rank::world]
        with torch.no_grad():
            right = (plain(images[mine]).argmax(1) == digits[mine]).sum()
        if world > 1:
            dist.all_reduce(right)
        if rank == 0:
            path = os.path.join(trial.checkpoint_dir, "state.pt")
            torch.save(
                {"model": plain.state_dict(), "optimizer": optimizer.state_dict()}, path + ".new")
            os.replace(path + ".new", path)
        trial.report(epoch, val_accuracy=right.item() / len(validated))


def main():
    """Joins the other processes of the trial, if there are any."""
    if int(os.environ.get("WORLD_SIZE", 1)) > 1:
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    run(rung.trial())
    if dist.is_initialized():
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
