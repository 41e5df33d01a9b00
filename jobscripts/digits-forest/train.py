"""Grows forests of decision trees on the handwritten digits, tree by tree, trial after trial.

    python3 train.py max_depth=12 max_features=0.2      # by hand

The process is kept from trial to trial: to import scikit-learn takes longer than to grow a forest.
"""

import os
import pickle

import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier

import rung

SPLIT_SEED = 1
DEFAULTS = {
    "max_depth": 16, "max_features": 0.2, "min_samples_leaf": 1, "criterion": "gini",
    "bootstrap": True}
"""What a parameter is when the configuration lacks it, as it may by hand."""
TREES_BY_HAND = 27
VALIDATED = 0.2
"""The share of the images that is validated on."""


def split():
    """The images and digits to train on, then those to validate on."""
    images, digits = load_digits(return_X_y=True)
    order = np.random.default_rng(SPLIT_SEED).permutation(len(digits))
    cut = round(len(order) * VALIDATED)
    return images[order[cut:]], digits[order[cut:]], images[order[:cut]], digits[order[:cut]]


def grow(trial, images, digits, seen, right):
    """Adds a tree an epoch to the trial's forest, and says what the forest then recognises."""
    path = os.path.join(trial.checkpoint_dir, "forest.pickle")
    if trial.resumed_from:
        with open(path, "rb") as file:
            forest = pickle.load(file)
    else:
        forest = RandomForestClassifier(
            n_estimators=0, warm_start=True, random_state=trial.id, **{**DEFAULTS, **trial.config})
    for trees in trial.epochs(TREES_BY_HAND):
        forest.n_estimators = trees
        forest.fit(images, digits)
        with open(path + ".new", "wb") as file:
            pickle.dump(forest, file)
        os.replace(path + ".new", path)
        trial.report(trees, val_accuracy=forest.score(seen, right))


def main():
    """Grows forests as long as there are trials."""
    parts = split()
    for trial in rung.trials():
        grow(trial, *parts)


if __name__ == "__main__":
    main()
