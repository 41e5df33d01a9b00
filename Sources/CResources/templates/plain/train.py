"""A training that needs nothing but Python: gradient descent with momentum into a narrow valley.

By hand: python3 train.py --learning_rate 0.1 --momentum 0.9
"""

import json
import os

import rung


def loss_at(x, y):
    return (1 - x) ** 2 + 20 * (y - x * x) ** 2


def gradient_at(x, y):
    return -2 * (1 - x) - 80 * x * (y - x * x), 40 * (y - x * x)


def main():
    trial = rung.trial()
    rate, momentum = trial.config["learning_rate"], trial.config["momentum"]
    place, speed = [-1.0, 1.5], [0.0, 0.0]
    state = os.path.join(trial.checkpoint_dir, "state.json")
    if trial.resumed_from > 0:
        with open(state) as file:
            place, speed = json.load(file)
    for epoch in trial.epochs(default=27):
        for _ in range(20):
            gradient = gradient_at(*place)
            # Far too large steps end far away, not at infinity.
            speed = [momentum * old - rate * slope for old, slope in zip(speed, gradient)]
            place = [max(-10.0, min(10.0, old + step)) for old, step in zip(place, speed)]
        with open(state + ".new", "w") as file:
            json.dump([place, speed], file)
        os.replace(state + ".new", state)
        trial.report(epoch, loss=loss_at(*place))


if __name__ == "__main__":
    main()
