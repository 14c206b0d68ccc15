"""How operands and parameters of an operation are drawn from the values that a program has so far.

A function here takes the `Drawing` and gives (operands, parameters), or None where the operation does not fit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

Drawn = tuple[tuple[int, ...], dict[str, Any]] | None


class Drawing(Protocol):
    """A program in the making; see `programs.Draft`."""

    rng: np.random.Generator
    special: bool
    followed: list[bool]

    def value(self, number: int) -> np.ndarray: ...
    def pick(self, fits: Callable[[np.ndarray], bool]) -> int | None: ...
    def new(self, shape: tuple[int, ...], z: bool = False) -> int: ...
    def step(self, op: str, *operands: int, **params: Any) -> int | None: ...


def chance(d: Drawing, p: float) -> bool:
    return bool(d.rng.random() < p)


def one_of(d: Drawing, options: Any) -> Any:
    return options[int(d.rng.integers(len(options)))]


def is_complex(x: np.ndarray) -> bool:
    return x.dtype.kind == "c"


def kinds(z: bool) -> Callable[[np.ndarray], bool]:
    return lambda x: z or not is_complex(x)


# Domains: a test of the values, and the step that brings real values there.
DOMAINS: dict[str, tuple[Callable[[np.ndarray], Any], str]] = {
    "bounded": (lambda x: abs(x) <= 4, "bounded"),
    "unit": (lambda x: abs(x) <= 0.95, "unit"),
    "positive": (lambda x: x >= 0.05, "positive"),
    "nonzero": (lambda x: abs(x) >= 0.05, "positive"),
    "above": (lambda x: x >= 1.1, "above"),
}


def into(d: Drawing, domain: str, number: int | None) -> int | None:
    """The value in the domain; real values outside are mapped, and now and then taken as they are."""
    if number is None or domain == "any":
        return number
    x = d.value(number)
    inside, step = DOMAINS[domain]
    with np.errstate(all="ignore"):
        if is_complex(x):
            least = 0.05 if domain in ("positive", "nonzero") else 0.0
            return number if np.all((abs(x) >= least) & (abs(x) <= (0.95 if domain == "unit" else 4))) else None
        if np.all(inside(x)) or (d.special and chance(d, 0.2)):
            return number
    return d.step(step, number)


def unary(domain: str, z: bool) -> Callable[[Drawing], Drawn]:
    def draw(d: Drawing) -> Drawn:
        a = into(d, domain, d.pick(kinds(z)))
        return None if a is None else ((a,), {})

    return draw


def partner(d: Drawing, shape: tuple[int, ...], z: bool) -> int:
    """A value that broadcasts with `shape`, from the program or new."""

    def broadcasts(x: np.ndarray) -> bool:
        if not kinds(z)(x):
            return False
        try:
            np.broadcast_shapes(x.shape, shape)
        except ValueError:
            return False
        return True

    found = d.pick(broadcasts) if chance(d, 0.6) else None
    if found is not None:
        return found
    sizes = [1 if chance(d, 0.25) else n for n in shape]
    return d.new(tuple(sizes[int(d.rng.integers(len(shape) + 1)) if chance(d, 0.3) else 0 :]), z)


def binary(left: str, right: str, z: bool) -> Callable[[Drawing], Drawn]:
    def draw(d: Drawing) -> Drawn:
        a = d.pick(kinds(z))
        if a is None:
            return None
        b = a if d.special and chance(d, 0.08) else partner(d, d.value(a).shape, z)
        if a == b and not d.special:  # a - a and a % a are exact zeros
            return None
        if chance(d, 0.5):
            a, b = b, a
        a, b = into(d, left, a), into(d, right, b)
        return None if a is None or b is None else ((a, b), {})

    return draw


def _number(d: Drawing) -> float:
    return one_of(d, [0.0, 1.0, -1.0, 0.5, 2.0]) if d.special and chance(d, 0.5) else round(d.rng.uniform(-2, 2), 2)


def power_number(d: Drawing) -> Drawn:
    p = one_of(d, [0, 1, 2, 3, -1, 0.5, 1.5, 2.0, 0.0, 1.0, -0.5])
    a = d.pick(kinds(isinstance(p, int)))
    whole = p in (0, 1, 2, 3)
    a = a if whole and a is not None else into(d, "nonzero" if p == -1 else "positive", a)
    return None if a is None else ((a,), {"p": p})


def power_of_number(d: Drawing) -> Drawn:
    a = into(d, "bounded", d.pick(kinds(False)))
    p = one_of(d, [0.0, 1.0, 2.0, 0.5]) if d.special else one_of(d, [2.0, 0.5, 1.3])
    return None if a is None else ((a,), {"p": p})


def affine(d: Drawing) -> Drawn:
    a = d.pick(kinds(True))
    return None if a is None else ((a,), {"p": _number(d), "q": _number(d)})


def affine_complex(d: Drawing) -> Drawn:
    a = d.pick(kinds(True))
    return None if a is None else ((a,), {"p": complex(_number(d), _number(d)), "q": complex(_number(d), _number(d))})


def logit(d: Drawing) -> Drawn:
    a = into(d, "unit", d.pick(kinds(False)))
    return None if a is None else ((a,), {"p": 0.5, "q": 0.5})


def complex_one(d: Drawing) -> Drawn:
    a = d.pick(is_complex)
    return None if a is None else ((a,), {})


# Masks.


def _level(d: Drawing, a: int) -> float:
    """A threshold, in special programs often a value that occurs."""
    x = d.value(a)
    found = x[np.isfinite(x)]
    return float(one_of(d, found)) if d.special and found.size and chance(d, 0.5) else _number(d)


def where(d: Drawing) -> Drawn:
    a = d.pick(kinds(False))
    if a is None:
        return None
    return (a, partner(d, d.value(a).shape, False), partner(d, d.value(a).shape, False)), {"p": _level(d, a)}


def where_mask(d: Drawing) -> Drawn:
    a = d.pick(kinds(True))
    if a is None:
        return None
    mask = np.asarray(d.rng.random(d.value(a).shape) < 0.5)
    return (a, partner(d, d.value(a).shape, True)), {"mask": mask}


def masked(d: Drawing) -> Drawn:
    a = d.pick(kinds(False))
    return None if a is None else ((a, partner(d, d.value(a).shape, False)), {})


def where_finite(d: Drawing) -> Drawn:
    a = d.pick(lambda x: not is_complex(x) and not np.all(np.isfinite(x)))
    return None if a is None else ((a,), {"p": _number(d)})


def select(d: Drawing) -> Drawn:
    drawn = where(d)
    if drawn is None or not d.followed[drawn[0][0]]:  # NumPy looks for tensors in the choices, not in the default
        return None
    (a, b, c), params = drawn
    return (a, b, c), {"p": params["p"], "q": params["p"] - one_of(d, [0.0, 0.5, 1.0])}


def clip(d: Drawing) -> Drawn:
    a = d.pick(kinds(False))
    if a is None:
        return None
    p = _level(d, a)
    return (a,), {"p": p, "q": p + abs(_number(d))}


def clip_arrays(d: Drawing) -> Drawn:
    a = d.pick(kinds(False))
    if a is None:
        return None
    return (a, partner(d, d.value(a).shape, False), partner(d, d.value(a).shape, False)), {}


def nan_to_num(d: Drawing) -> Drawn:
    a = d.pick(kinds(False))
    return None if a is None else ((a,), {"p": _number(d)})


# Reductions and scans.


def _axis(d: Drawing, ndim: int, none: bool = True, several: bool = True) -> Any:
    """An axis, a tuple of them, or None for all."""
    if not ndim or (none and chance(d, 0.3)):
        return None
    if several and chance(d, 0.25):
        axes = d.rng.permutation(ndim)[: int(d.rng.integers(1, ndim + 1))]
        return tuple(int(a) - (ndim if chance(d, 0.3) else 0) for a in axes)
    return int(d.rng.integers(-ndim, ndim))


def _axes(axis: Any, ndim: int) -> tuple[int, ...]:
    return tuple(range(ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)


def reduction(
    z: bool = False, filled: bool = False, one_axis: bool = False, ddof: bool = False, ord: bool = False,
    q: bool = False, none: bool = False,
) -> Callable[[Drawing], Drawn]:  # fmt: skip
    def draw(d: Drawing) -> Drawn:
        a = d.pick(kinds(z))
        if a is None:
            return None
        x = d.value(a)
        axis = _axis(d, x.ndim, several=not one_axis)
        if none and x.ndim and chance(d, 0.03):
            axis = ()
        count = int(np.prod([x.shape[k] for k in _axes(axis, x.ndim)]))
        if filled and not count:
            return None
        params: dict[str, Any] = {"axis": axis, "keepdims": chance(d, 0.3)}
        if ddof:
            params["ddof"] = one_of(d, [0, 0, 1])
            if count <= params["ddof"] or (count == 1 and not d.special):
                return None
        if ord:
            params["ord"] = one_of(d, [1, 2, 3, np.inf, -np.inf, 1.5])
            if params["ord"] == -np.inf and not d.special:
                params["ord"] = 2
        if q:
            params["q"] = one_of(d, [0.0, 0.25, 0.5, 1.0, 0.3])
        return (a,), params

    return draw


def reduction_where(d: Drawing) -> Drawn:
    a = d.pick(kinds(False))
    if a is None:
        return None
    x = d.value(a)
    return (a,), {"axis": _axis(d, x.ndim), "mask": np.asarray(d.rng.random(x.shape) < 0.6)}


def average(d: Drawing) -> Drawn:
    a = d.pick(lambda x: not is_complex(x) and x.ndim > 0 and x.size > 0)
    if a is None:
        return None
    b = into(d, "positive", d.new(d.value(a).shape))
    return None if b is None else ((a, b), {"axis": _axis(d, d.value(a).ndim, none=False, several=False)})


def along_axis(domain: str, z: bool) -> Callable[[Drawing], Drawn]:
    def draw(d: Drawing) -> Drawn:
        a = into(d, domain, d.pick(kinds(z)))
        return None if a is None else ((a,), {"axis": _axis(d, d.value(a).ndim, several=False)})

    return draw


def with_axis(z: bool = False, shift: bool = False, times: bool = False) -> Callable[[Drawing], Drawn]:
    def draw(d: Drawing) -> Drawn:
        a = d.pick(lambda x: kinds(z)(x) and x.ndim > 0)
        if a is None:
            return None
        params: dict[str, Any] = {"axis": _axis(d, d.value(a).ndim, none=False, several=False)}
        if not d.value(a).shape[params["axis"]] and not shift:
            return None
        if shift:
            params["shift"] = int(d.rng.integers(-3, 4))
        if times:
            params["times"] = int(d.rng.integers(0, 3))
        return (a,), params

    return draw


def two_with_axis(d: Drawing) -> Drawn:
    a = d.pick(lambda x: not is_complex(x) and x.ndim > 0 and x.size > 0)
    if a is None:
        return None
    b = alike(d, d.value(a).shape)
    return (a, b), {"axis": _axis(d, d.value(a).ndim, none=False, several=False)}


def alike(d: Drawing, shape: tuple[int, ...], z: bool = False) -> int:
    """A value of exactly this shape, from the program or new."""
    found = d.pick(lambda x: x.shape == shape and kinds(z)(x)) if chance(d, 0.7) else None
    return d.new(shape, z) if found is None else found


# Shapes.


def reshape(d: Drawing) -> Drawn:
    a = d.pick(kinds(True))
    if a is None:
        return None
    size, shape = d.value(a).size, d.value(a).shape
    options = [(size,), shape[::-1], (1, *shape), (*shape, 1)]
    if size:
        options += [(-1,), (1, -1)] + [(-1, n) for n in (2, 3) if size % n == 0]
    return (a,), {"shape": one_of(d, options)}


def transpose(d: Drawing) -> Drawn:
    a = d.pick(kinds(True))
    return None if a is None else ((a,), {"axes": tuple(int(k) for k in d.rng.permutation(d.value(a).ndim))})


def expand_dims(d: Drawing) -> Drawn:
    a = d.pick(lambda x: x.ndim < 3)
    return None if a is None else ((a,), {"axis": int(d.rng.integers(-1, d.value(a).ndim + 1))})


def broadcast_to(d: Drawing) -> Drawn:
    a = d.pick(kinds(True))
    if a is None:
        return None
    shape = tuple(int(d.rng.integers(0 if d.special else 1, 4)) if n == 1 else n for n in d.value(a).shape)
    return (a,), {"shape": (int(d.rng.integers(1, 3)), *shape) if chance(d, 0.5) else shape}


def tile(d: Drawing) -> Drawn:
    a = d.pick(lambda x: x.ndim < 3)
    return None if a is None else ((a,), {"reps": tuple(int(n) for n in d.rng.integers(1, 3, size=2))})


def pad(d: Drawing) -> Drawn:
    a = d.pick(lambda x: 0 < x.ndim < 3)
    return None if a is None else ((a,), {"width": (int(d.rng.integers(0, 2)), int(d.rng.integers(0, 3)))})


def matrix_k(d: Drawing) -> Drawn:
    a = d.pick(lambda x: x.ndim == 2 and x.size > 0)
    return None if a is None else ((a,), {"k": int(d.rng.integers(-1, 2))})


def matrix_any(d: Drawing) -> Drawn:
    a = d.pick(lambda x: x.ndim == 2 and x.size > 0)
    return None if a is None else ((a,), {})


def diag(d: Drawing) -> Drawn:
    a = d.pick(lambda x: x.ndim in (1, 2))
    return None if a is None else ((a,), {})


# Indexing.


def _slice(d: Drawing, n: int) -> slice:
    step = one_of(d, [None, None, 1, 2, -1, -2])
    ends = [int(k) if chance(d, 0.6) else None for k in d.rng.integers(-n - 1, n + 2, size=2)]
    return slice(ends[0], ends[1], step)


def _key(d: Drawing, shape: tuple[int, ...], repeated: bool) -> Any:
    """An index of NumPy's: integers, slices, None, an ellipsis, integer arrays, masks."""
    if chance(d, 0.2):
        return (np.asarray(d.rng.random(shape) < 0.5),)
    parts: list[Any] = []
    advanced = None
    for n in shape:
        kind = one_of(d, ["slice", "slice", "int", "array", "mask"])
        if kind == "slice" or not n:
            parts.append(_slice(d, n))
        elif kind == "int":
            parts.append(int(d.rng.integers(-n, n)))
        elif advanced is None:
            advanced = (
                (d.rng.random(n) < 0.6)
                if kind == "mask"
                else d.rng.integers(-n, n, size=one_of(d, [0, 2, 3, 4]) if repeated else 0)
            )
            if kind == "array" and not repeated:
                advanced = d.rng.permutation(n)[: int(d.rng.integers(0, n + 1))]
            parts.append(advanced)
        else:
            parts.append(_slice(d, n))
        if chance(d, 0.1):
            parts.append(None)
    if chance(d, 0.2):
        parts = [*parts[: len(parts) // 2], ..., *parts[len(parts) - len(parts) // 3 :]] if len(parts) > 1 else [...]
    return tuple(parts)


def getitem(d: Drawing) -> Drawn:
    a = d.pick(kinds(True))
    return None if a is None else ((a,), {"key": _key(d, d.value(a).shape, True)})


def _at(d: Drawing, repeated: bool) -> Drawn:
    a = d.pick(kinds(False))
    if a is None:
        return None
    x, key = d.value(a), _key(d, d.value(a).shape, repeated)
    try:
        chosen = x[key]
    except IndexError:
        return None
    return (a, d.new(()) if chance(d, 0.3) else alike(d, chosen.shape)), {"key": key}


def at_set(d: Drawing) -> Drawn:
    return _at(d, False)


def at_add(d: Drawing) -> Drawn:
    return _at(d, True)


# Products.


def any_two(d: Drawing) -> Drawn:
    a, b = d.pick(lambda x: 0 < x.ndim < 3), d.pick(lambda x: 0 < x.ndim < 3)
    return None if a is None or b is None else ((a, b), {})


def same_two(d: Drawing) -> Drawn:
    a = d.pick(kinds(True))
    return None if a is None else ((a, alike(d, d.value(a).shape, True)), {})


def matmul(d: Drawing) -> Drawn:
    a = d.pick(lambda x: x.ndim > 0)
    if a is None:
        return None
    n, m = d.value(a).shape[-1], int(d.rng.integers(1, 4))
    b = alike(d, one_of(d, [(n,), (n, m), (2, n, m)]), True)
    return (a, b), {}


def tensordot(d: Drawing) -> Drawn:
    a = d.pick(lambda x: x.ndim > 0)
    if a is None:
        return None
    axes = one_of(d, [1, 1, 2, 0]) if d.value(a).ndim > 1 else one_of(d, [0, 1])
    tail = d.value(a).shape[d.value(a).ndim - axes :]
    return (a, alike(d, (*tail, *((2,) if chance(d, 0.5) else ())), True)), {"axes": axes}


SPECS = [
    "ij,jk->ik",
    "ij,ij->i",
    "i,j->ij",
    "ij,i->j",
    "ij,kj->ki",
    "bij,bjk->bik",
    "ijk,k->",
    "i,i->",
    "ij,->ji",
    "...i,i->...",
]


def einsum(d: Drawing) -> Drawn:
    spec = one_of(d, SPECS)
    left, right = spec.partition("->")[0].split(",")
    dots = "..." in left
    a = d.pick(lambda x: x.ndim >= 1 if dots else x.ndim == len(left))
    if a is None:
        return None
    shape = d.value(a).shape
    sizes = {"i": shape[-1]} if dots else dict(zip(left, shape, strict=True))
    b = alike(d, tuple(sizes.get(letter, 2) for letter in right), True)
    return (a, b), {"spec": spec}


def einsum_one(d: Drawing) -> Drawn:
    spec = one_of(d, ["ii->", "ii->i", "ij->ji", "ijk->kj", "ij->", "i->", "ijj->i", "ij->j"])
    letters = spec.partition("->")[0]

    def fits(x: np.ndarray) -> bool:
        same = len(set(letters)) == len(letters) or (x.ndim > 1 and x.shape[-1] == x.shape[-2])
        return x.ndim == len(letters) and same

    a = d.pick(fits)
    return None if a is None else ((a,), {"spec": spec})


def inner(d: Drawing) -> Drawn:
    a = d.pick(lambda x: x.ndim > 0)
    if a is None:
        return None
    n = d.value(a).shape[-1]
    return (a, alike(d, one_of(d, [(n,), (2, n)]), True)), {}


def cross(d: Drawing) -> Drawn:
    a = d.pick(lambda x: x.ndim > 0 and x.shape[-1] == 3)
    a = d.new((3,)) if a is None else a
    return (a, alike(d, d.value(a).shape, True)), {}


def vectors(d: Drawing) -> Drawn:
    a = d.pick(lambda x: not is_complex(x) and x.ndim == 1 and x.size > 0)
    a = d.new((3,)) if a is None else a
    return (a, alike(d, (int(d.rng.integers(1, 4)),))), {}


# Matrices.


def square(domain: str, batch: bool = True, raw: float = 0.0) -> Callable[[Drawing], Drawn]:
    """A square matrix, made well conditioned or positive definite; as it is with the chance `raw`."""

    def draw(d: Drawing) -> Drawn:
        a = d.pick(lambda x: (x.ndim >= 2 if batch else x.ndim == 2) and x.shape[-1] == x.shape[-2] > 0)
        if a is None:
            n = int(d.rng.integers(1, 4))
            a = d.new((n, n))
        if domain != "any" and not (d.special and chance(d, raw)):
            a = d.step(domain, a)
        return None if a is None else ((a,), {})

    return draw


def spectrum(domain: str) -> Callable[[Drawing], Drawn]:
    """A matrix whose eigenvalues or singular values are apart from one another."""

    def draw(d: Drawing) -> Drawn:
        drawn = square(domain)(d)
        if drawn is None:
            return None
        found = np.sort(np.linalg.svdvals(d.value(drawn[0][0])), axis=-1)
        return drawn if np.all(np.diff(found, axis=-1) > 0.05) else None

    return draw


def matrix_power(d: Drawing) -> Drawn:
    drawn = square("well")(d)
    return None if drawn is None else (drawn[0], {"n": one_of(d, [0, 1, 2, 3, -1, -2])})


def solve(d: Drawing) -> Drawn:
    drawn = square("well")(d)
    if drawn is None:
        return None
    n = d.value(drawn[0][0]).shape[-1]
    shape = (n,) if d.value(drawn[0][0]).ndim == 2 and chance(d, 0.5) else (n, 2)
    return (drawn[0][0], alike(d, shape, True)), {}


def fft(real: bool = False, back: bool = False) -> Callable[[Drawing], Drawn]:
    def draw(d: Drawing) -> Drawn:
        a = d.pick(lambda x: x.ndim > 0 and x.size > 0 and not (real and is_complex(x)))
        if a is None:
            return None
        axis = _axis(d, d.value(a).ndim, none=False, several=False)
        n = d.value(a).shape[axis]
        if back and n == 1:
            return None
        length = one_of(d, [None, None, n, n + 1, max(n - 1, 1)])
        return (a,), {"axis": axis, "n": length, "norm": one_of(d, ["backward", "ortho", "forward"])}

    return draw
