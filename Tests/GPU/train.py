"""Trains a convolutional network of the size of NATS-Bench's on images made of handwritten digits.

The network has the five stages of NATS-Bench's size space (Dong et al. 2021, section 3): a stem, then
cell, reduction, cell, reduction, cell, of 8 to 64 channels each, and the cell that its authors took
there. The data cannot be theirs: scikit-learn's 1,797 digits are moved, turned, made 16 by 16 pixels
large and noisy, which gives as many images as are asked for. Warm: a process trains one trial after
another, so that PyTorch is imported once.
"""

import math
import os

import rung
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional

TRAINING_IMAGES, OTHER_IMAGES, SIDE, CLASSES = 25_000, 5_000, 16, 10
NOISE = 0.9
"""So strong that networks of different sizes differ."""


def images_of(rows, count, seed, device):
    """`count` images of the digits in `rows`, each turned, moved and made noisy at random."""
    digits = load_digits()
    random = torch.Generator().manual_seed(seed)
    chosen = torch.as_tensor(rows)[torch.randint(len(rows), (count,), generator=random)]
    pictures = torch.tensor(digits.images.tolist())[chosen, None] / 8 - 1
    angles = (torch.rand(count, generator=random) - 0.5) * 0.8
    cosines, sines = angles.cos(), angles.sin()
    moves = (torch.rand(count, 2, generator=random) - 0.5) * 0.5
    transform = torch.stack([
        torch.stack([cosines, -sines, moves[:, 0]], 1), torch.stack([sines, cosines, moves[:, 1]], 1),
    ], 1)
    grid = functional.affine_grid(transform, [count, 1, SIDE, SIDE], align_corners=False)
    moved = functional.grid_sample(pictures, grid, padding_mode="border", align_corners=False)
    noisy = moved.expand(-1, 3, -1, -1) + NOISE * torch.randn(
        count, 3, SIDE, SIDE, generator=random)
    labels = torch.tensor(digits.target.tolist())[chosen]
    return noisy.to(device), labels.to(device)


class Operation(nn.Sequential):
    """ReLU, convolution, normalisation."""

    def __init__(self, before, after, stride=1, size=3):
        super().__init__(
            nn.ReLU(), nn.Conv2d(before, after, size, stride, size // 2, bias=False),
            nn.BatchNorm2d(after))


class Cell(nn.Module):
    """`|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|`."""

    def __init__(self, before, after):
        super().__init__()
        self.first = Operation(before, after)
        self.second = nn.ModuleList([Operation(before, after), Operation(after, after)])
        self.third = nn.ModuleList([Operation(after, after), Operation(after, after)])
        self.skip = nn.Identity() if before == after else Operation(before, after, size=1)

    def forward(self, zero):
        one = self.first(zero)
        two = self.second[0](zero) + self.second[1](one)
        return self.skip(zero) + self.third[0](one) + self.third[1](two)


class Reduction(nn.Module):
    """The residual block that halves the resolution."""

    def __init__(self, before, after):
        super().__init__()
        self.body = nn.Sequential(Operation(before, after, stride=2), Operation(after, after))
        self.skip = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(before, after, 1, bias=False))

    def forward(self, images):
        return self.skip(images) + self.body(images)


def network(channels):
    one, two, three, four, five = channels
    return nn.Sequential(
        nn.Conv2d(3, one, 3, padding=1, bias=False), nn.BatchNorm2d(one), Cell(one, one),
        Reduction(one, two), Cell(two, three), Reduction(three, four), Cell(four, five),
        nn.BatchNorm2d(five), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(five, CLASSES))


def accuracy(model, images, labels):
    model.eval()
    with torch.no_grad():
        right = sum(
            (model(images[start:start + 1000]).argmax(1) == labels[start:start + 1000]).sum()
            for start in range(0, len(images), 1000))
    return right.item() / len(images)


def train(trial, data, device):
    config = trial.config
    torch.manual_seed(trial.id)
    model = network([config["stage%d" % stage] for stage in range(1, 6)]).to(device)
    # The protocol of NATS-Bench, but for the number of epochs.
    optimizer = torch.optim.SGD(
        model.parameters(), lr=config["learning_rate"], momentum=0.9, weight_decay=5e-4,
        nesterov=True)
    if trial.resumed_from > 0:
        state = torch.load(trial.checkpoint_dir + "/state.pt", map_location=device)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
    (images, labels), validation, test = data
    batch = config["batch_size"]
    for epoch in trial.epochs():
        model.train()
        order = torch.randperm(len(images), device=device)
        steps = len(images) // batch
        for step in range(steps):
            passed = (epoch - 1 + step / steps) / trial.max_epoch
            for group in optimizer.param_groups:
                group["lr"] = config["learning_rate"] * (1 + math.cos(math.pi * passed)) / 2
            rows = order[step * batch:(step + 1) * batch]
            loss = functional.cross_entropy(model(images[rows]), labels[rows])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()},
                   trial.checkpoint_dir + "/state.pt")
        trial.report(epoch, val_accuracy=accuracy(model, *validation),
                     test_accuracy=accuracy(model, *test))


def main():
    device = torch.device(os.environ.get("TRAIN_DEVICE", "cuda"))
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    rows = torch.randperm(1797, generator=torch.Generator().manual_seed(1)).tolist()
    data = [images_of(rows[:1077], TRAINING_IMAGES, 1, device),
            images_of(rows[1077:1437], OTHER_IMAGES, 2, device),
            images_of(rows[1437:], OTHER_IMAGES, 3, device)]
    for trial in rung.trials():
        train(trial, data, device)


if __name__ == "__main__":
    main()
