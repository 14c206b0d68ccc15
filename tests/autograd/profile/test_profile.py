"""Ledgers: floating point operations and bytes of small programs by hand, memory against what Python measures."""

import json
import tracemalloc
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Variable
from autograd.profile.flops import flops
from autograd.profile.report import Entry, Profile
from nn import functional as F


def by_name(profile: Profile) -> dict[str, Any]:
    return {row.name: row for row in profile.rows}


@pytest.mark.parametrize(
    ("name", "operands", "out", "expected"),
    [
        ("matmul", [(5, 3, 4), (4, 2)], (5, 3, 2), 5 * 2 * 3 * 4 * 2),
        ("dot", [(3, 4), (4, 2)], (3, 2), 2 * 3 * 4 * 2),
        ("vdot", [(7,), (7,)], (), 14),
        ("tensordot", [(2, 3, 4), (3, 4, 5)], (2, 5), 2 * 2 * 12 * 5),
        ("add", [(6, 2), (2,)], (6, 2), 12),
        ("exp", [(6,)], (6,), 60),
        ("sum", [(6, 2)], (), 12),
        ("reshape", [(6, 2)], (12,), 0),
        ("inv", [(4, 10, 10)], (4, 10, 10), 8000),
        ("cholesky", [(6, 6)], (6, 6), 72),
        ("fft", [(1024,)], (1024,), 5 * 1024 * 10),
        ("fft", [(3, 8)], (3, 8), 3 * 5 * 8 * 3),
        ("rfft", [(1024,)], (513,), 2.5 * 1024 * 10),
        ("irfft", [(513,)], (1024,), 2.5 * 1024 * 10),
        ("fftn", [(8, 4)], (8, 4), 5 * 32 * 5),
        ("convolve", [(1000,), (500,)], (1499,), 2 * 1000 * 500),
        ("lstsq", [(50, 50), (50,)], (50,), 12 * 50**3),
        ("lstsq", [(90, 30), (90,)], (30,), 4 * 90 * 30**2 + 8 * 30**3),
        ("solve", [(30, 30), (30, 2)], (30, 2), 18000 + 2 * 30 * 30 * 2),
        ("qr", [(60, 30)], (60, 30), 4 * 60 * 900 - 4 / 3 * 30**3),
        ("svd", [(2, 20, 10)], (2, 10), 2 * (4 * 400 * 10 + 8 * 20 * 100 + 9000)),
        ("eigh", [(10, 10)], (10, 10), 9000),
        ("eig", [(10, 10)], (10, 10), 25000),
        ("sort", [(4, 8)], (4, 8), 4 * 8 * 3),
        ("outer", [(3,), (4,)], (3, 4), 24),
        ("var", [(6, 2)], (), 48),
        ("where", [(6,), (6,), (6,)], (6,), 0),
        *[
            (name, [(7,)], (7,), 70)
            for name in ("erf", "erfc", "ndtr", "i0", "i1", "gammaln", "digamma", "j0", "erfinv")
        ],
        ("jv", [(), (7,)], (7,), 70),
        ("conv", [(2, 8, 8, 3), (3, 3, 3, 5)], (2, 6, 6, 5), 2 * (2 * 6 * 6 * 5) * 27),
        ("conv_transpose", [(2, 6, 6, 5), (3, 3, 3, 5)], (2, 8, 8, 3), 2 * (2 * 6 * 6 * 5) * 27),
        ("conv_kernel", [(2, 8, 8, 3), (2, 6, 6, 5)], (3, 3, 3, 5), 2 * (2 * 6 * 6 * 5) * 27),
    ],
)
def test_operations_by_hand(name: str, operands: list[tuple[int, ...]], out: tuple[int, ...], expected: int) -> None:
    assert flops(name, operands, out) == expected


def test_einsum_counts_each_combination_of_indices() -> None:
    assert flops("einsum", [(2, 3), (3, 4)], (2, 4), {"subscripts": "ij,jk->ik"}) == 2 * 2 * 3 * 4
    assert flops("contract", [(2, 3), (3, 4)], (2, 4), {"left": "ij", "right": "jk", "out": "ik"}) == 2 * 2 * 3 * 4


def test_einsum_with_an_ellipsis_and_with_a_repeated_index() -> None:
    assert flops("einsum", [(5, 2, 3), (3, 4)], (5, 2, 4), {"subscripts": "...ij,jk->...ik"}) == 2 * 5 * 2 * 3 * 4
    assert flops("einsum", [(6, 6)], (), {"subscripts": "ii->"}) == 6


def test_axes_of_a_transform_count() -> None:
    assert flops("fft", [(8, 4)], (8, 4), {"axis": 0}) == 5 * 32 * 3
    assert flops("fftn", [(8, 4, 2)], (8, 4, 2), {"axes": (0, 1)}) == 5 * 64 * 5


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError, match="no operation of the engine"):
        flops("no such thing", [()], ())


def test_a_compiled_transform() -> None:
    f = ag.compile(lambda x: np.fft.fft(x))
    for _ in range(2):
        f(np.ones(1024))
    assert f.plans[0].profile(np.ones(1024)).flops == 51_200


def test_a_dense_layer() -> None:
    w, b = Variable(np.zeros((6, 4), np.float32)), Variable(np.zeros(4, np.float32))
    with Tape(persistent=True) as t:
        with ag.name_scope("dense"):
            h = np.ones((5, 6), np.float32) @ w + b
        loss = np.mean(h * h)
    profile = t.profile()
    rows = by_name(profile)
    assert {name: row.flops for name, row in rows.items()} == {"matmul": 240, "add": 20, "multiply": 20, "mean": 20}
    assert {name: row.saved for name, row in rows.items()} == {"matmul": 80, "add": 80, "multiply": 80, "mean": 4}
    scopes = {row.name: row.flops for row in profile.by_scope()}
    assert scopes == {"dense": 260, "(none)": 40}
    data, weights = 5 * 6 * 4, (6 * 4 + 4) * 4
    assert profile.held == data + weights + 244
    assert loss.item() == 0


def test_a_convolution() -> None:
    kernel = Variable(np.ones((3, 3, 3, 4), np.float32))
    with Tape(persistent=True) as t:
        F.conv(np.ones((2, 8, 8, 3), np.float32), kernel)
    assert by_name(t.profile())["conv"].flops == 2 * (2 * 6 * 6 * 4) * 27


def test_views_count_once() -> None:
    x = Variable(np.ones((10, 10)))
    with Tape(persistent=True) as t:
        y = x * 2.0
        z = y.T.reshape(100)
        z[3:7]
    rows = by_name(t.profile())
    assert rows["multiply"].saved == 800
    assert rows["transpose"].saved == 0
    assert rows["getitem"].saved == 0


def test_peak_of_a_chain() -> None:
    """Forward four arrays; the sweep starts with all of them, a cotangent and the one it makes of it."""
    x = Variable(np.ones(1000))
    with Tape(persistent=True) as t:
        y = x * 1.0
        for _ in range(3):
            y = y * 1.0
    profile = t.profile()
    assert profile.live[:4] == (8000, 16000, 24000, 32000)
    assert profile.live[4:] == (48000, 40000, 32000, 24000)
    assert profile.peak == 48000


def test_bytes_of_a_tape_are_those_that_python_measures() -> None:
    w = Variable(np.ones((200, 100)))
    x = np.ones((300, 200))

    def recorded() -> Any:
        with Tape(persistent=True) as t:
            h = np.tanh(x @ w)
            np.sum(np.exp(h) * h.T.reshape(300, 100))
        return t

    recorded()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    t = recorded()
    measured = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert sum(row.saved for row in t.profile().rows) == pytest.approx(measured, rel=0.1)


def test_a_tape_of_numbers() -> None:
    x = Variable(2.0)
    with Tape(persistent=True) as t:
        sum([x * 1.5 for _ in range(10)])
    rows = by_name(t.profile())
    assert (rows["multiply"].count, rows["multiply"].flops) == (10, 10)
    assert rows["multiply"].saved == 10 * 24  # a float of Python's takes 24 bytes


@pytest.fixture
def plan() -> Any:
    w = Variable(np.ones((6, 4)))

    def step(x: Any) -> Any:
        with Tape() as t:
            loss = np.sum(np.exp(x @ w))
        w.assign_sub(0.1 * t.gradient(loss, w))
        return loss

    compiled = ag.compile(step)
    for _ in range(2):
        compiled(np.ones((5, 6)))
    w.assign(np.ones((6, 4)))
    return compiled.plans[0], w


def test_a_program(plan: Any) -> None:
    program, w = plan
    profile = program.profile(np.ones((5, 6)))
    rows = by_name(profile)
    assert rows["matmul"].flops == 2 * 240  # forward, and the gradient of w
    assert rows["exp"].flops == 200
    assert all(entry.seconds > 0 for entry in profile.entries)
    assert {row.name for row in profile.by_scope(1)} >= {"forward", "backward"}
    np.testing.assert_array_equal(w.numpy(), np.ones((6, 4)))  # nothing was changed


def test_peak_of_a_program() -> None:
    """A square of an array and the array itself: two live at once, whatever the program's length."""
    compiled = ag.compile(lambda x: np.sum(np.sin(np.cos(np.sin(x)))))
    for _ in range(2):
        compiled(np.ones((10, 10)))
    profile = compiled.plans[0].profile(np.ones((10, 10)))
    assert 1600 <= profile.peak <= 1608
    assert profile.held == 800  # one buffer, used for all


def test_the_table_the_page_and_the_data() -> None:
    entries = (Entry("matmul", ("a",), 2e-3, 2_000_000, 800, 800), Entry("add <b>", ("a",), 1e-3, 100, 80, 80))
    profile = Profile(entries, (800, 880), 1000)
    assert str(profile).splitlines() == [
        "operation  count  time  share  flops   made  saved",
        "matmul         1  2 ms    67%    2 M  800 B  800 B",
        "add <b>        1  1 ms    33%    100   80 B   80 B",
        "3 ms, 2 M flops; held 1 kB, peak 880 B",
    ]
    page = profile._repr_html_()
    assert "add &lt;b&gt;" in page
    assert "<svg" in page
    data = json.loads(profile.to_json())
    assert data["peak"] == 880
    assert data["entries"][0]["flops"] == 2_000_000


def test_the_picture_needs_nothing_else() -> None:
    entries = tuple([Entry(f"operation {i}", (), 1e-3 * i, i, 8, 8) for i in range(30)])
    svg = Profile(entries, tuple(range(1000)), 8).to_svg()
    root = ElementTree.fromstring(svg)
    assert svg.count("http") == 1  # the name of the format
    bars = [element for element in root if element.tag.endswith("rect")]
    assert len(bars) == 1 + 12  # the patch, and the operations that take longest
    widths = [float(bar.get("width", "0")) for bar in bars[1:]]
    assert widths == sorted(widths, reverse=True)
    assert "and 18 more" in svg


def test_an_empty_ledger() -> None:
    with Tape(persistent=True) as t:
        pass
    profile = t.profile()
    assert (profile.peak, profile.flops, profile.held, profile.rows) == (0, 0, 0, [])
    assert "<svg" in profile.to_svg()
