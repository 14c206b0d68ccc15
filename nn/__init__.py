"""Layers, losses, metrics, models, training and data sets, built on the `autograd` engine.

>>> import numpy as np, nn
>>> model = nn.Sequential([nn.Dense(512, activation="relu"), nn.Dense(10, activation="softmax")])
>>> model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
>>> history = model.fit(np.zeros((8, 784)), np.arange(8), epochs=2, verbose=0)
>>> sorted(history.history)
['accuracy', 'loss']

Names, defaults and meanings are those of Keras 3.
"""

import optim as _optim  # noqa: F401  before anything of ours: it tells whether Python found the right `autograd`
from nn import activations, callbacks, datasets, functional, initializers, layers, losses, metrics, utils
from nn.layers import Activation, Dense, Dropout, Flatten, Layer
from nn.model import Sequential

__all__ = [
    "Activation",
    "Dense",
    "Dropout",
    "Flatten",
    "Layer",
    "Sequential",
    "activations",
    "callbacks",
    "datasets",
    "functional",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "utils",
]
