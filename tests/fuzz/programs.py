"""Programs as data: drawn from a seed, run on any arrays, printed as NumPy code, kept as JSON."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

import autograd as ag
from tests.fuzz.rows import ROWS, TABLE

KINDS = [
    "elementwise", "special", "broadcasting", "reduction", "scan", "mask", "shape", "indexing", "product", "matrix",
    "complex", "empty", "scalar",
]  # fmt: skip


class Input(NamedTuple):
    """An array that a program starts from: one that it is differentiated with respect to, or a constant."""

    value: np.ndarray
    source: bool


class Step(NamedTuple):
    """An operation of the table on earlier values."""

    op: str
    operands: tuple[int, ...]
    params: dict[str, Any]


class Program(NamedTuple):
    """Inputs and steps in order. The result is the sum over `weights` of Σ weight · value, a real scalar."""

    nodes: tuple[Input | Step, ...]
    weights: dict[int, np.ndarray]
    tangents: dict[int, np.ndarray]
    kind: str = ""
    seed: int = 0

    @property
    def sources(self) -> list[int]:
        """The numbers of the inputs that it is differentiated with respect to."""
        return [i for i, node in enumerate(self.nodes) if isinstance(node, Input) and node.source]


def at(a: Any) -> Any:
    """`a.at` of tensors, and of plain arrays too."""
    return a.at if isinstance(a, ag.Tensor) else ag.Tensor(a).at


NAMES = {"np": np, "ag": ag, "at": at}  # what the code of a program uses


@cache
def spelled(op: str) -> Callable[..., Any]:
    """The function that a row's NumPy spelling is."""
    return compiled(TABLE[op].ours, NAMES)


def compiled(text: str, names: dict[str, Any]) -> Callable[..., Any]:
    """A function of the operands a, b, c and the parameters as a dictionary."""
    code = compile(text, "<row>", "eval")

    def apply(operands: Sequence[Any], params: dict[str, Any]) -> Any:
        return eval(code, {**names, **dict(zip("abc", operands, strict=False)), **params})

    return apply


def values_of(program: Program, sources: Sequence[Any]) -> list[Any]:
    """All values of a program, with these arrays or tensors in place of its sources."""
    given = iter(sources)
    values: list[Any] = []
    for node in program.nodes:
        if isinstance(node, Input):
            values.append(next(given) if node.source else node.value)
        else:
            values.append(spelled(node.op)([values[i] for i in node.operands], node.params))
    return values


def run(program: Program, *sources: Any) -> Any:
    """The result of a program."""
    values = values_of(program, sources)
    total: Any = 0.0
    for number, weight in program.weights.items():
        total = total + np.sum(np.real(np.conj(weight) * values[number]))
    return total


def show(program: Program) -> str:
    """The program as NumPy code that runs."""
    names = {i: f"x{i}" if isinstance(node, Input) else f"v{i}" for i, node in enumerate(program.nodes)}
    lines = []
    constants = []
    for i, node in enumerate(program.nodes):
        if isinstance(node, Input):
            if not node.source:
                constants.append(f"{names[i]} = {_code(node.value)}")
            continue
        words: dict[str, str] = dict(zip("abc", [names[k] for k in node.operands], strict=False))
        words |= {name: _code(value) for name, value in node.params.items()}
        pattern = r"(?<![\w.])(" + "|".join(words) + r")(?!\w|=[^=])" if words else "$^"
        lines.append(f"    {names[i]} = " + re.sub(pattern, lambda m: words[m[1]], TABLE[node.op].ours))
    terms = [
        f"np.sum({names[i]} * {_code(w)})"
        if w.dtype.kind != "c"
        else f"np.sum(np.real(np.conj({_code(w)}) * {names[i]}))"
        for i, w in program.weights.items()
    ]
    sources = ", ".join(names[i] for i in program.sources)
    head = [*constants, f"def f({sources}):", *lines, f"    return {' + '.join(terms) or '0.0'}"]
    at_point = [f"{names[i]} = {_code(program.nodes[i].value)}" for i in program.sources]  # type: ignore[union-attr]
    return "\n".join([*head, *at_point, *(f"t{i} = {_code(program.tangents[i])}" for i in program.sources)])


def _code(value: Any) -> str:
    if isinstance(value, np.ndarray):
        text = repr(value.tolist())
        text = re.sub(r"\b(nan|inf)\b", r"np.\1", text)
        plain = value.size and value.dtype.kind in "fcb"
        return (
            f"np.array({text})"
            if plain
            else f"np.zeros({value.shape}, np.{value.dtype.name})"
            if not value.size
            else f"np.array({text})"
        )
    if isinstance(value, tuple):
        return "(" + ", ".join(_code(v) for v in value) + ("," if len(value) == 1 else "") + ")"
    return "..." if value is ... else re.sub(r"\b(nan|inf)\b", r"np.\1", repr(value))


class Draft:
    """A program in the making."""

    def __init__(self, seed: int, kind: str, special: bool) -> None:
        self.rng = np.random.default_rng([seed, KINDS.index(kind)])
        self.seed, self.kind, self.special = seed, kind, special
        self.nodes: list[Input | Step] = []
        self.values: list[np.ndarray] = []
        self.followed: list[bool] = []

    def value(self, number: int) -> np.ndarray:
        return self.values[number]

    def pick(self, fits: Callable[[np.ndarray], bool]) -> int | None:
        """The number of a value that fits, a recent one rather than an old one."""
        numbers = [i for i, x in enumerate(self.values) if fits(x)]
        finite = [i for i in numbers if np.all(np.isfinite(self.values[i]))]
        numbers = finite if finite and self.rng.random() < 0.9 else numbers
        if not numbers:
            return None
        weights = np.array([(i + 1.0) * (3.0 if self.followed[i] else 1.0) for i in numbers])
        return int(self.rng.choice(numbers, p=weights / weights.sum()))

    def shape(self) -> tuple[int, ...]:
        """A shape that suits the kind of program."""
        if self.kind == "scalar":
            return ()
        least = 0 if self.kind == "empty" else 1
        ndim = int(
            self.rng.choice(
                [2, 3] if self.kind in ("matrix", "product") else [0, 1, 2, 3],
                p=[0.8, 0.2] if self.kind in ("matrix", "product") else [0.1, 0.4, 0.4, 0.1],
            )
        )
        sizes = [int(n) for n in self.rng.integers(least, 5 if ndim < 3 else 3, size=ndim)]
        if self.kind == "broadcasting":
            sizes = [1 if self.rng.random() < 0.4 else n for n in sizes]
        if self.kind == "matrix":
            sizes[-2:] = [min(sizes[-1], 3)] * 2
        return tuple(sizes)

    def new(self, shape: tuple[int, ...], z: bool = False) -> int:
        """A new input: a source mostly, sometimes a constant. z: it may be complex."""
        x = np.asarray(self._numbers(shape))
        if z and self.kind == "complex" and self.rng.random() < 0.5:
            x = np.asarray(x + 1j * self._numbers(shape))
        self.nodes.append(Input(x, not self.followed or self.rng.random() < 0.75))
        self.values.append(x)
        self.followed.append(self.nodes[-1].source)  # type: ignore[union-attr]
        return len(self.nodes) - 1

    def _numbers(self, shape: tuple[int, ...]) -> np.ndarray:
        rng = self.rng
        if not self.special:
            return rng.uniform(-2, 2, size=shape).round(4)
        style = rng.choice(["plain", "whole", "equal", "zero", "mixed", "wide"], p=[0.45, 0.22, 0.08, 0.07, 0.15, 0.03])
        if style == "whole":
            return rng.integers(-2, 3, size=shape).astype(float)
        if style == "equal":
            return np.full(shape, rng.choice([0.5, 1.0, -1.0, 2.0]))
        if style == "zero":
            return np.where(rng.random(shape) < 0.3, -0.0, 0.0)
        x = np.asarray(rng.uniform(-2, 2, size=shape).round(2))
        if style == "mixed":
            x = np.where(rng.random(shape) < 0.4, rng.choice([0.0, 1.0, -1.0, 2.0, 0.5], size=shape), x)
        return x * 30 if style == "wide" else x

    def step(self, op: str, *operands: int, **params: Any) -> int | None:
        """Append a step, if its value is one that a program can go on with."""
        inputs = [self.values[i] for i in operands]
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                value = spelled(op)(inputs, params)
        except (ValueError, IndexError, TypeError, ZeroDivisionError, np.linalg.LinAlgError):
            return None
        x = np.asarray(value.numpy() if isinstance(value, ag.Tensor) else value)
        finite = np.isfinite(x)
        tiny = (x != 0) & (abs(x) < 1e-9)  # what rounding left of a difference, the digits of which mean nothing
        if x.dtype.kind not in "fc" or x.size > 60 or tiny.any() or (finite.any() and abs(x[finite]).max() > 1e3):
            return None
        before = all(np.isfinite(v).all() for v in inputs)
        if not finite.all() and before and not (self.special and self.rng.random() < 0.5):
            return None
        if not before and op in FINITE_ONLY:
            return None
        self.nodes.append(Step(op, operands, params))
        self.values.append(x)
        self.followed.append(any(self.followed[i] for i in operands))
        return len(self.nodes) - 1


# What these do with an infinite operand is a matter of taste.
FINITE_ONLY = {
    "fmod",
    "remainder",
    "floor_divide",
    "log_ndtr",
    "hypot",
    "arctan2",
    "det",
    "affine_complex",
    "make_complex",
    "phase",
}

GROUPS = {
    "elementwise": 3.0, "binary": 3.0, "special": 0.7, "mask": 1.0, "reduction": 1.2, "scan": 0.8, "shape": 0.8,
    "indexing": 0.8, "product": 0.8, "matrix": 0.4, "complex": 0.4,
}  # fmt: skip
CHANCES = {
    kind: np.array(
        [
            0.0
            if row.group == "domain"
            else (
                GROUPS[row.group]
                + (6.0 if row.group == kind else 0.0)
                + (4.0 if kind == "broadcasting" and row.group == "binary" else 0.0)
            )
            / sum(r.group == row.group for r in ROWS)
            for row in ROWS
        ]
    )
    for kind in KINDS
}


def draw(seed: int, kind: str | None = None, special: bool = True) -> Program:
    """The program of a seed. special: also zeros, ties, kinks and values that are not finite."""
    kind = kind or KINDS[seed % len(KINDS)]
    d = Draft(seed, kind, special)
    rng = d.rng
    for _ in range(int(rng.integers(1, 3))):
        d.new(d.shape(), True)
    length = len(d.nodes) + int(rng.integers(1, 8))
    chances = CHANCES[kind] / CHANCES[kind].sum()
    for _ in range(40):
        if len(d.nodes) >= length:
            break
        row = ROWS[int(rng.choice(len(ROWS), p=chances))]
        if rng.random() < 0.3 and not all(np.isfinite(x).all() for x in d.values):
            row = TABLE["where_finite"]
        kept = len(d.nodes)
        drawn = row.draw(d)
        if drawn is None or d.step(row.name, *drawn[0], **drawn[1]) is None:
            del d.nodes[kept:], d.values[kept:], d.followed[kept:]
    return _finished(d)


def _finished(d: Draft) -> Program:
    """The program whose result is a weighted sum of the values that no step uses."""
    used = {i for node in d.nodes if isinstance(node, Step) for i in node.operands}
    ends = [i for i, node in enumerate(d.nodes) if i not in used and d.followed[i] and isinstance(node, Step)]
    finite = [i for i in ends if np.all(np.isfinite(d.values[i]))]
    ends = (finite if finite and d.rng.random() < 0.8 else ends) or [len(d.nodes) - 1]
    weights = {i: _weights(d, d.values[i]) for i in ends}
    tangents = {i: _weights(d, n.value, plain=True) for i, n in enumerate(d.nodes) if isinstance(n, Input) and n.source}
    return tidied(Program(tuple(d.nodes), weights, tangents, d.kind, d.seed))


def _weights(d: Draft, x: np.ndarray, plain: bool = False) -> np.ndarray:
    rng = d.rng
    w = np.asarray(rng.uniform(0.3, 1.5, size=x.shape).round(2) * rng.choice([-1.0, 1.0], size=x.shape))
    if not plain and d.special and rng.random() < 0.15:
        w = np.where(rng.random(x.shape) < 0.4, 0.0, w) if rng.random() < 0.5 else np.ones_like(w)
    return np.asarray(w + 1j * rng.uniform(-1, 1, size=x.shape).round(2) if x.dtype.kind == "c" else w)


def tidied(program: Program) -> Program:
    """The program without the nodes that its result does not depend on."""
    needed = set(program.weights)
    for i in range(len(program.nodes) - 1, -1, -1):
        node = program.nodes[i]
        if i in needed and isinstance(node, Step):
            needed |= set(node.operands)
    kept = sorted(needed)
    new = {old: k for k, old in enumerate(kept)}
    nodes = [
        node if isinstance(node, Input) else node._replace(operands=tuple(new[i] for i in node.operands))
        for node in (program.nodes[i] for i in kept)
    ]
    weights = {new[i]: w for i, w in program.weights.items()}
    tangents = {new[i]: t for i, t in program.tangents.items() if i in new}
    return program._replace(nodes=tuple(nodes), weights=weights, tangents=tangents)


# Kept as JSON.


def to_json(x: Any) -> Any:
    """Arrays, numbers, slices and their nestings as JSON."""
    if isinstance(x, np.ndarray | np.generic):
        flat = x.ravel()
        data = (
            [[_text(v.real), _text(v.imag)] for v in flat] if x.dtype.kind == "c" else [_text(v) for v in flat.tolist()]
        )
        return {"a": data, "s": list(x.shape), "d": x.dtype.name}
    if isinstance(x, slice):
        return {"slice": [x.start, x.stop, x.step]}
    if isinstance(x, tuple):
        return {"t": [to_json(v) for v in x]}
    if x is ...:
        return {"dots": 1}
    if isinstance(x, complex):
        return {"z": [x.real, x.imag]}
    return _text(x)


def _text(x: Any) -> Any:
    if isinstance(x, float | np.floating):
        x = float(x)
        return x if np.isfinite(x) else str(x)
    return x


def from_json(x: Any) -> Any:
    """The inverse of `to_json`."""
    if isinstance(x, str) and x in ("nan", "inf", "-inf"):
        return float(x)
    if not isinstance(x, dict):
        return x
    if "a" in x:
        data = [complex(float(v[0]), float(v[1])) if isinstance(v, list) else from_json(v) for v in x["a"]]
        return np.array(data, x["d"]).reshape(x["s"])
    if "slice" in x:
        return slice(*x["slice"])
    if "t" in x:
        return tuple(from_json(v) for v in x["t"])
    return ... if "dots" in x else complex(*x["z"])


def program_to_json(p: Program) -> Any:
    nodes = [
        {"x": to_json(n.value), "source": n.source}
        if isinstance(n, Input)
        else {
            "op": n.op,
            "of": list(n.operands),
            **({"with": {k: to_json(v) for k, v in n.params.items()}} if n.params else {}),
        }
        for n in p.nodes
    ]
    weights, tangents = ({str(i): to_json(a) for i, a in table.items()} for table in (p.weights, p.tangents))
    return {"kind": p.kind, "seed": p.seed, "nodes": nodes, "weights": weights, "tangents": tangents}


def program_from_json(j: Any) -> Program:
    nodes = [
        Input(from_json(n["x"]), n["source"])
        if "x" in n
        else Step(n["op"], tuple(n["of"]), {k: from_json(v) for k, v in n.get("with", {}).items()})
        for n in j["nodes"]
    ]
    weights, tangents = ({int(i): from_json(a) for i, a in j[name].items()} for name in ("weights", "tangents"))
    return Program(tuple(nodes), weights, tangents, j["kind"], j["seed"])
