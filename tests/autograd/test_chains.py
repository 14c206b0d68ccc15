"""Products of many matrices: in which order, and the edges."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor

rng = np.random.default_rng(4)


def test_multi_dot_cuts_where_it_is_cheapest() -> None:
    """(10×1000) (1000×5) (5×500): the first two go first, which leaves no 1000×500 in memory."""
    arrays = [Tensor(rng.normal(size=shape)) for shape in [(10, 1000), (1000, 5), (5, 500)]]
    with ag.Tape() as t:
        t.watch(arrays)
        np.linalg.multi_dot(arrays)
    assert [node.out.shape for node in t.nodes] == [(10, 5), (10, 500)]


def test_the_power_zero_is_the_identity_even_of_nan() -> None:
    a = np.full((2, 2), np.nan)
    assert np.linalg.matrix_power(Tensor(a), 0).tolist() == [[1, 0], [0, 1]]
    assert ag.grad(lambda a: np.sum(np.linalg.matrix_power(a, 0)))(a).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda x: np.linalg.multi_dot([x]), "multi_dot got 1 arrays; expected at least two"),
        (lambda x: np.linalg.multi_dot([x, x[0], x]), "multi_dot got shapes .*; expected matrices"),
    ],
)
def test_wrong_shapes(wrong, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        wrong(Tensor(np.ones((2, 2))))
