"""Trains a network of scikit-learn's on its handwritten digits, epoch by epoch.

By hand: python3 train.py --learning_rate 0.01 --width 64 --alpha 0.0001 --batch_size 32
"""

import os
import pickle

import rung
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier


def main():
    trial = rung.trial()
    images, digits = load_digits(return_X_y=True)
    images, others, digits, labels = train_test_split(
        images / 16, digits, test_size=0.3, random_state=0)
    state = os.path.join(trial.checkpoint_dir, "model.pickle")
    if trial.resumed_from > 0:
        with open(state, "rb") as file:
            model = pickle.load(file)
    else:
        model = MLPClassifier(
            hidden_layer_sizes=[trial.config["width"]], alpha=trial.config["alpha"],
            learning_rate_init=trial.config["learning_rate"],
            batch_size=trial.config["batch_size"], random_state=trial.id)
    for epoch in trial.epochs(default=27):
        model.partial_fit(images, digits, classes=range(10))
        with open(state + ".new", "wb") as file:
            pickle.dump(model, file)
        os.replace(state + ".new", state)
        trial.report(epoch, val_accuracy=model.score(others, labels))


if __name__ == "__main__":
    main()
