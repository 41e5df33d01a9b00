"""Trains networks of scikit-learn's on its handwritten digits; reports how well they read, and their size.

    python3 train.py width=64 layers=2      # by hand

The process is kept from trial to trial: to import scikit-learn takes longer than most trainings.
"""

import os
import pickle

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

import rung

DEFAULTS = {"layers": 1, "width": 32, "learning_rate": 0.01, "batch_size": 32}
"""What a parameter is when the configuration lacks it, as it may by hand."""
EPOCHS_BY_HAND = 27


def train(trial, images, digits, others, labels):
    """Trains one network, from its checkpoint on where there is one."""
    config = {**DEFAULTS, **trial.config}
    path = os.path.join(trial.checkpoint_dir, "model.pickle")
    if trial.resumed_from:
        with open(path, "rb") as file:
            model = pickle.load(file)
    else:
        model = MLPClassifier(
            hidden_layer_sizes=[config["width"]] * config["layers"],
            learning_rate_init=config["learning_rate"], batch_size=config["batch_size"],
            random_state=trial.id)
    for epoch in trial.epochs(EPOCHS_BY_HAND):
        model.partial_fit(images, digits, classes=range(10))
        with open(path + ".new", "wb") as file:
            pickle.dump(model, file)
        os.replace(path + ".new", path)
        weights = sum(part.size for part in model.coefs_ + model.intercepts_)
        trial.report(epoch, val_accuracy=model.score(others, labels), weights=weights)


def main():
    """Trains as long as there are trials."""
    images, digits = load_digits(return_X_y=True)
    images, others, digits, labels = train_test_split(
        images / 16, digits, test_size=0.3, random_state=0)
    for trial in rung.trials():
        train(trial, images, digits, others, labels)


if __name__ == "__main__":
    main()
