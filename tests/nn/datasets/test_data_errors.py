"""The errors of `nn`: drawn where they are defined, whole after a trip between processes."""

import inspect
import pickle

import pytest

from nn import errors

CLASSES = [value for _, value in inspect.getmembers(errors, inspect.isclass)]
KINDS = [kind for kind in CLASSES if issubclass(kind, errors.DataError)]


@pytest.mark.parametrize("kind", KINDS)
def test_each_error_is_drawn_in_the_tree_and_survives_pickling(kind: type[errors.DataError]) -> None:
    assert f" {kind.__name__} " in (errors.__doc__ or "") + " "
    assert kind.__doc__
    error = pickle.loads(pickle.dumps(kind("it broke", "3", "4", "mend it")))
    assert type(error) is kind
    assert str(error) == "it broke\n  got: 3\n  expected: 4\n  try: mend it"
    assert error.advice == "mend it"


def test_parts_that_are_not_known_are_left_out() -> None:
    assert str(errors.DataNotFound("it is gone", advice="look")) == "it is gone\n  try: look"
    assert errors.DataNotFound("it is gone", advice="look").summary == "it is gone"
    assert errors.DataNotFound("it is gone", got="dust").summary == "it is gone: dust"
