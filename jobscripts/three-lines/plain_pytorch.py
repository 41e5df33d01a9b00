"""A plain training loop of PyTorch: a network that tells two spirals apart."""

import argparse
import math

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--learning_rate", type=float, default=0.01)
parser.add_argument("--width", type=int, default=32)
options = parser.parse_args()

torch.manual_seed(1)
arms = torch.randint(2, (1000,))
turns = torch.rand(1000).sqrt() * 3 * math.pi
angles = turns + math.pi * arms
points = torch.stack([turns * angles.cos(), turns * angles.sin()], 1) / 10

model = nn.Sequential(
    nn.Linear(2, options.width), nn.ReLU(), nn.Linear(options.width, options.width), nn.ReLU(),
    nn.Linear(options.width, 2))
optimizer = torch.optim.Adam(model.parameters(), options.learning_rate)
for epoch in range(1, 10):
    for rows in torch.randperm(800).split(50):
        loss = nn.functional.cross_entropy(model(points[rows]), arms[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        accuracy = (model(points[800:]).argmax(1) == arms[800:]).float().mean().item()
    print("epoch", epoch, "accuracy", accuracy)
