"""Trains a network of PyTorch's to tell two spirals apart, on a GPU where there is one.

By hand: python3 train.py --learning_rate 0.01 --width 32 --layers 2 --optimizer adam
"""

import math
import os

import rung
import torch
from torch import nn


def spirals(count, seed):
    """Points on two arms, and which arm each is on."""
    random = torch.Generator().manual_seed(seed)
    arms = torch.randint(2, (count,), generator=random)
    turns = torch.rand(count, generator=random).sqrt() * 3 * math.pi
    angles = turns + math.pi * arms
    points = torch.stack([turns * angles.cos(), turns * angles.sin()], 1) / 10
    return points + 0.02 * torch.randn(count, 2, generator=random), arms


def main():
    trial = rung.trial()
    config = trial.config
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(trial.id)
    points, arms = (tensor.to(device) for tensor in spirals(2000, seed=1))
    others, labels = (tensor.to(device) for tensor in spirals(1000, seed=2))
    layers = [nn.Linear(2, config["width"]), nn.ReLU()]
    for _ in range(config["layers"] - 1):
        layers += [nn.Linear(config["width"], config["width"]), nn.ReLU()]
    model = nn.Sequential(*layers, nn.Linear(config["width"], 2)).to(device)
    if config["optimizer"] == "sgd":
        optimizer = torch.optim.SGD(
            model.parameters(), config["learning_rate"], momentum=config["momentum"])
    else:
        optimizer = torch.optim.Adam(model.parameters(), config["learning_rate"])
    state = os.path.join(trial.checkpoint_dir, "state.pt")
    if trial.resumed_from > 0:
        saved = torch.load(state, map_location=device)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
    for epoch in trial.epochs(default=27):
        for rows in torch.randperm(len(points), device=device).split(50):
            loss = nn.functional.cross_entropy(model(points[rows]), arms[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()},
                   state + ".new")
        os.replace(state + ".new", state)
        with torch.no_grad():
            right = (model(others).argmax(1) == labels).float().mean().item()
        trial.report(epoch, val_accuracy=right)


if __name__ == "__main__":
    main()
