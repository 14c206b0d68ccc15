"""The signs by which Python writes functions of NumPy."""

from collections.abc import Callable
from typing import Any

import numpy as np

Signs = dict[Callable[..., Any], str]

ADDING: Signs = {np.add: "+", np.subtract: "-"}
MULTIPLYING: Signs = {np.multiply: "*", np.divide: "/"}
COMPARING: Signs = {
    np.greater: ">", np.greater_equal: ">=", np.less: "<", np.less_equal: "<=", np.equal: "==", np.not_equal: "!=",
}  # fmt: skip
SIGNS: Signs = ADDING | MULTIPLYING | COMPARING
