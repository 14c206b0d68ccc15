"""Data sets: MNIST (found or downloaded) and the small UCI digits that come with the package.

>>> from nn.datasets import digits
>>> (x_train, y_train), (x_test, y_test) = digits.load_data()
"""

from nn.datasets import digits, idx, mnist
from nn.datasets.images import ImageData

__all__ = ["ImageData", "digits", "idx", "mnist"]
