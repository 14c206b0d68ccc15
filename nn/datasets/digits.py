"""The UCI digits: 1797 handwritten digits of 8 by 8 pixels, small enough to come with the package.

They were written by 13 people for "Optical Recognition of Handwritten Digits" (E. Alpaydin and C. Kaynak, UCI
Machine Learning Repository, DOI 10.24432/C50P49, CC BY 4.0); this is that data set's test part. Each pixel
counts the inked points, 0 to 16, in a 4 by 4 cell of the scanned bitmap. See `data/LICENSE-digits.txt`.
"""

import importlib.resources

import numpy as np

from nn.datasets.images import ImageData, Split

TRAIN = 1415
"""How many pictures, from the first on, are for training; the rest are for testing.

The order of the labels shows that the digits lie form after form, each form asking for the same row of digits
(0123456789 and so on). One begins at 1415, so no form is torn apart: testing is on other forms than training.
"""


def load_data() -> tuple[Split, Split]:
    """Return `(x_train, y_train), (x_test, y_test)`.

    Pictures are uint8 of shape (1415, 8, 8) and (382, 8, 8), 0 (paper) to 16 (full ink); labels are uint8 of
    shape (1415,) and (382,), 0 to 9. The arrays are new at each call. Needs no network.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, x_test.shape, y_train[:12].tolist()
    ((1415, 8, 8), (382, 8, 8), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
    """
    return images().splits


def images(source: str = "the copy inside gradtape") -> ImageData:
    """Return the same arrays as an `ImageData`; `source` is what it says about where they came from."""
    file = importlib.resources.files("nn.datasets") / "data" / "digits.npz"
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
        x, y = archive["images"], archive["labels"]
    # Copies, so that writing to the training arrays or keeping only the test arrays concerns nothing else.
    return ImageData(
        x[:TRAIN].copy(),
        y[:TRAIN].copy(),
        x[TRAIN:].copy(),
        y[TRAIN:].copy(),
        name="UCI digits, 8x8",
        source=source,
        max_value=16,
    )
