"""Name scopes: what a recording notes of them, and that nothing breaks or slows down around them."""

import sys
import threading

import pytest

import autograd as ag
from autograd import Tape, Variable
from autograd.scopes import scopes_of


def recorded(program) -> list[tuple[str, ...]]:
    x = Variable(2.0)
    with Tape(persistent=True) as t:
        program(x, t)
    return scopes_of(t)


def test_scopes_nest():
    def program(x, t):
        x * x
        with ag.name_scope("a"):
            x * x
            with ag.name_scope("b"):
                x * x
            x * x
        x * x

    assert recorded(program) == [(), ("a",), ("a", "b"), ("a",), ()]


def test_a_name_that_is_used_again_gets_a_number():
    def program(x, t):
        for _ in range(2):
            with ag.name_scope("a"):
                for _ in range(2):
                    with ag.name_scope("b"):
                        x * x

    assert recorded(program) == [("a", "b"), ("a", "b#2"), ("a#2", "b"), ("a#2", "b#2")]


def test_one_scope_can_be_entered_again_and_within_itself():
    scope = ag.name_scope("a")

    def program(x, t):
        with scope:
            with scope:
                x * x
            x * x
        with scope:
            x * x

    assert recorded(program) == [("a", "a"), ("a",), ("a#2",)]


def test_scopes_without_operations_leave_no_trace():
    def program(x, t):
        with ag.name_scope("a"), ag.name_scope("b"):
            pass
        with ag.name_scope("a"):
            x * x

    assert recorded(program) == [("a",)]


def test_an_exception_closes_the_scope():
    def program(x, t):
        with pytest.raises(ZeroDivisionError), ag.name_scope("a"):
            x * x
            raise ZeroDivisionError
        x * x

    assert recorded(program) == [("a",), ()]


def test_a_recording_that_pauses_keeps_its_scopes():
    def program(x, t):
        with ag.name_scope("a"):
            x * x
            with t.stop_recording():
                x * x
                with ag.name_scope("unseen"):
                    x * x
            x * x
        with t.stop_recording(), ag.name_scope("b"):
            pass
        x * x

    assert recorded(program) == [("a",), ("a",), ()]


def test_a_scope_that_is_left_while_recording_pauses_is_left():
    def program(x, t):
        scope = ag.name_scope("a")
        scope.__enter__()
        x * x
        with t.stop_recording():
            scope.__exit__(None, None, None)
        x * x

    assert recorded(program) == [("a",), ()]


def test_reset_forgets_scopes():
    def program(x, t):
        with ag.name_scope("a"):
            x * x
            t.reset()
            x * x
        with ag.name_scope("b"):
            x * x

    assert recorded(program) == [(), ("b",)]


def test_a_tape_that_has_given_its_gradient_holds_no_scopes():
    x = Variable(2.0)
    with Tape() as t, ag.name_scope("a"):
        y = x * x
    t.gradient(y, x)
    assert t.scopes == []


def test_every_open_tape_notes_the_scope_and_one_opened_inside_does_not():
    x = Variable(2.0)
    with Tape(persistent=True) as outer, ag.name_scope("a"), Tape(persistent=True) as inner:
        y = x * x
        with ag.name_scope("b"):
            y * y
    assert scopes_of(outer) == [("a",), ("a", "b")]
    assert scopes_of(inner) == [(), ("b",)]


def test_threads_do_not_see_each_other_s_scopes():
    found = []

    def work() -> None:
        found.append(recorded(lambda x, t: x * x))

    with ag.name_scope("a"):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert found == [[()]]


def test_without_a_tape_a_scope_does_nothing():
    with ag.name_scope("a") as scope:
        assert Variable(2.0) * 3 == 6.0
    assert scope.name == "a"


def calls_of(program) -> int:
    """How many calls of functions an operation makes, which is what its time goes with."""
    x, count = Variable(2.0), 0

    def notice(frame, event, arg) -> None:
        nonlocal count
        count += event == "call"

    with Tape():
        x * x
        sys.setprofile(notice)
        try:
            program(x)
        finally:
            sys.setprofile(None)
    return count


def test_recording_an_operation_costs_the_same_inside_a_scope():
    def inside(x):
        with ag.name_scope("a"):
            for _ in range(10):
                x * x

    def outside(x):
        for _ in range(10):
            x * x

    assert calls_of(inside) - calls_of(outside) <= 6  # entering and leaving, once
