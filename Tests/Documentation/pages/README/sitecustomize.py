"""What the page's excerpts call and do not show."""

import builtins

builtins.batches = range(4)
builtins.train_one_epoch = lambda *_: 0.5
builtins.save = builtins.load = lambda folder: None
