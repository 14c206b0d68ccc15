"""Choosing between values: what the samples can not show."""

import numpy as np
import pytest

from autograd import Tensor


def test_select_wants_a_choice_for_each_condition() -> None:
    x = np.array([-1.5, 0.5, 2.5])
    with pytest.raises(ValueError, match="2 conditions and 1 choices"):
        np.select([x < 0, x < 1], [Tensor(x)])
