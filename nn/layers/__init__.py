"""The layers: parts that models are stacked from."""

from nn.layers.activation import Activation
from nn.layers.dense import Dense
from nn.layers.dropout import Dropout
from nn.layers.layer import Layer
from nn.layers.reshape import Flatten

__all__ = ["Activation", "Dense", "Dropout", "Flatten", "Layer"]
