"""A plain training loop of scikit-learn: a network that reads handwritten digits."""

import argparse

import rung
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

parser = argparse.ArgumentParser()
parser.add_argument("--learning_rate", type=float, default=0.001)
parser.add_argument("--width", type=int, default=32)
options = parser.parse_args()

images, digits = load_digits(return_X_y=True)
images, others, digits, labels = train_test_split(
    images / 16, digits, test_size=0.3, random_state=0)

model = MLPClassifier(
    hidden_layer_sizes=[options.width], learning_rate_init=options.learning_rate, random_state=1)
for epoch in rung.trial().epochs(9):
    model.partial_fit(images, digits, classes=range(10))
    accuracy = model.score(others, labels)
    rung.trial().report(epoch, accuracy=accuracy)
