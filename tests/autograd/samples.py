"""The sample table: every operation with inputs to try it on, and its value by independent means.

A row per sample. The tests of value, reverse, forward and second order read this table; the suite fails when an
operation of the registry has no row. Inputs are float64 and away from kinks; kinks have a table of their own.
"""

import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.primitive import compositions, registry

# Rows by their names, compositions by NumPy's.
OPERATIONS = registry | {function.__name__: function for function in compositions}


@dataclass(frozen=True)
class Sample:
    op: str
    inputs: tuple[Any, ...]
    value: Callable[..., Any]  # computed without the operation's own forward function
    params: dict[str, Any] = field(default_factory=dict)
    constant: tuple[int, ...] = ()  # positions of the inputs that carry no derivative
    label: str = ""

    def __str__(self) -> str:
        return f"{self.op}{'-' if self.label else ''}{self.label}"

    def call(self, *variables: Any) -> Any:
        """The operation on its differentiable inputs, the constant ones filled in."""
        rest = iter(variables)
        inputs = [x if i in self.constant else next(rest) for i, x in enumerate(self.inputs)]
        return OPERATIONS[self.op](*inputs, **self.params)

    @property
    def variables(self) -> list[Any]:
        return [x for i, x in enumerate(self.inputs) if i not in self.constant]


def each(f: Callable[..., float]) -> Callable[..., Any]:
    """A function of Python's math module on every element."""
    return lambda *xs, **_: np.vectorize(f, otypes=[float])(*xs)


rng = np.random.default_rng(7)
A = np.array([[0.3, -1.2, 2.0], [1.7, 0.9, -0.4]])
B = np.array([[1.1, 0.6, -0.8], [-2.2, 1.3, 0.5]])
POS = np.abs(A) + 0.1
ROW = np.array([0.7, -1.5, 2.5])
COL = np.array([[1.4], [-0.6]])
CUBE = rng.normal(size=(2, 3, 4))
MASK = np.array([[True, False, True], [False, False, True]])
LABELS = np.array([2, 0])
SYMMETRIC = np.array([[1.0, 2.0], [2.0, 5.0]])


def products(a: Any, b: Any) -> Any:
    """A product of matrices element by element."""
    return np.array(
        [[sum(a[i, k] * b[k, j] for k in range(a.shape[1])) for j in range(b.shape[1])] for i in range(len(a))]
    )


def softmaxed(x: Any, **_: Any) -> Any:
    rows = [[math.exp(v) for v in row] for row in x]
    return np.array([[v / math.fsum(row) for v in row] for row in rows])


def _quantile(x: Any, q: float) -> float:
    ordered = sorted(np.ravel(x).tolist())
    place = q * (len(ordered) - 1)
    k = math.floor(place)
    return ordered[k] if k + 1 == len(ordered) else ordered[k] + (place - k) * (ordered[k + 1] - ordered[k])


SAMPLES = [
    Sample("add", (A, B), each(lambda a, b: a + b)),
    Sample("add", (A, ROW), each(lambda a, b: a + b), label="row"),
    Sample("add", (A, COL), each(lambda a, b: a + b), label="column"),
    Sample("add", (1.5, A), each(lambda a, b: a + b), label="scalar"),
    Sample("subtract", (A, B), each(lambda a, b: a - b)),
    Sample("subtract", (ROW, A), each(lambda a, b: a - b), label="row"),
    Sample("multiply", (A, B), each(lambda a, b: a * b)),
    Sample("multiply", (COL, ROW), each(lambda a, b: a * b), label="outer"),
    Sample("multiply", (1.5, -2.5), lambda a, b: -3.75, label="scalars"),
    Sample("divide", (A, B), each(lambda a, b: a / b)),
    Sample("divide", (2.5, A), each(lambda a, b: a / b), label="scalar"),
    Sample("power", (POS, B), each(math.pow)),
    Sample("power", (A, 3), each(math.pow), constant=(1,), label="integer"),
    Sample("power", (2.0, A), each(math.pow), label="exponential"),
    Sample("power", (POS, ROW), each(math.pow), label="row"),
    Sample("negative", (A,), each(lambda x: -x)),
    Sample("positive", (A,), each(lambda x: x)),
    Sample("square", (A,), each(lambda x: x * x)),
    Sample("sqrt", (POS,), each(math.sqrt)),
    Sample("exp", (A,), each(math.exp)),
    Sample("expm1", (A,), each(math.expm1)),
    Sample("log", (POS,), each(math.log)),
    Sample("log1p", (POS,), each(math.log1p)),
    Sample("sin", (A,), each(math.sin)),
    Sample("cos", (A,), each(math.cos)),
    Sample("sinc", (A,), each(lambda x: math.sin(math.pi * x) / (math.pi * x))),
    Sample("sinc", (np.array([0.0, 0.01, -0.04]),), lambda x: [1.0, *(math.sin(math.pi * v) / (math.pi * v) for v in x[1:])], label="near-zero"),
    Sample("hypot", (A, B), each(math.hypot)),
    Sample("arctan2", (A, ROW), each(math.atan2)),
    Sample("logaddexp", (A, B), each(lambda a, b: math.log(math.exp(a) + math.exp(b)))),
    Sample("xlogy", (A, POS), each(lambda x, z: x * math.log(z))),
    Sample("exp2", (A,), each(lambda x: 2.0**x)),
    Sample("log2", (POS,), each(math.log2)),
    Sample("log10", (POS,), each(math.log10)),
    Sample("reciprocal", (A,), each(lambda x: 1 / x)),
    Sample("tan", (A / 2,), each(math.tan)),
    Sample("arcsin", (A / 3,), each(math.asin)),
    Sample("arccos", (A / 3,), each(math.acos)),
    Sample("arctan", (A,), each(math.atan)),
    Sample("sinh", (A,), each(math.sinh)),
    Sample("cosh", (A,), each(math.cosh)),
    Sample("arcsinh", (A,), each(math.asinh)),
    Sample("arccosh", (POS + 1.1,), each(math.acosh)),
    Sample("arctanh", (A / 3,), each(math.atanh)),
    Sample("tanh", (A,), each(math.tanh)),
    Sample("sigmoid", (A,), each(lambda x: 1 / (1 + math.exp(-x)))),
    Sample("softplus", (A,), each(lambda x: math.log(1 + math.exp(x)))),
    Sample("absolute", (A,), each(math.fabs)),
    Sample("sign", (A,), each(lambda x: math.copysign(1, x))),
    Sample("relu", (A,), each(lambda x: x if x > 0 else 0)),
    Sample("relu6", (4 * A,), each(lambda x: min(max(x, 0), 6))),
    Sample("floor", (A + 0.05,), each(math.floor)),
    Sample("ceil", (A + 0.05,), each(math.ceil)),
    Sample("trunc", (A + 0.05,), each(math.trunc)),
    Sample("rint", (A,), each(round)),
    Sample("round", (A / 3,), each(lambda x: round(x, 1)), {"decimals": 1}),
    Sample("maximum", (A, B), each(lambda a, b: a if a > b else b)),
    Sample("maximum", (A, ROW), each(lambda a, b: a if a > b else b), label="row"),
    Sample("minimum", (A, B), each(lambda a, b: a if a < b else b)),
    Sample("clip", (A, -1.0, 1.5), each(lambda x, a, b: min(max(x, a), b))),
    Sample("clip", (A, ROW - 1.1, ROW + 1.1), each(lambda x, a, b: min(max(x, a), b)), label="arrays"),
    Sample("conjugate", (A,), lambda x: x),
    Sample("real", (A,), lambda x: x),
    Sample("imag", (A,), lambda x: 0 * x),
    Sample("where", (MASK, A, B), each(lambda c, a, b: a if c else b), constant=(0,)),
    Sample("where", (MASK, ROW, 2.0), each(lambda c, a, b: a if c else b), constant=(0,), label="row"),
    Sample("cast", (A,), lambda x, dtype: x, {"dtype": np.dtype("float64")}),
    Sample("identity", (A,), lambda x: x),
    Sample("sum", (A,), lambda x: math.fsum(x.flat)),
    Sample("sum", (A,), lambda x, axis: [math.fsum(c) for c in x.T], {"axis": 0}, label="axis"),
    Sample("sum", (CUBE,), lambda x, axis, keepdims: [[[math.fsum(x[:, j].flat)] for j in range(3)]],
           {"axis": (0, 2), "keepdims": True}, label="kept"),
    Sample("mean", (A,), lambda x: math.fsum(x.flat) / 6),
    Sample("mean", (CUBE,), lambda x, axis: [[math.fsum(x[i, :, k]) / 3 for k in range(4)] for i in range(2)],
           {"axis": -2}, label="axis"),
    Sample("max", (A,), lambda x: 2.0),
    Sample("max", (A,), lambda x, axis: [2.0, 1.7], {"axis": 1}, label="axis"),
    Sample("max", (A,), lambda x, axis, keepdims: [[1.7, 0.9, 2.0]], {"axis": 0, "keepdims": True}, label="kept"),
    Sample("min", (A,), lambda x: -1.2),
    Sample("min", (A,), lambda x, axis: [-1.2, -0.4], {"axis": -1}, label="axis"),
    Sample("var", (A,), lambda x: statistics.pvariance(x.ravel().tolist())),
    Sample("var", (A,), lambda x, axis, ddof: [statistics.variance(c.tolist()) for c in x.T], {"axis": 0, "ddof": 1}, label="axis"),
    Sample("std", (A,), lambda x: statistics.pstdev(x.ravel().tolist())),
    Sample("std", (CUBE,), lambda x, axis, keepdims: [[[statistics.pstdev(x[:, j].ravel().tolist())] for j in range(3)]],
           {"axis": (0, -1), "keepdims": True}, label="kept"),
    Sample("prod", (A,), lambda x: math.prod(x.ravel().tolist())),
    Sample("prod", (A * MASK,), lambda x: 0.0, label="zeros"),
    Sample("prod", (A * MASK,), lambda x, axis: [0.0, 0.0, 2.0 * -0.4], {"axis": 0}, label="zeros-axis"),
    Sample("prod", (CUBE,), lambda x, axis: [math.prod(x[:, j].ravel().tolist()) for j in range(3)], {"axis": (0, 2)}, label="axes"),
    Sample("norm", (A,), lambda x: math.hypot(*x.ravel())),
    Sample("norm", (A,), lambda x, axis, keepdims: [[math.hypot(*r)] for r in x], {"axis": 1, "keepdims": True}, label="axis"),
    Sample("cumsum", (A,), lambda x: [math.fsum(x.ravel()[: i + 1]) for i in range(6)]),
    Sample("cumsum", (A,), lambda x, axis: [x[0].tolist(), (x[0] + x[1]).tolist()], {"axis": 0}, label="axis"),
    Sample("cumprod", (A,), lambda x: [math.prod(x.ravel()[: i + 1].tolist()) for i in range(6)]),
    Sample("cumprod", (A.T * MASK.T,), lambda x, axis: [[math.prod(r[: i + 1].tolist()) for i in range(2)] for r in x], {"axis": 1}, label="zeros"),
    Sample("cumprod", (ROW * [1, 0, 0],), lambda x: [0.7, 0.0, 0.0], label="two-zeros"),
    Sample("take_along_axis", (A, np.array([[0, 0], [2, 1]])), lambda x, i, axis: [[x[r, k] for k in i[r]] for r in range(2)],
           {"axis": 1}, constant=(1,)),
    Sample("sort", (A,), lambda x: [sorted(r) for r in x.tolist()]),
    Sample("sort", (A,), lambda x, axis: sorted(x.ravel().tolist()), {"axis": None}, label="flat"),
    Sample("median", (A,), lambda x: statistics.median(x.ravel().tolist())),
    Sample("median", (A,), lambda x, axis, keepdims: [[statistics.median(r)] for r in x.tolist()], {"axis": 1, "keepdims": True}, label="kept"),
    Sample("quantile", (A, [0.25, 0.9]), lambda x, q: [_quantile(x, v) for v in q], constant=(1,)),
    Sample("quantile", (A, 0.3), lambda x, q, axis: [_quantile(c, q) for c in x.T], {"axis": 0}, constant=(1,), label="axis"),
    Sample("percentile", (A, 30.0), lambda x, q: _quantile(x, q / 100), constant=(1,)),
    Sample("reshape", (A,), lambda x, shape: [[0.3, -1.2], [2.0, 1.7], [0.9, -0.4]], {"shape": (3, -1)}),
    Sample("reshape", (A,), lambda x, shape, order: [0.3, 1.7, -1.2, 0.9, 2.0, -0.4], {"shape": -1, "order": "F"}, label="fortran"),
    Sample("transpose", (A,), lambda x: list(zip(*x, strict=True))),
    Sample("transpose", (CUBE,), lambda x, axes: [[[x[i, j, k] for j in range(3)] for i in range(2)] for k in range(4)],
           {"axes": (2, 0, 1)}, label="axes"),
    Sample("swapaxes", (A,), lambda x, axis1, axis2: list(zip(*x, strict=True)), {"axis1": -1, "axis2": 0}),
    Sample("moveaxis", (CUBE,), lambda x, source, destination: [[[x[i, j, k] for j in range(3)] for i in range(2)] for k in range(4)],
           {"source": -1, "destination": 0}),
    Sample("expand_dims", (A,), lambda x, axis: [[[v] for v in row] for row in x], {"axis": -1}),
    Sample("squeeze", (COL,), lambda x, axis: [1.4, -0.6], {"axis": 1}),
    Sample("ravel", (A,), lambda x: [0.3, -1.2, 2.0, 1.7, 0.9, -0.4]),
    Sample("broadcast_to", (ROW,), lambda x, shape: [list(x), list(x)], {"shape": (2, 3)}),
    Sample("concatenate", (A, ROW[None], A), lambda *xs: [*A.tolist(), ROW.tolist(), *A.tolist()]),
    Sample("concatenate", (A, COL), lambda *xs, axis: [[0.3, -1.2, 2.0, 1.4], [1.7, 0.9, -0.4, -0.6]], {"axis": -1}, label="axis"),
    Sample("concatenate", (COL, ROW), lambda *xs, axis: [1.4, -0.6, 0.7, -1.5, 2.5], {"axis": None}, label="flat"),
    Sample("stack", (A, B), lambda a, b: [a.tolist(), b.tolist()]),
    Sample("stack", (ROW, ROW), lambda a, b, axis: [[v, v] for v in a], {"axis": -1}, label="axis"),
    Sample("getitem", (A,), lambda x, index: [0.3, 1.7], {"index": (slice(None), 0)}, label="slice"),
    Sample("getitem", (A,), lambda x, index: [[1.7, 0.9, -0.4], [0.3, -1.2, 2.0], [1.7, 0.9, -0.4]],
           {"index": np.array([1, 0, 1])}, label="repeated"),
    Sample("getitem", (A,), lambda x, index: [0.3, 2.0, -0.4], {"index": MASK}, label="mask"),
    Sample("getitem", (A,), lambda x, index: [[[-1.2]], [[0.9]]], {"index": (Ellipsis, None, slice(1, 2))}, label="newaxis"),
    Sample("scatter_add", (ROW,), lambda x, index, shape: [0.0, 0.7, -1.5 + 2.5, 0.0],
           {"index": np.array([1, 2, 2]), "shape": (4,)}),
    Sample("scatter_add", (ROW,), lambda x, index, shape: [0.7, 0.0, -1.5, 0.0, 2.5],
           {"index": slice(None, None, 2), "shape": (5,)}, label="slice"),
    Sample("matmul", (A, B.T), products),
    Sample("matmul", (A, ROW), lambda a, b: [math.sumprod(r, b) if hasattr(math, "sumprod") else sum(r * b) for r in a], label="vector"),
    Sample("matmul", (ROW, A.T), lambda a, b: [sum(a * b[:, j]) for j in range(2)], label="row"),
    Sample("matmul", (ROW, B[0]), lambda a, b: sum(x * y for x, y in zip(a, b, strict=True)), label="inner"),
    Sample("matmul", (CUBE, CUBE[0].T), lambda a, b: [products(m, b) for m in a], label="batch"),
    Sample("matmul", (CUBE, CUBE[0, 0]), lambda a, b: [[sum(r * b) for r in m] for m in a], label="batch-vector"),
    Sample("matmul", (ROW, CUBE), lambda a, b: [[sum(a * m[:, j]) for j in range(4)] for m in b], label="vector-batch"),
    Sample("eigvalsh", (SYMMETRIC,), lambda a: [np.trace(a) / 2 + s * math.sqrt((a[0, 0] - a[1, 1]) ** 2 / 4 + a[0, 1] ** 2) for s in (-1, 1)]),
    Sample("softmax", (A,), softmaxed),
    Sample("softmax", (A.T,), lambda x, axis: softmaxed(x.T).T, {"axis": 0}, label="axis"),
    Sample("log_softmax", (A,), lambda x: np.vectorize(math.log)(softmaxed(x))),
    Sample("logsumexp", (A,), lambda x: math.log(math.fsum(math.exp(v) for v in x.flat))),
    Sample("logsumexp", (A,), lambda x, axis, keepdims: [[math.log(math.fsum(map(math.exp, row)))] for row in x],
           {"axis": 1, "keepdims": True}, label="kept"),
    Sample("sparse_softmax_crossentropy", (A, LABELS),
           lambda x, labels: [-math.log(row[k]) for row, k in zip(softmaxed(x), labels, strict=True)], constant=(1,)),
]  # fmt: skip
