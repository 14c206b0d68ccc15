"""The graph as data: what a node holds, where it says it came from, what it costs."""

import tracemalloc

import numpy as np

import autograd as ag
from autograd import Tape, Variable


def test_a_node_knows_the_line_that_ran_it() -> None:
    x = Variable([1.0, 2.0])
    with Tape() as t:
        # fmt: off
        a = x * 2
        b = np.sum(
            np.exp(a)
        )
        # fmt: on
        c = ag.softmax(x).max()
        d = (lambda v: v + b)(c)
    first = t.nodes[0].where[1]
    assert {node.where[0] for node in t.nodes} == {__file__}
    assert [(node.op.name, node.where[1] - first) for node in t.nodes] == [
        ("multiply", 0), ("exp", 2), ("sum", 1), ("softmax", 5), ("max", 5), ("add", 6),
    ]  # fmt: skip
    assert d.shape == ()


def test_lines_of_rules_recorded_by_an_outer_tape_are_those_of_the_call() -> None:
    x = Variable(2.0)
    with Tape() as outer:
        with Tape() as inner:
            y = x * x
        inner.gradient(y, x)
    assert {node.where[0] for node in outer.nodes} == {__file__}


def test_a_recorded_scalar_operation_holds_less_than_320_bytes() -> None:
    a = Variable(1.5)
    with Tape():
        x = a * 1.0
        tracemalloc.start()
        for _ in range(10_000):
            x = x * a
        held = tracemalloc.get_traced_memory()[0] / 10_000
        tracemalloc.stop()
    assert held < 320
