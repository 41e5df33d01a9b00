"""Trains a neural network on the handwritten digits that scikit-learn ships, epoch by epoch.

    python3 train.py --learning_rate 0.01 --width 64     # by hand: trains and prints
    python3 train.py --test rung-checkpoint              # what a checkpoint is worth

The digits are 1,797 images of 8 by 8 pixels. Three fifths are trained on, a fifth is validated
on, and a fifth is the test set, which nothing but `--test` looks at.

A search starts this script some hundred times, mostly for a second or two of training. That is
why the network is written out in NumPy, and why the images are read from scikit-learn's folder:
to import scikit-learn takes longer than to train one epoch.
"""

import importlib.util
import math
import os
import sys

import numpy as np

CLASSES = 10
SIDE_PIXELS = 8
SPLIT_SEED = 1
"""Which images are trained on, validated on and tested on: the same in each trial and study.

Of the seeds 0 to 19 it is the one whose parts are nearest to the average in what a plain
nearest-neighbour classifier recognises (0.983 of the validation set and 0.986 of the test set);
seed 0, for one, has a test set so easy that it recognises all of it.
"""

DEFAULTS = {
    "layers": 2, "width": 64, "learning_rate": 0.01, "batch_size": 32, "alpha": 1e-4,
    "optimizer": "adam", "momentum": 0.9,
}
"""What a parameter is when the configuration lacks it, as it may by hand."""

EPOCHS_BY_HAND = 27
SHOWINGS = 32
"""How often an epoch shows each image, since a thousand images are few: each time moved anew."""

LABEL_SMOOTHING = 0.1
"""The share of each label that is spread over all classes, so that no network is ever too sure."""

AVERAGED_EPOCHS = 0.5
"""Over how long, in epochs, the weights are averaged that are validated and tested."""

# Adam's constants. Source: Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015,
# algorithm 1, in the order of computation that its section 2 ends with.
FIRST_DECAY, SECOND_DECAY, EPSILON = 0.9, 0.999, 1e-8


def load_digits():
    """The images, one a row of 64 brightnesses from 0 to 1, and their digits.

    Raises:
        SystemExit: scikit-learn is not installed.
    """
    package = importlib.util.find_spec("sklearn")
    if package is None or not package.submodule_search_locations:
        sys.exit("train.py: the digits come with scikit-learn; pip install scikit-learn")
    path = os.path.join(
        package.submodule_search_locations[0], "datasets", "data", "digits.csv.gz")
    if os.path.exists(path):
        table = np.loadtxt(path, delimiter=",", dtype=np.float32)
        images, digits = table[:, :-1], table[:, -1].astype(int)
    else:
        # A release that keeps them elsewhere still has the function, which takes a second or two.
        from sklearn import datasets
        images, digits = datasets.load_digits(return_X_y=True)
    return (images / 16).astype(np.float32), digits


def split(digits):
    """The rows to train on, to validate on and to test on: 60, 20 and 20 per cent of each digit."""
    rng = np.random.default_rng(SPLIT_SEED)
    parts = ([], [], [])
    for digit in range(CLASSES):
        rows = rng.permutation(np.flatnonzero(digits == digit))
        cuts = [round(len(rows) * share) for share in (0.6, 0.8)]
        for part, some in zip(parts, np.split(rows, cuts)):
            part.append(some)
    return [np.sort(np.concatenate(part)) for part in parts]


def moved(images):
    """Each image in nine positions, at most one pixel aside: an array of nine times `images`."""
    square = images.reshape(-1, SIDE_PIXELS, SIDE_PIXELS)
    padded = np.pad(square, ((0, 0), (1, 1), (1, 1)))
    return np.stack([
        padded[:, down:down + SIDE_PIXELS, right:right + SIDE_PIXELS].reshape(len(images), -1)
        for down in range(3) for right in range(3)])


class Network:
    """Fully connected layers with rectified outputs, and a softmax; all weights in one vector."""

    def __init__(self, widths, weights=None):
        """Takes the number of inputs, of units in each hidden layer, and of classes."""
        self.widths = [int(width) for width in widths]
        pairs = list(zip(self.widths, self.widths[1:]))
        self.weights = np.zeros(sum((a + 1) * b for a, b in pairs), np.float32)
        if weights is not None:
            self.weights[:] = weights
        self.layers = self.layers_of(self.weights)

    def layers_of(self, vector):
        """The matrix and the bias of each layer, as views of a vector like `weights`."""
        layers, start = [], 0
        for inputs, outputs in zip(self.widths, self.widths[1:]):
            end = start + inputs * outputs
            layers.append((vector[start:end].reshape(inputs, outputs), vector[end:end + outputs]))
            start = end + outputs
        return layers

    def draw_weights(self, rng):
        """Draws the weights anew. Source: He et al., Delving Deep into Rectifiers, 2015."""
        for matrix, bias in self.layers:
            scale = math.sqrt(2 / matrix.shape[0])
            matrix[:] = rng.standard_normal(matrix.shape, np.float32) * scale
            bias[:] = 0

    def outputs(self, images):
        """What each layer puts out, the images first and the logits last."""
        values = [images - 0.3]
        for matrix, bias in self.layers:
            value = values[-1] @ matrix
            value += bias
            if len(values) < len(self.layers):
                np.maximum(value, 0, out=value)
            values.append(value)
        return values

    def gradient(self, images, targets, into):
        """Writes the gradient of the mean loss into the vector `into`; returns that loss."""
        values = self.outputs(images)
        probabilities, log_probabilities = softmax(values[-1])
        delta = (probabilities - targets) / len(images)
        layers = self.layers_of(into)
        for position in range(len(layers) - 1, -1, -1):
            np.matmul(values[position].T, delta, out=layers[position][0])
            delta.sum(axis=0, out=layers[position][1])
            if position > 0:
                delta = delta @ self.layers[position][0].T
                delta *= values[position] > 0
        return -float((targets * log_probabilities).sum()) / len(images)

    def judge(self, images, digits):
        """The share of digits that are recognised, and the mean loss; NaN after a divergence."""
        log_probabilities = softmax(self.outputs(images)[-1])[1]
        loss = -float(log_probabilities[np.arange(len(digits)), digits].mean())
        if not np.isfinite(loss):
            return float("nan"), float("nan")
        return float((log_probabilities.argmax(axis=1) == digits).mean()), loss


def softmax(logits):
    """Probabilities and their logarithms, row by row."""
    logits = logits - logits.max(axis=1, keepdims=True)
    exponentials = np.exp(logits)
    sums = exponentials.sum(axis=1, keepdims=True)
    return exponentials / sums, logits - np.log(sums)


class Training:
    """A network in training: its weights, their average, and the optimiser's memory."""

    def __init__(self, config, images, digits, max_epoch, seed):
        """Starts from scratch; `load` goes on from a checkpoint instead."""
        self.config = dict(DEFAULTS, **config)
        self.positions = moved(images)
        self.targets = np.full((len(digits), CLASSES), LABEL_SMOOTHING / CLASSES, np.float32)
        self.targets[np.arange(len(digits)), digits] += 1 - LABEL_SMOOTHING
        self.max_epoch = max_epoch
        self.seed = seed
        self.network = Network(
            [SIDE_PIXELS ** 2] + [self.config["width"]] * self.config["layers"] + [CLASSES])
        self.network.draw_weights(np.random.default_rng([seed, 0]))
        self.average = self.network.weights.copy()
        self.first = np.zeros_like(self.average)
        self.second = np.zeros_like(self.average)

    @property
    def averaged(self):
        """The network with the averaged weights, which is the one that counts."""
        return Network(self.network.widths, self.average)

    def train(self, epoch):
        """Shows the network each image `SHOWINGS` times; returns the mean loss.

        Order and positions depend on seed and epoch alone, so a resumed training is the same as
        one that was never paused.
        """
        rng = np.random.default_rng([self.seed, epoch])
        order = rng.permutation(len(self.targets) * SHOWINGS) % len(self.targets)
        position = rng.integers(len(self.positions), size=len(order))
        batch_size = self.config["batch_size"]
        starts = range(0, len(order), batch_size)
        gradient = np.zeros_like(self.average)
        losses = []
        for step, start in enumerate(starts, (epoch - 1) * len(starts)):
            rows = order[start:start + batch_size]
            images = self.positions[position[start:start + batch_size], rows]
            losses.append(self.network.gradient(images, self.targets[rows], gradient))
            self._move(gradient, step, len(starts))
        return float(np.mean(losses))

    def _move(self, gradient, past_steps, epoch_steps):
        """One step of the optimiser along a half cosine, from `learning_rate` to 0 at the end."""
        weights = self.network.weights
        done = past_steps / (self.max_epoch * epoch_steps)
        rate = self.config["learning_rate"] * 0.5 * (1 + math.cos(math.pi * done))
        gradient += self.config["alpha"] * weights
        if self.config["optimizer"] == "adam":
            self.first += (1 - FIRST_DECAY) * (gradient - self.first)
            gradient *= gradient
            self.second += (1 - SECOND_DECAY) * (gradient - self.second)
            step = past_steps + 1
            rate *= math.sqrt(1 - SECOND_DECAY ** step) / (1 - FIRST_DECAY ** step)
            weights -= rate * self.first / (np.sqrt(self.second) + EPSILON)
        else:
            self.first *= self.config["momentum"]
            self.first += gradient
            weights -= rate * self.first
        # Young averages forget faster, so that the random start is soon forgotten.
        share = max(1 / (AVERAGED_EPOCHS * epoch_steps), 1 / (1 + past_steps / 2))
        self.average += min(1, share) * (weights - self.average)

    def save(self, folder, epoch):
        """Writes the checkpoint of `epoch` beside the last one and takes its place at once."""
        unfinished = os.path.join(folder, "unfinished")
        with open(unfinished, "wb") as file:
            np.savez(file, widths=self.network.widths, weights=self.network.weights,
                     average=self.average, first=self.first, second=self.second, epoch=epoch)
        os.replace(unfinished, checkpoint_in(folder))

    def load(self, folder):
        """Goes on from a checkpoint; returns its epoch."""
        with np.load(checkpoint_in(folder)) as saved:
            self.network.weights[:] = saved["weights"]
            self.average[:] = saved["average"]
            self.first[:] = saved["first"]
            self.second[:] = saved["second"]
            return int(saved["epoch"])


def checkpoint_in(folder):
    """The path of the checkpoint in its folder."""
    return os.path.join(folder, "network.npz")


def run():
    """Trains what Rung asks for, or the command line."""
    # Not at the top, since `--test` does without.
    import rung

    trial = rung.trial()
    epochs = trial.epochs(default=EPOCHS_BY_HAND)
    images, digits = load_digits()
    training_rows, validation_rows, _ = split(digits)
    training = Training(trial.config, images[training_rows], digits[training_rows],
                        trial.max_epoch, seed=trial.id)
    if trial.resumed_from > 0:
        saved_epoch = training.load(trial.checkpoint_dir)
        if saved_epoch != trial.resumed_from:
            sys.exit("train.py: the checkpoint in '%s' is of epoch %d, but epoch %d was asked for"
                     % (trial.checkpoint_dir, saved_epoch, trial.resumed_from))
    for epoch in epochs:
        # A learning rate that is far too high is one of the things a search finds out.
        with np.errstate(all="ignore"):
            train_loss = training.train(epoch)
            val_accuracy, val_loss = training.averaged.judge(
                images[validation_rows], digits[validation_rows])
        training.save(trial.checkpoint_dir, epoch)
        trial.report(epoch, val_accuracy=val_accuracy, val_loss=val_loss, train_loss=train_loss)


def test(folder):
    """Prints the share of the test set that the network in a checkpoint recognises."""
    with np.load(checkpoint_in(folder)) as saved:
        network = Network(saved["widths"], saved["average"])
    images, digits = load_digits()
    test_rows = split(digits)[2]
    print("test_accuracy %.4f" % network.judge(images[test_rows], digits[test_rows])[0])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--test"] and len(sys.argv) == 3:
        test(sys.argv[2])
    else:
        run()
