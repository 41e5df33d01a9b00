"""What the page's excerpts call and do not show."""

import builtins
import os


class Model:
    """Learns a little in each epoch."""

    def __init__(self, *_, **__):
        self.accuracy = 0.1

    def train_one_epoch(self):
        self.accuracy += (0.95 - self.accuracy) / 4
        return self.accuracy

    def save(self, folder):
        with open(os.path.join(folder, "state"), "w") as file:
            file.write(str(self.accuracy))

    def load(self, folder):
        with open(os.path.join(folder, "state")) as file:
            self.accuracy = float(file.read())


builtins.build = Model
