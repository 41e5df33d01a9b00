"""Trains a small network of any architecture of the study on the handwritten digits, data-parallel.

    python3 train.py --layer_1 relu_32 --layer_2 identity --skip_1_3 identity      # by hand

The search space is cut after that of AgEBO (Egele et al., SC 2021): dense layers of any width and activation,
or none, with skip connections between them. The batch size is that of all processes together: the study's
`scale` has multiplied it, and the learning rate, by their number.
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

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh}
PIXELS, CLASSES, VALIDATED = 64, 10, 360
EPOCHS_BY_HAND = 12


def load_digits():
    """The 1,797 images of scikit-learn's folder and their digits, in an order that is always the same."""
    package = importlib.util.find_spec("sklearn")
    if package is None or not package.submodule_search_locations:
        sys.exit("train.py: the digits come with scikit-learn; pip install scikit-learn")
    path = os.path.join(package.submodule_search_locations[0], "datasets", "data", "digits.csv.gz")
    table = np.loadtxt(path, delimiter=",", dtype=np.float32)
    table = table[np.random.default_rng(1).permutation(len(table))]
    return torch.from_numpy(table[:, :-1] / 16), torch.from_numpy(table[:, -1].astype(np.int64))


class Network(nn.Module):
    """Layers that see the one before, and what the skip connections bring them."""

    def __init__(self, config):
        """Builds what the configuration says; a layer or connection that it lacks is not there."""
        super().__init__()
        self.layers, self.skips = nn.ModuleList(), nn.ModuleDict()
        widths = [PIXELS]
        for number in (1, 2, 3):
            kind, _, units = config.get("layer_%d" % number, "identity").partition("_")
            for before in range(number - 1):
                name = "skip_%s_%d" % (before or "input", number)
                if config.get(name, "zero") == "identity":
                    # Brought to the width of what it is added to.
                    self.skips[name] = nn.Linear(widths[before], widths[number - 1])
            layer = nn.Identity()
            if kind != "identity":
                layer = nn.Sequential(nn.Linear(widths[-1], int(units)), ACTIVATIONS[kind]())
            self.layers.append(layer)
            widths.append(int(units) if units else widths[-1])
        self.last = nn.Linear(widths[-1], CLASSES)

    def forward(self, images):
        """What each image is taken for."""
        seen = [images]
        for number, layer in enumerate(self.layers, 1):
            value = seen[-1]
            for before in range(number - 1):
                name = "skip_%s_%d" % (before or "input", number)
                if name in self.skips:
                    value = value + self.skips[name](seen[before])
            seen.append(layer(value))
        return self.last(seen[-1])


def train(trial):
    """Trains this process's share of a trial."""
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    device = torch.device("cpu")
    if torch.cuda.is_available():
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        torch.cuda.set_device(device)
    images, digits = (tensor.to(device) for tensor in load_digits())
    count = len(images) - VALIDATED
    config = {"learning_rate": 0.03, "batch_size": 32, **trial.config}
    batch = int(config["batch_size"])

    torch.manual_seed(trial.id)
    plain = Network(config).to(device)
    model = DistributedDataParallel(plain) if world > 1 else plain
    optimizer = torch.optim.SGD(model.parameters(), config["learning_rate"], momentum=0.9)
    saved = os.path.join(trial.checkpoint_parts[0], "state.pt")
    if trial.resumed_from:
        state = torch.load(saved, map_location=device)
        plain.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])

    for epoch in trial.epochs(EPOCHS_BY_HAND):
        order = torch.randperm(count, generator=torch.Generator().manual_seed(1000 * trial.id + epoch))
        starts = range(0, count - batch + 1, batch)
        for step, start in enumerate(starts):
            if "learning_rate" in trial.config:
                # More processes begin with the rate of one, and rise to theirs over the first epochs.
                rate = trial.warmed("learning_rate", epoch - 1 + step / len(starts))
                optimizer.param_groups[0]["lr"] = rate
            rows = order[start:start + batch][rank::world]
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(images[rows]), digits[rows]).backward()
            optimizer.step()
        with torch.no_grad():
            right = (plain(images[count:]).argmax(1) == digits[count:]).sum().item()
        if rank == 0:
            path = os.path.join(trial.checkpoint_dir, "state.pt")
            torch.save({"model": plain.state_dict(), "optimizer": optimizer.state_dict()}, path + ".new")
            os.replace(path + ".new", path)
        trial.report(epoch, val_accuracy=right / VALIDATED, processes=world, images_a_step=batch)


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
