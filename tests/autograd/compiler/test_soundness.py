"""A compiled function gives what the function gives, in every call; where it cannot be compiled, it says so."""

import array
import copy
import dataclasses
import enum
import functools
import numbers
import random
import warnings
from collections import OrderedDict, defaultdict, namedtuple
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
import optim
from autograd import Tape, Tensor, Variable
from tests.autograd.compiler.backends import use_numpy_alone

RNG = np.random.default_rng(0)
ARRAYS = [RNG.normal(size=(3, 3)) for _ in range(5)]
VECTORS = [RNG.normal(size=4) for _ in range(5)]
NUMBERS = [1.5, -2.0, 0.25, 3.0, 1.5]


def plain(x: Any) -> Any:
    """A result without tensors, with the types of its parts."""
    if isinstance(x, Tensor):
        return "tensor", plain(x.value)
    if isinstance(x, np.ndarray):
        return "array", str(x.dtype), x.shape, x.tobytes()
    if isinstance(x, dict):
        return type(x), [(key, plain(value)) for key, value in x.items()]
    if isinstance(x, list | tuple):
        return type(x), [plain(value) for value in x]
    return type(x), repr(x)


def check(make: Callable[[], Callable[..., Any]], calls: list[tuple[Any, ...]], told: str = "") -> Any:
    """Run the calls by a plain function and by a compiled one, each with a state of its own."""
    eager, compiled = make(), ag.compile(make())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for args in calls:
            ours, theirs = copy.deepcopy(args), copy.deepcopy(args)
            random.seed(1), np.random.seed(1)
            expected = outcome(eager, theirs)
            random.seed(1), np.random.seed(1)
            found = outcome(compiled, ours)
            assert found == expected
            assert plain(ours) == plain(theirs)
    messages = [str(warning.message) for warning in caught]
    if told:
        assert any([told in message for message in messages]), messages
    return compiled


def outcome(f: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    try:
        return plain(f(*args))
    except Exception as error:
        return type(error)


# Writes in place.


def of_copy(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def f(x: Any) -> Any:
        y = x * 1.0
        change(y)
        return y + 1, y

    return f


def with_out(call: Callable[[Any, Any], Any], shape: tuple[int, ...] = (3,)) -> Callable[[Any], Any]:
    def f(x: Any) -> Any:
        out = np.zeros_like(x[:, 0] * 1.0) if shape == (3,) else np.zeros_like(x * 1.0)
        returned = call(x, out)
        return out * 2, returned

    return f


WRITES: dict[str, Callable[[Any], Any]] = {
    "sort": of_copy(lambda y: y.sort()),
    "sort axis": of_copy(lambda y: y.sort(axis=0)),
    "partition": of_copy(lambda y: y.partition(1)),
    "fill": of_copy(lambda y: y.fill(2.5)),
    "put": of_copy(lambda y: y.put([0, 4], [7.0, 8.0])),
    "itemset by index": of_copy(lambda y: y.__setitem__((0, 1), 5.0)),
    "resize": of_copy(lambda y: y.resize((9,), refcheck=False)),
    "byteswap": of_copy(lambda y: y.byteswap(inplace=True)),
    "setfield": of_copy(lambda y: y.setfield(1.0, np.float64)),
    "copyto": of_copy(lambda y: np.copyto(y, 3.0)),
    "copyto where": of_copy(lambda y: np.copyto(y, 3.0, where=y > 0)),
    "copyto by name": of_copy(lambda y: np.copyto(dst=y, src=3.0)),
    "np.put": of_copy(lambda y: np.put(y, [1, 2], [5.0, 6.0])),
    "putmask": of_copy(lambda y: np.putmask(y, y > 0, 9.0)),
    "place": of_copy(lambda y: np.place(y, y > 0, [1.0, 2.0])),
    "fill_diagonal": of_copy(lambda y: np.fill_diagonal(y, 0.0)),
    "put_along_axis": of_copy(lambda y: np.put_along_axis(y, np.array([[0], [1], [2]]), 9.0, axis=1)),
    "flat": of_copy(lambda y: y.flat.__setitem__(slice(None, None, 2), 4.0)),
    "view filled": of_copy(lambda y: y[0].fill(3.0)),
    "view sorted": of_copy(lambda y: y[1:].sort()),
    "transposed view": of_copy(lambda y: y.T.fill(1.0)),
    "row of ravel": of_copy(lambda y: y.ravel().put([0], [3.0])),
    "shuffle": of_copy(lambda y: np.random.default_rng(0).shuffle(y)),
    "legacy shuffle": of_copy(lambda y: np.random.shuffle(y)),
    "ufunc at": of_copy(lambda y: np.add.at(y, [0, 0], 1.0)),
    "ufunc out where": of_copy(lambda y: np.add(y, 100.0, out=y, where=y > 0)),
    "ufunc positional out": of_copy(lambda y: np.add(y, 100.0, y)),
    "ufunc two outs": of_copy(lambda y: np.modf(y, out=(y, np.zeros_like(y)))),
    "divmod outs": of_copy(lambda y: np.divmod(y, 2.0, out=(y, None))),
    "augmented": of_copy(lambda y: y.__iadd__(1.0)),
    "augmented part": of_copy(lambda y: y[0].__imul__(3.0)),
    "real": of_copy(lambda y: setattr(y, "real", 2.0)),
    "shape set": of_copy(lambda y: setattr(y, "shape", (9,))),
    "nan_to_num": of_copy(lambda y: np.nan_to_num(y, copy=False)),
    "clip out": of_copy(lambda y: np.clip(y, 0, 1, out=y)),
    "round out": of_copy(lambda y: y.round(1, out=y)),
    "sum out": with_out(lambda x, out: x.sum(axis=0, out=out)),
    "mean out": with_out(lambda x, out: x.mean(axis=1, out=out)),
    "max out": with_out(lambda x, out: x.max(axis=1, out=out)),
    "prod out": with_out(lambda x, out: np.prod(x, axis=0, out=out)),
    "var out": with_out(lambda x, out: x.var(axis=0, out=out)),
    "std out": with_out(lambda x, out: np.std(x, axis=0, out=out)),
    "take out": with_out(lambda x, out: x.take([0, 1, 2], out=out)),
    "cumsum out": with_out(lambda x, out: x.cumsum(axis=0, out=out), (3, 3)),
    "dot out": with_out(lambda x, out: x.dot(x, out=out), (3, 3)),
    "np.dot out": with_out(lambda x, out: np.dot(x, x, out=out), (3, 3)),
    "matmul out": with_out(lambda x, out: np.matmul(x, x, out=out), (3, 3)),
    "einsum out": with_out(lambda x, out: np.einsum("ij,jk->ik", x, x, out=out), (3, 3)),
    "concatenate out": with_out(lambda x, out: np.concatenate([x[:1], x[1:]], out=out), (3, 3)),
    "reduce out": with_out(lambda x, out: np.add.reduce(x, axis=0, out=out)),
    "compress out": with_out(lambda x, out: np.compress([True] * 3, x, axis=0, out=out), (3, 3)),
    "masked product": lambda x: np.multiply(x, 2.0, out=np.zeros_like(x * 1.0), where=x > 0),
    "diagonal of product": lambda x: (lambda a: (np.fill_diagonal(a, 0.0), np.sum(a))[1])(x @ x.T),
    "argument sorted": lambda x: (x.sort(), x + 1)[1],
    "argument copied to": lambda x: (np.copyto(x, 1.0), x + 1)[1],
    "outer plain array": lambda x: (lambda out: (np.copyto(out, x), out)[1])(np.zeros((3, 3))),
    "ufunc into plain array": lambda x: (lambda out: (np.add(x, 1.0, out=out), out)[1])(np.zeros((3, 3))),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITES)
def test_writes_in_place(name: str) -> None:
    check(lambda: WRITES[name], [(x,) for x in ARRAYS])


@pytest.mark.parametrize("change", ["fill", "sort", "copyto", "put", "index", "augmented"])
def test_writes_into_a_variable(change: str) -> None:
    def make() -> Callable[..., Any]:
        w = Variable(np.arange(4.0)[::-1].copy())

        def step(x: Any) -> Any:
            array = w.writable()
            if change == "fill":
                array.fill(2.0)
            elif change == "sort":
                array.sort()
            elif change == "copyto":
                np.copyto(array, x)
            elif change == "put":
                array.put([0], [9.0])
            elif change == "index":
                array[0] = x[0]
            else:
                array += x
            return w * x

        return step

    check(make, [(x,) for x in VECTORS])


def scratch(x: Any) -> Any:
    buffer = np.zeros((3, 3))
    before = x + buffer
    buffer[0] = 5.0
    return before, x + buffer


def scratch_through_its_base(x: Any) -> Any:
    buffer = np.zeros((3, 3))
    before = x + buffer[1]
    buffer[1] = 5.0
    return before, x + buffer[1]


def filled_before_it_is_used(x: Any) -> Any:
    buffer = np.zeros((3, 3))
    buffer[1] = 5.0
    return x + buffer, buffer * 2


@pytest.mark.parametrize("function", [scratch, scratch_through_its_base, filled_before_it_is_used])
def test_a_plain_array_that_is_written_to_after_it_was_used(function: Callable[..., Any]) -> None:
    check(lambda: function, [(x,) for x in ARRAYS])


def test_a_captured_array_is_writable_again_after_a_trace() -> None:
    table = np.ones((3, 3))
    f = ag.compile(lambda x: x * table + table[1])
    for x in ARRAYS:
        f(x)
        assert table.flags.writeable


# Questions about types.

TYPES: dict[str, Callable[..., Any]] = {
    "isinstance array": lambda x, k: x * k if isinstance(x, np.ndarray) else x + k,
    "isinstance float": lambda x, k: x * k if isinstance(k, float) else x + k,
    "isinstance number": lambda x, k: x * k if isinstance(k, numbers.Number) else x + k,
    "isinstance real": lambda x, k: x * k if isinstance(k, numbers.Real) else x + k,
    "isinstance int or float": lambda x, k: x * k if isinstance(k, int | float) else x + k,
    "isinstance generic": lambda x, k: x * k if isinstance(k, np.generic) else x + k,
    "isinstance tensor": lambda x, k: x * k if isinstance(x, Tensor) else x + k,
    "type of array": lambda x, k: x * k if type(x) is np.ndarray else x + k,
    "type of float": lambda x, k: x * k if type(k) is float else x + k,
    "type in": lambda x, k: x * k if type(k) in (int, float) else x + k,
    "type name": lambda x, k: x * k if type(x).__name__ == "ndarray" else x + k,
    "class": lambda x, k: x * k if x.__class__ is np.ndarray else x + k,
    "isscalar": lambda x, k: x * k if np.isscalar(k) else x + k,
    "isscalar of array": lambda x, k: x * k if np.isscalar(x) else x + k,
    "hasattr flat": lambda x, k: x * k if hasattr(x, "flat") else x + k,
    "hasattr shape of number": lambda x, k: x * k if hasattr(k, "shape") else x + k,
    "hasattr dtype of number": lambda x, k: x * k if hasattr(k, "dtype") else x + k,
    "getattr ndim of number": lambda x, k: x * k if getattr(k, "ndim", None) is None else x + k,
    "hasattr len": lambda x, k: x * k if hasattr(k, "__len__") else x + k,
    "hasattr iter": lambda x, k: x * k if hasattr(k, "__iter__") else x + k,
    "hasattr array": lambda x, k: x * k if hasattr(k, "__array__") else x + k,
    "hasattr is_integer": lambda x, k: x * k if hasattr(k, "is_integer") else x + k,
    "is_integer": lambda x, k: x * k if k.is_integer() else x + k,
    "hasattr numpy": lambda x, k: x * k if hasattr(x, "numpy") else x + k,
    "hasattr item of number": lambda x, k: x * k if hasattr(k, "item") else x + k,
    "repr": lambda x, k: x * len(repr(k)),
    "str": lambda x, k: x * len(str(k)),
    "format": lambda x, k: x * len(f"{k:.5f}"),
    "hash": lambda x, k: x * {1.5: 2.0, -2.0: 3.0}.get(k, 4.0),
    "hashable": lambda x, k: x * (hash(k) % 5),
    "in a set": lambda x, k: x * (k in {1.5, 3.0}),
    "flags": lambda x, k: x * k if x.flags.c_contiguous else x + k,
    "strides": lambda x, k: x * x.strides[0],
    "base": lambda x, k: x * k if x.base is None else x + k,
    "id": lambda x, k: (x * k, id(x) == id(x)),
    "callable": lambda x, k: x * k if callable(x) else x + k,
    "bool": lambda x, k: x * k if k else x + k,
    "round": lambda x, k: x * round(k),
    "int": lambda x, k: x * int(k),
    "float": lambda x, k: x * float(k),
    "divmod": lambda x, k: x * divmod(k, 2)[1],
    "copy": lambda x, k: copy.copy(x) * copy.copy(k),
    "deepcopy": lambda x, k: copy.deepcopy(x) * copy.deepcopy(k),
    "asarray": lambda x, k: np.asarray(x) * k,
    "max of numbers": lambda x, k: x * max(k, 0.5),
    "sorted": lambda x, k: x * sorted([k, 0.5, 2.0])[0],
    "iteration": lambda x, k: [row * k for row in x],
    "match": lambda x, k: _matched(x, k),
    "array of": lambda x, k: np.array([k, 2 * k]) * 2,
    "tolist": lambda x, k: x.tolist(),
    "result type": lambda x, k: x.astype(np.result_type(x, k)),
    "dtype": lambda x, k: x * k if x.dtype == np.float64 else x + k,
    "kind": lambda x, k: x * k if x.dtype.kind == "f" else x + k,
}  # fmt: skip


def _matched(x: Any, k: Any) -> Any:
    match k:
        case float():
            return x * k
        case _:
            return x + k


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.filterwarnings("ignore")
def test_questions_about_types(name: str) -> None:
    check(lambda: TYPES[name], list(zip(ARRAYS, NUMBERS, strict=True)))


@pytest.mark.parametrize("name", ["isinstance float", "type of float", "isscalar", "hasattr dtype of number", "class"])
def test_questions_about_types_of_numpys_numbers(name: str) -> None:
    check(lambda: TYPES[name], [(x, np.float64(k)) for x, k in zip(ARRAYS, NUMBERS, strict=True)])
    check(lambda: TYPES[name], [(x, np.float32(k)) for x, k in zip(ARRAYS, NUMBERS, strict=True)])


def is_array(x: Any) -> bool:
    return type(x) is np.ndarray


def test_a_question_about_the_type_in_a_function_that_is_called() -> None:
    check(lambda: lambda x: x * 2 if is_array(x) else x + 2, [(x,) for x in ARRAYS], "type()")


def test_the_type_of_something_else_may_be_asked_for() -> None:
    class Settings:
        rate = 2.0

        def step(self, x: Any) -> Any:
            return x * type(self).rate

    compiled = check(lambda: Settings().step, [(x,) for x in ARRAYS])
    assert len(compiled.plans) == 1


# Structures of arguments.

Pair = namedtuple("Pair", ["a", "b"])
Twin = namedtuple("Twin", ["a", "b"])


class Kind(enum.IntEnum):
    ONE = 1
    TWO = 2


class Int(int):
    pass


def difference(p: Any) -> Any:
    values = list(p.values()) if isinstance(p, dict) else list(p)
    return values[0] - 2 * values[1]


ONE, TWO = np.array(1.0), np.array(10.0)
STRUCTURES: dict[str, tuple[Callable[..., Any], list[Any]]] = {
    "ordered": (
        lambda p: (p["a"] - 2 * p["b"], difference(p)),
        [OrderedDict(a=ONE, b=TWO), OrderedDict(b=TWO, a=ONE), OrderedDict(a=TWO, b=ONE)],
    ),
    "default": (
        lambda p: p["a"] - 2 * p["b"],
        [defaultdict(float, a=ONE), defaultdict(float, a=ONE, b=TWO), defaultdict(int, b=TWO)],
    ),
    "plain dicts": (difference, [{"a": ONE, "b": TWO}, {"b": TWO, "a": ONE}, OrderedDict(a=ONE, b=TWO)]),
    "keys": (
        lambda p: [(type(k).__name__, v * 2) for k, v in p.items()],
        [{1: ONE}, {True: ONE}, {1.0: ONE}, {"1": ONE}],
    ),
    "nesting": (
        lambda p: len(p) * (p[0][0] if isinstance(p[0], tuple) else p[0]),
        [(ONE, TWO), ((ONE, TWO),), ((ONE,), TWO), [ONE, TWO]],
    ),
    "tuples with names": (
        lambda p: (type(p).__name__, p[0] - p[1]),
        [Pair(ONE, TWO), Twin(ONE, TWO), (ONE, TWO), Pair((ONE), TWO)],
    ),
    "nested tuples with names": (
        lambda p: [len(x) if isinstance(x, tuple) else 0 for x in p],
        [Pair(ONE, (TWO, ONE)), Pair((ONE, TWO), ONE), Pair(ONE, Pair(TWO, ONE))],
    ),
    "integers": (lambda k: np.ones(2) * k, [1, True, Kind.ONE, Kind.TWO, Int(1), np.int64(1), 1.0]),
    "integers by type": (lambda k: type(k).__name__, [1, True, Kind.ONE, Int(1), 1.0]),
    "complex zeros": (lambda k: np.ones(2) * k, [complex(0, -0.0), 0j, complex(-0.0, 0), 0j]),
    "zeros": (lambda k: np.ones(2) * k, [0.0, -0.0, 0, 0.0, -0.0]),
    "strings": (lambda k: np.ones(2) * len(k), ["a", "ab", "b", b"a", b"abc"]),
    "sets": (lambda k: np.ones(2) * len(k), [frozenset([1]), frozenset([1, 2]), frozenset([True])]),
    "none": (lambda k: np.ones(2) if k is None else np.zeros(2), [None, 0, False, None]),
    "slices": (lambda k: np.arange(5.0)[k], [slice(0, 2), slice(0, 3), slice(None), slice(0, 2)]),
    "dtypes": (lambda k: np.ones(2).astype(k), [np.float32, np.float64, "f4", np.dtype("f8"), float]),
    "functions": (lambda k: k(np.ones(2)), [np.sin, np.cos, np.sin, abs, np.exp]),
    "variables": (lambda k: k * 2, [Variable(1.0), Variable(2.0), Variable(np.ones(2))]),
    "tensors": (lambda k: k * 2, [Tensor(1.0), Tensor(np.ones(2)), 1.0, np.float64(1.0), np.ones(2)]),
    "lists of numbers": (lambda k: np.ones(2) * sum(k), [[1, 2.0], [1.0, 2], [1, 2], [1, 2, 3]]),
}


@pytest.mark.parametrize("name", STRUCTURES)
@pytest.mark.filterwarnings("ignore")
def test_structures_of_arguments(name: str) -> None:
    f, values = STRUCTURES[name]
    check(lambda: f, [(value,) for value in [x for x in values for _ in range(3)] + values])


class Box:
    """An argument that equals every other one."""

    def __init__(self, k: float) -> None:
        self.k = k

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Box)

    def __hash__(self) -> int:
        return 1

    def __repr__(self) -> str:
        return f"Box({self.k})"


def test_objects_that_say_they_are_equal() -> None:
    check(lambda: lambda x, box: x * box.k, [(x, Box(k)) for x, k in zip(ARRAYS, NUMBERS, strict=True)])
    one, two = Box(2.0), Box(3.0)
    f = ag.compile(lambda x, box: x * box.k)
    for box in (one, two) * 4:
        np.testing.assert_array_equal(f(ARRAYS[0], box), ARRAYS[0] * box.k)


def test_an_attribute_of_an_argument_that_changes() -> None:
    box, f = Box(2.0), ag.compile(lambda x, box: x * box.k)
    for k in (2.0, 2.0, 2.0, 2.0, 5.0, 5.0, 5.0, 2.0):
        box.k = k
        np.testing.assert_array_equal(f(ARRAYS[0], box), ARRAYS[0] * k)


# What a function finds outside of its arguments.


def captured_array(use: Callable[[Any, Any], Any]) -> Callable[[], Callable[..., Any]]:
    def make() -> Callable[..., Any]:
        mask, w, calls = np.ones(4), Variable(np.ones(4)), iter(range(100))

        def step(x: Any, change: bool) -> Any:
            return use(x * w, mask)

        def run(x: Any) -> Any:
            number = next(calls)
            if number == 3:
                mask[0] = 0.0
            return step(x, False)

        run.step = step
        return step

    return make


@pytest.mark.parametrize(
    "use",
    [
        lambda y, mask: y * mask,
        lambda y, mask: y * mask.sum(),
        lambda y, mask: y * mask.copy(),
        lambda y, mask: y @ np.diag(mask),
        lambda y, mask: y * 2 if mask[0] > 0.5 else y * 3,
        lambda y, mask: y[mask.astype(bool)],
        lambda y, mask: y * (mask * 2 + 1),
    ],
)
def test_a_captured_array_that_changes(use: Callable[[Any, Any], Any]) -> None:
    mask, w = np.ones(4), Variable(np.ones(4))

    def step(x: Any) -> Any:
        with Tape() as t:
            y = np.sum(use(x * w, mask))
        return y, t.gradient(y, w)

    compiled = ag.compile(step)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, x in enumerate(VECTORS * 3):
            if number % 4 == 3:
                mask[number % 3] = 1.0 - mask[number % 3]
            assert plain(compiled(x)) == plain(step(x))


SCALE = 2.0
TABLE = {"a": 2.0}
LIST = [1.0, 2.0]


def test_a_global_number_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    f = ag.compile(lambda x: x * SCALE)
    for scale in (2.0, 2.0, 2.0, 3.0, 3.0, 3.0, 2.0):
        monkeypatch.setitem(globals(), "SCALE", scale)
        np.testing.assert_array_equal(f(ARRAYS[0]), ARRAYS[0] * scale)


def scaled_by_global(x: Any) -> Any:
    return x * SCALE


def test_a_global_number_of_a_function_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    f = ag.compile(lambda x: scaled_by_global(x) + 1)
    for scale in (2.0, 2.0, 2.0, 3.0, 3.0, 3.0, 2.0):
        monkeypatch.setitem(globals(), "SCALE", scale)
        np.testing.assert_array_equal(f(ARRAYS[0]), ARRAYS[0] * scale + 1)


def test_a_function_that_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    f = ag.compile(lambda x: scaled_by_global(x) + 1)
    for factor in (1.0, 1.0, 1.0, 5.0, 5.0, 5.0):
        monkeypatch.setitem(globals(), "scaled_by_global", lambda x, factor=factor: x * factor)
        np.testing.assert_array_equal(f(ARRAYS[0]), ARRAYS[0] * factor + 1)


def test_containers_that_change() -> None:
    f = ag.compile(lambda x: x * TABLE["a"] * len(LIST) + LIST[0])
    try:
        for number in range(12):
            if number == 4:
                TABLE["a"] = 3.0
            if number == 8:
                LIST.append(5.0)
            if number == 10:
                LIST[0] = 7.0
            np.testing.assert_array_equal(f(ARRAYS[0]), ARRAYS[0] * TABLE["a"] * len(LIST) + LIST[0])
    finally:
        TABLE["a"], LIST[:] = 2.0, [1.0, 2.0]


def test_a_closure_that_changes() -> None:
    scale = 2.0
    f = ag.compile(lambda x: x * scale)
    for number in range(8):
        scale = 2.0 if number < 4 else 3.0
        np.testing.assert_array_equal(f(ARRAYS[0]), ARRAYS[0] * scale)


class Config:
    def __init__(self) -> None:
        self.rate = 2.0
        self.inner = Box(1.0)


def test_attributes_that_change() -> None:
    config = Config()
    f = ag.compile(lambda x: x * config.rate + config.inner.k)
    for number in range(12):
        if number == 4:
            config.rate = 3.0
        if number == 8:
            config.inner.k = 4.0
        np.testing.assert_array_equal(f(ARRAYS[0]), ARRAYS[0] * config.rate + config.inner.k)


def counting() -> Callable[..., Any]:
    count = 0

    def step(x: Any) -> Any:
        nonlocal count
        count += 1
        return x * count

    return step


def appending() -> Callable[..., Any]:
    seen: list[int] = []

    def step(x: Any) -> Any:
        seen.append(1)
        return x * 2, len(seen)

    return step


def counting_on_self() -> Callable[..., Any]:
    class Counter:
        def __init__(self) -> None:
            self.calls = 0

        def step(self, x: Any) -> Any:
            self.calls += 1
            return x * 2, self.calls

    return Counter().step


def toggling() -> Callable[..., Any]:
    state = {"on": False}

    def step(x: Any) -> Any:
        state["on"] = not state["on"]
        return x * 2 if state["on"] else x * 3

    return step


def from_iterator() -> Callable[..., Any]:
    numbers = iter([1.0, 1.0, 2.0, 3.0, 4.0])
    return lambda x: x * next(numbers)


def counting_in_an_array() -> Callable[..., Any]:
    count = np.zeros(1)

    def step(x: Any) -> Any:
        count[0] += 1
        return x * count[0]

    return step


@pytest.mark.parametrize("make", [counting, appending, counting_on_self, toggling, from_iterator, counting_in_an_array])
def test_what_a_function_changes_beside(make: Callable[[], Callable[..., Any]]) -> None:
    check(make, [(x,) for x in ARRAYS])


def test_a_counter_is_named() -> None:
    check(appending, [(x,) for x in ARRAYS], "seen")
    check(counting, [(x,) for x in ARRAYS], "count")


# Random numbers.


def of_random(draw: Callable[[], float]) -> Callable[..., Any]:
    return lambda x: 2 * x if draw() < 0.2 else x


@pytest.mark.parametrize(
    "draw",
    [random.random, np.random.random, lambda: float(np.random.normal()), lambda: random.choice([0.1, 0.9])],
)
def test_coins_that_fall_alike(draw: Callable[[], float]) -> None:
    for seed in range(12):
        f = ag.compile(of_random(draw))
        random.seed(seed), np.random.seed(seed)
        expected = [of_random(draw)(1.0) for _ in range(8)]
        random.seed(seed), np.random.seed(seed)
        with pytest.warns(UserWarning, match="random numbers"):
            assert [float(f(1.0)) for _ in range(8)] == expected


def test_coins_of_a_captured_generator() -> None:
    def make(seed: int) -> Callable[..., Any]:
        rng = np.random.default_rng(seed)
        return lambda x: 2 * x if rng.random() < 0.2 else x

    for seed in range(12):
        f, g = ag.compile(make(seed)), make(seed)
        with pytest.warns(UserWarning, match="random numbers"):
            assert [float(f(1.0)) for _ in range(8)] == [g(1.0) for _ in range(8)]


def test_fresh_numbers_are_no_reason_to_give_up() -> None:
    rng = np.random.default_rng(0)
    f = ag.compile(lambda x: x + ag.fresh(lambda: rng.normal()))
    found = {float(f(1.0)) for _ in range(6)}
    assert len(found) == 6
    assert len(f.plans) == 1


# Error states.


@pytest.mark.parametrize("state", ["raise", "ignore", "warn"])
def test_error_states_at_the_call(state: Any) -> None:
    f = ag.compile(lambda x: 1.0 / x)
    with np.errstate(all=state), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for x in (np.array([1.0]), np.array([2.0]), np.array([3.0]), np.array([0.0]), np.array([4.0])):
            assert outcome(f, (x,)) == outcome(lambda x: 1.0 / x, (x,))


def test_error_states_inside() -> None:
    def f(x: Any) -> Any:
        with np.errstate(all="raise"):
            return 1.0 / x

    check(lambda: f, [(np.array([k]),) for k in (1.0, 2.0, 3.0, 0.0, 4.0)], "errstate")


# Methods.


class Model:
    a = 2.0

    def __init__(self, k: float = 1.0) -> None:
        self.k = k
        self.w = Variable(k)

    @ag.compile
    def step(self, x: Any) -> Any:
        return self.a * x * self.k * self.w

    @staticmethod
    @ag.compile
    def static(x: Any) -> Any:
        return x * 2

    @classmethod
    @ag.compile
    def of_class(cls, x: Any) -> Any:
        return x * cls.a


def test_methods() -> None:
    one, two = Model(2.0), Model(3.0)
    for x in VECTORS:
        np.testing.assert_array_equal(one.step(x), 2.0 * x * 2.0 * 2.0)
        np.testing.assert_array_equal(two.step(x), 2.0 * x * 3.0 * 3.0)
        np.testing.assert_array_equal(Model.step(one, x), 2.0 * x * 2.0 * 2.0)
        np.testing.assert_array_equal(Model.static(x), 2 * x)
        np.testing.assert_array_equal(Model.of_class(x), 2.0 * x)
    one.k = 5.0
    for x in VECTORS:
        np.testing.assert_array_equal(one.step(x), 2.0 * x * 5.0 * 2.0)
    assert Model.step.plans


def test_an_instance_can_die() -> None:
    import gc
    import weakref

    model = Model(2.0)
    for x in VECTORS:
        model.step(x)
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None


def test_generators_and_async_functions_are_refused() -> None:
    def generator(x: Any) -> Any:
        yield x

    async def later(x: Any) -> Any:
        return x

    for function in (generator, later):
        with pytest.raises(TypeError, match="expected a function that returns"):
            ag.compile(function)


# An update written by hand.


def test_an_update_by_hand_is_shown_as_an_update() -> None:
    w = Variable(np.ones(3), name="w")

    def step(x: Any) -> Any:
        with Tape() as t:
            loss = np.sum((x - w) ** 2)
        w.assign_sub(0.25 * t.gradient(loss, w))
        return loss

    compiled = ag.compile(step)
    for x in ARRAYS:
        compiled(x[0])
    lines = compiled.plans[0].source.splitlines()
    heads = [line.strip() for line in lines if line.strip().startswith("#")]
    assert heads == ["# forward", "# backward", "# update"]
    assert "new_w" in lines[lines.index("    # update") + 1]


# Settings of layers, losses and optimizers.

X = RNG.normal(size=(32, 4)).astype(np.float32)
Y = X[:, :1].copy()
LABELS = (X[:, 0] > 0).astype(int)


def trained(jit: bool, optimizer: Callable[[], Any], change: Callable[[Any], Any]) -> list[bytes]:
    """Weights after an epoch, a change of settings, and another epoch."""
    nn.utils.set_random_seed(0)
    model = nn.Sequential([nn.Dense(6, activation="tanh"), nn.Dropout(0.25), nn.Dense(1)])
    model.compile(optimizer(), "mse", jit=jit)
    model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    change(model)
    model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    return [w.tobytes() for w in model.get_weights()]


def setting(name: str, value: Any) -> Callable[[Any], None]:
    return lambda model: setattr(model.optimizer, name, value)


CHANGES: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "learning_rate": (lambda: optim.SGD(0.1), setting("learning_rate", 0.01)),
    "schedule": (lambda: optim.SGD(0.1), setting("learning_rate", lambda step: 0.1 / (1 + step))),
    "momentum": (lambda: optim.SGD(0.1, momentum=0.5), setting("momentum", 0.9)),
    "nesterov": (lambda: optim.SGD(0.1, momentum=0.5), setting("nesterov", True)),
    "weight_decay": (lambda: optim.SGD(0.1, weight_decay=0.0), setting("weight_decay", 1.0)),
    "clipnorm": (lambda: optim.SGD(0.1), setting("clipnorm", 0.01)),
    "clipvalue": (lambda: optim.SGD(0.1), setting("clipvalue", 0.01)),
    "global_clipnorm": (lambda: optim.SGD(0.1), setting("global_clipnorm", 0.01)),
    "beta_1": (lambda: optim.Adam(0.1), setting("beta_1", 0.5)),
    "beta_2": (lambda: optim.Adam(0.1), setting("beta_2", 0.5)),
    "epsilon": (lambda: optim.Adam(0.1), setting("epsilon", 0.1)),
    "amsgrad": (lambda: optim.Adam(0.1), setting("amsgrad", True)),
    "rho": (lambda: optim.RMSprop(0.1), setting("rho", 0.5)),
    "centered": (lambda: optim.RMSprop(0.01), setting("centered", True)),
    "activation": (lambda: optim.SGD(0.1), lambda model: setattr(model.layers[0], "activation", np.sin)),
    "rate of dropout": (lambda: optim.SGD(0.1), lambda model: setattr(model.layers[1], "rate", 0.75)),
    "trainable": (lambda: optim.SGD(0.1), lambda model: setattr(model.layers[0], "trainable", False)),
    "set_weights": (
        lambda: optim.SGD(0.1),
        lambda model: model.set_weights([w * 0.5 for w in model.get_weights()]),
    ),
    "compile": (lambda: optim.SGD(0.1), lambda model: model.compile(optim.SGD(0.01), "mae", jit=bool(model._programs))),
}


@pytest.mark.parametrize("name", CHANGES)
def test_settings_that_change(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use_numpy_alone(monkeypatch)  # which gives the same bits
    optimizer, change = CHANGES[name]
    assert trained(True, optimizer, change) == trained(False, optimizer, change)


def test_a_layer_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    class Scale(nn.Layer):
        factor = 2.0

        def __init__(self) -> None:
            super().__init__()
            self.shift = 1.0

        def call(self, x: Any) -> Any:
            return x * self.factor + self.shift

    use_numpy_alone(monkeypatch)
    layer = Scale()
    f = ag.compile(lambda x: layer(x))
    for number in range(10):
        layer.shift = float(number // 4)
        np.testing.assert_array_equal(f(X).numpy(), X * np.float32(2) + np.float32(layer.shift))


def test_a_function_in_a_list_and_in_a_partial(monkeypatch: pytest.MonkeyPatch) -> None:
    functions = [lambda x: x * SCALE, functools.partial(lambda k, x: x + k * SCALE, 2.0)]
    f = ag.compile(lambda x: [function(x) for function in functions])
    for scale in (2.0, 2.0, 2.0, 3.0, 3.0, 3.0):
        monkeypatch.setitem(globals(), "SCALE", scale)
        for found, expected in zip(f(ARRAYS[0]), [ARRAYS[0] * scale, ARRAYS[0] + 2.0 * scale], strict=True):
            np.testing.assert_array_equal(found, expected)


# State in objects of Python's own classes, in closures of transforms, in results.


class Slotted:
    __slots__ = ("rate",)


def changing(holder: Any, read: Callable[[Any], Any], change: Callable[[Any, int], None]) -> Callable[..., Any]:
    """A function of x and of the number of the call, in which the change is made outside of the compiled part."""
    compiled = ag.compile(lambda x: x * read(holder))

    def f(x: Any, call: int) -> Any:
        change(holder, call)
        return compiled(x), x * read(holder)

    return f


def set_rate(holder: Any, call: int) -> None:
    holder.rate = 1.0 + call // 2


def set_first(holder: Any, call: int) -> None:
    holder[0] = 1 + call // 2


NAMED = "rate"


@pytest.mark.parametrize(
    ("holder", "read", "change"),
    [
        (SimpleNamespace(), lambda h: h.rate, set_rate),
        (SimpleNamespace(), lambda h: getattr(h, "rate"), set_rate),
        (SimpleNamespace(), lambda h: getattr(h, NAMED), set_rate),
        (Slotted(), lambda h: h.rate, set_rate),
        (array.array("d", [0.0]), lambda h: h[0], set_first),
        (bytearray(1), lambda h: h[0], set_first),
        (np.array([SimpleNamespace()], object), lambda h: h[0].rate, lambda h, call: set_rate(h[0], call)),
    ],
)
def test_state_that_changes_in_objects_of_python(holder: Any, read: Any, change: Any) -> None:
    f = changing(holder, read, change)
    for call in range(6):
        found, expected = f(ARRAYS[0], call)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("transform", [ag.grad, lambda f: ag.grad(ag.checkpoint(f))])
def test_state_of_a_function_that_is_differentiated(transform: Any) -> None:
    holder = SimpleNamespace(rate=1.0)
    slope = ag.compile(transform(lambda x: np.sum(x * x) * holder.rate))
    for call in range(6):
        set_rate(holder, call)
        np.testing.assert_array_equal(slope(VECTORS[0]), 2 * VECTORS[0] * holder.rate)


def test_an_attribute_that_a_call_makes() -> None:
    holder = SimpleNamespace()

    def f(x: Any) -> Any:
        holder.last = x * 2
        return x * 3

    with pytest.warns(UserWarning, match="run as it is"):
        compiled = ag.compile(f)
        for x in ARRAYS:
            compiled(x)
            np.testing.assert_array_equal(holder.last, x * 2)


@dataclasses.dataclass
class Outcome:
    loss: Any


@pytest.mark.parametrize("wrap", [Outcome, lambda y: SimpleNamespace(loss=y)])
def test_results_in_objects_are_told(wrap: Any) -> None:
    with pytest.warns(UserWarning, match=r"run as it is. Its result holds a \w+; expected arrays"):
        compiled = ag.compile(lambda x: wrap(x * 2))
        for x in ARRAYS:
            np.testing.assert_array_equal(compiled(x).loss, x * 2)


@pytest.mark.parametrize(
    "write", [lambda x, y: np.dot(x, x, y), lambda x, y: x.dot(x, y), lambda x, y: x.clip(0, 1, y)]
)
def test_out_given_by_position(write: Any) -> None:
    def f(x: Any) -> Any:
        y = x * 1.0
        write(x, y)
        return y

    check(lambda: f, [(x,) for x in ARRAYS])


def test_type_as_an_argument_of_map() -> None:
    check(lambda: lambda x, k: x * (float in [*map(type, [k])]), [(x, 2.0) for x in ARRAYS], told="type()")


def test_the_learning_rate_in_a_custom_update() -> None:
    def make() -> Any:
        w, optimizer = Variable(np.ones(4)), optim.SGD(0.1)
        return w, optimizer, lambda x: (w.assign_sub(x * optimizer.learning_rate), None)[1]

    (w, rate, step), (twin, other, eager) = make(), make()
    compiled = ag.compile(step)
    for i, x in enumerate(VECTORS):
        rate.learning_rate = other.learning_rate = 0.1 * (1 + i // 2)
        compiled(x), eager(x)
        np.testing.assert_array_equal(w.numpy(), twin.numpy())


def test_views_by_functions_that_are_not_known_can_be_written_to() -> None:
    compiled = ag.compile(lambda x: np.rollaxis(x * 2, 1))
    for x in ARRAYS:
        y = compiled(x)
        y += 1
        np.testing.assert_array_equal(y, np.rollaxis(x * 2, 1) + 1)


def test_a_view_and_its_base_as_operands() -> None:
    compiled = check(lambda: lambda x: (lambda y: np.kron(y[0], y))(x * 1.0), [(x,) for x in ARRAYS])
    assert len(compiled.plans) == 1
