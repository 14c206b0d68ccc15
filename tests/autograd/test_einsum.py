"""Einstein summation: wrong subscripts, and how operands are multiplied."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor
from autograd.errors import NoDerivativeError

rng = np.random.default_rng(4)
A = rng.normal(size=(2, 3))


@pytest.mark.parametrize(
    ("operands", "message"),
    [
        (("ij,jk", A), "2 terms in 'ij,jk' for 1 operands"),
        (("ijk", A), "the term 'ijk' for operand 0 with 2 axes"),
        (("i", A), "the term 'i' for operand 0 with 2 axes"),
        (("i...j...", A), "the term"),
        (("i$->i", A), r"got '\$' in 'i\$->i'"),
        (("ij->ik", A), "each label of the result once, and among those of the operands"),
        (("ij->ii", A), "each label of the result once"),
        (("i...->i", A), r"expected \.\.\. in the result too"),
        (("ij,jk", A, A), "operand 1 of shape .*, whose axis 'j' has length 2; expected 3"),
        (("ii", A), "whose axis 'i' has length 3; expected 2"),
        ((A, [0, 99]), r"\[0, 99\] as labels; expected a list of whole numbers from 0 to 51"),
        ((A, [-1, 0]), "as labels"),
        ((A, "ij", A), "as labels"),
    ],
    ids=lambda x: str(x)[:30],
)
def test_wrong_subscripts(operands: tuple, message: str) -> None:
    wrapped = [Tensor(x) if isinstance(x, np.ndarray) else x for x in operands]
    with pytest.raises(ValueError, match=message):
        np.einsum(*wrapped)


def test_options_without_a_rule_are_named() -> None:
    with pytest.raises(NoDerivativeError, match="unexpected keyword argument 'casting'"):
        np.einsum("ij", Tensor(A), casting="unsafe")


@pytest.mark.parametrize("axes", [1, 5, ([0], [0, 1]), ([0, 0], [0, 0]), ([0], [1]), ([7], [0])], ids=str)
def test_wrong_axes_of_tensordot(axes) -> None:
    with pytest.raises(ValueError, match="tensordot got shapes"):
        np.tensordot(Tensor(A), A, axes)


def test_a_contraction_of_two_is_one_product() -> None:
    q, k = (Tensor(rng.normal(size=(2, 2, 5, 3))) for _ in range(2))
    with Tape() as t:
        t.watch([q, k])
        np.einsum("bhqd,bhkd->bhqk", q, k)
    assert [node.op.name for node in t.nodes] == ["contract"]


def test_a_chain_is_multiplied_from_its_cheap_end() -> None:
    """A (A v) rather than (A A) v."""
    a, v = Tensor(rng.normal(size=(50, 50))), Tensor(rng.normal(size=50))
    with Tape() as t:
        t.watch([a, v])
        np.einsum("ij,jk,k->i", a, a, v)
    assert [node.out.shape for node in t.nodes] == [(50,), (50,)]


@pytest.mark.parametrize(
    "spec",
    [
        "abcd,cdef->abef",
        "abcd,efcd->fabe",
        "abc,dcb->da",
        "abc,cbd->bad",
        "abcd,bade->ce",
        "a,b->ab",
        "ab,ab->ba",
        "ab,ab->",
    ],
)
def test_values_are_numpys_however_the_axes_lie(spec: str) -> None:
    lengths = dict(zip("abcdef", (2, 3, 4, 5, 6, 7), strict=True))
    arrays = [rng.normal(size=[lengths[k] for k in term]) for term in spec.split("->")[0].split(",")]
    np.testing.assert_allclose(
        np.einsum(spec, *map(Tensor, arrays)).numpy(), np.einsum(spec, *arrays), rtol=1e-12, atol=1e-13
    )
    ag.check_gradients(lambda *xs: np.einsum(spec, *xs), *arrays, order=1)
