"""Trains a small network on the handwritten digits, at any fidelity, and reports twenty metrics an epoch.

One process trains one training after another. A training is determined by its configuration, its
fidelities and its seed to the last bit: whoever trains it again, in whatever job, sees the same numbers.
"""
import os
import sys

import numpy as np

sys.path.insert(0, os.environ.get("DIGITS", os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", "jobscripts", "digits")))
import train as digits_example  # noqa: E402: found by the line before

HIDDEN = 16
CLASSES = 10
_data = None


def data():
    """The images as 8 by 8 squares with their digits, in three parts; read once a process."""
    global _data
    if _data is None:
        images, digits = digits_example.load_digits()
        parts = digits_example.split(digits)
        _data = [(images[rows].reshape(-1, 8, 8).astype(np.float64), digits[rows])
                 for rows in parts]
    return _data


def coarse(images, resolution):
    """Images of so many pixels a side, each the mean of those that it covers; a row each."""
    side = 8 // resolution
    pooled = images.reshape(-1, resolution, side, resolution, side).mean(axis=(2, 4))
    return pooled.reshape(len(images), -1)


def softmax(scores):
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True)


class Training:
    """One training: stochastic gradient descent with momentum on one hidden layer."""

    def __init__(self, config, seed):
        self.config = config
        self.random = np.random.default_rng(seed)
        resolution = int(config["resolution"])
        self.parts = [(coarse(images, resolution), digits) for images, digits in data()]
        images, digits = self.parts[0]
        rows = np.random.default_rng(0).permutation(len(digits))
        rows = rows[:int(len(rows) * float(config["fraction"]))]
        self.images, self.digits = images[rows], digits[rows]
        inputs, hidden = images.shape[1], max(1, int(HIDDEN * float(config["width"])))
        self.weights = [self.random.normal(0, (2 / inputs) ** 0.5, (inputs, hidden)),
                        np.zeros(hidden),
                        self.random.normal(0, (2 / hidden) ** 0.5, (hidden, CLASSES)),
                        np.zeros(CLASSES)]
        self.speeds = [np.zeros_like(weight) for weight in self.weights]
        self.steps, self.gradient_norm = 0, 0.0

    def activate(self, images):
        sums = images @ self.weights[0] + self.weights[1]
        return np.tanh(sums) if self.config["activation"] == "tanh" else np.maximum(sums, 0)

    def train(self):
        """One epoch."""
        order = self.random.permutation(len(self.digits))
        size = int(self.config["batch_size"])
        rate, momentum = float(self.config["learning_rate"]), float(self.config["momentum"])
        decay = float(self.config["weight_decay"])
        for first in range(0, len(order), size):
            rows = order[first:first + size]
            images, hidden = self.images[rows], self.activate(self.images[rows])
            errors = softmax(hidden @ self.weights[2] + self.weights[3])
            errors[np.arange(len(rows)), self.digits[rows]] -= 1
            errors /= len(rows)
            back = errors @ self.weights[2].T
            back *= 1 - hidden ** 2 if self.config["activation"] == "tanh" else hidden > 0
            gradients = [images.T @ back, back.sum(0), hidden.T @ errors, errors.sum(0)]
            self.gradient_norm = float(np.sqrt(sum((g ** 2).sum() for g in gradients)))
            for weight, speed, gradient in zip(self.weights, self.speeds, gradients):
                speed *= momentum
                speed -= rate * (gradient + decay * weight)
                weight += speed
            self.steps += 1

    def metrics(self):
        """Twenty of them."""
        values = {}
        for name, (images, digits) in zip(("train", "val", "test"), self.parts):
            hidden = self.activate(images)
            shares = softmax(hidden @ self.weights[2] + self.weights[3])
            right = shares[np.arange(len(digits)), digits]
            best = shares.argmax(1)
            ranks = (shares > right[:, None]).sum(1)
            values[f"{name}_loss"] = float(-np.log(np.maximum(right, 1e-12)).mean())
            values[f"{name}_accuracy"] = float((best == digits).mean())
            values[f"{name}_top3"] = float((ranks < 3).mean())
            values[f"{name}_confidence"] = float(shares.max(1).mean())
            if name == "val":
                values["val_brier"] = float(((shares - np.eye(CLASSES)[digits]) ** 2).sum(1).mean())
                values["val_margin"] = float(np.diff(np.sort(shares, 1)[:, -2:], 1).mean())
                values["sparsity"] = float((np.abs(hidden) < 1e-3).mean())
        values["weight_norm"] = float(np.sqrt(sum((w ** 2).sum() for w in self.weights)))
        values["gradient_norm"] = self.gradient_norm
        values["parameters"] = float(sum(w.size for w in self.weights))
        values["steps"] = float(self.steps)
        values["samples"] = float(len(self.digits))
        return values


def main():
    import rung
    for trial in rung.trials():
        training = Training(trial.config, trial.seed)
        for epoch in trial.epochs():
            with np.errstate(all="ignore"):
                training.train()
                values = training.metrics()
            trial.report(epoch, **values)


if __name__ == "__main__":
    main()
