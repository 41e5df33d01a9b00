"""Trains a convolutional network of five layers on the handwritten digits, data-parallel.

    python3 train.py --stage_1 16 --stage_5 64                           # by hand, in one process
    torchrun --nproc-per-node=2 train.py --stage_1 16 --stage_5 64       # by hand, in two

The widths of the layers are the size search space of NATS-Bench (Dong et al., TPAMI 2021). Its networks have
cells between these layers and 32 by 32 pixels to look at; here each layer is a convolution, and the third and
the fifth halve the image, as the residual blocks of NATS-Bench do.
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

STAGES = ["stage_1", "stage_2", "stage_3", "stage_4", "stage_5"]
STRIDES = [1, 1, 2, 1, 2]
BATCH = 64
"""Images in a batch, of all processes together."""
EPOCHS_BY_HAND = 27
VALIDATED = 360


def load_digits():
    """The 1,797 images of scikit-learn's folder and their digits, in an order that is always the same."""
    package = importlib.util.find_spec("sklearn")
    if package is None or not package.submodule_search_locations:
        sys.exit("train.py: the digits come with scikit-learn; pip install scikit-learn")
    path = os.path.join(package.submodule_search_locations[0], "datasets", "data", "digits.csv.gz")
    table = np.loadtxt(path, delimiter=",", dtype=np.float32)
    table = table[np.random.default_rng(1).permutation(len(table))]
    return (torch.from_numpy((table[:, :-1] / 16).reshape(-1, 1, 8, 8)),
            torch.from_numpy(table[:, -1].astype(np.int64)))


def network(widths):
    """A convolution for each width, then an average over the image."""
    parts, before = [], 1
    for width, stride in zip(widths, STRIDES):
        parts += [nn.Conv2d(before, width, 3, stride, padding=1, bias=False), nn.BatchNorm2d(width),
                  nn.ReLU()]
        before = width
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, 10))


def train(trial):
    """Trains this process's share of a trial."""
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    device = torch.device("cpu")
    if torch.cuda.is_available():
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        torch.cuda.set_device(device)
    images, digits = (tensor.to(device) for tensor in load_digits())
    count = len(images) - VALIDATED

    torch.manual_seed(trial.id)
    plain = network([int(trial.config.get(stage, 32)) for stage in STAGES]).to(device)
    model = DistributedDataParallel(plain) if world > 1 else plain
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
    # What process 0 saved is the state of all.
    saved = os.path.join(trial.checkpoint_parts[0], "state.pt")
    if trial.resumed_from:
        state = torch.load(saved, map_location=device)
        plain.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])

    for epoch in trial.epochs(EPOCHS_BY_HAND):
        model.train()
        # The learning rate falls along a half cosine to the end of the longest training.
        for group in optimizer.param_groups:
            group["lr"] = 0.05 * (1 + np.cos(np.pi * (epoch - 1) / trial.max_epoch))
        order = torch.randperm(count, generator=torch.Generator().manual_seed(1000 * trial.id + epoch))
        # Whole batches, of which each process has as much as the others.
        for start in range(0, count - BATCH + 1, BATCH):
            rows = order[start:start + BATCH][rank::world]
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(images[rows]), digits[rows]).backward()
            optimizer.step()

        model.eval()
        with torch.no_grad():
            right = (plain(images[count:]).argmax(1) == digits[count:]).sum()
        # Each normalises by what it saw itself: the mean is what the study hears of.
        if world > 1:
            dist.all_reduce(right)
        if rank == 0:
            path = os.path.join(trial.checkpoint_dir, "state.pt")
            torch.save({"model": plain.state_dict(), "optimizer": optimizer.state_dict()}, path + ".new")
            os.replace(path + ".new", path)
        trial.report(epoch, val_accuracy=right.item() / world / VALIDATED)


def main():
    """Joins the other processes of the trial, if there are any."""
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", 1)))
    if int(os.environ.get("WORLD_SIZE", 1)) > 1:
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    train(rung.trial())
    if dist.is_initialized():
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
