"""`ImageData`: labelled pictures for training and testing, with where they came from."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.errors import InconsistentData

Bytes = NDArray[np.uint8]
Split = tuple[Bytes, Bytes]
Arrays = tuple[Bytes, Bytes, Bytes, Bytes]


@dataclass(frozen=True, eq=False)
class ImageData:
    """Labelled pictures. All arrays are uint8, writable and C-contiguous.

    x_train: (n, height, width), 0 is background and `max_value` full ink;  y_train: (n,), the digit 0 to 9;
    x_test, y_test: the same with another n;  name: what it is;  source: where it came from, for people.

    >>> from nn.datasets import digits
    >>> print(digits.images())
    UCI digits, 8x8: 1415 pictures for training, 382 for testing, from the copy inside gradtape
    """

    x_train: Bytes = field(repr=False)
    y_train: Bytes = field(repr=False)
    x_test: Bytes = field(repr=False)
    y_test: Bytes = field(repr=False)
    name: str
    source: str
    max_value: int

    def __str__(self) -> str:
        return (
            f"{self.name}: {len(self.x_train)} pictures for training, {len(self.x_test)} for testing, "
            f"from {self.source}"
        )

    @property
    def splits(self) -> tuple[Split, Split]:
        """`(x_train, y_train), (x_test, y_test)`, as Keras's `load_data` returns them."""
        return (self.x_train, self.y_train), (self.x_test, self.y_test)


def check_labels(pictures: NDArray[Any], labels: NDArray[Any], name: str, classes: int = 10) -> None:
    """Raise InconsistentData unless there is one label for each picture, one or more, all below `classes`."""
    if not len(pictures) == len(labels) > 0:
        raise InconsistentData(
            f"{name}: pictures and labels do not belong together",
            got=f"{len(pictures)} pictures, {len(labels)} labels",
            expected="as many, one or more",
            advice="look whether the files were mixed up",
        )
    if (highest := int(labels.max())) >= classes:
        raise InconsistentData(
            f"{name}: a label is out of range",
            got=str(highest),
            expected=f"0 to {classes - 1}",
            advice="read a data set with other classes with nn.datasets.idx.read",
        )
