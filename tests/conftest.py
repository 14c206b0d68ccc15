"""Shared by all tests: no test leaves a tape open, and the random state of the package starts the same."""

from collections.abc import Iterator

import pytest

from autograd.graph import open_recordings


@pytest.fixture(autouse=True)
def no_tape_left_open() -> Iterator[None]:
    yield
    left = open_recordings.get()
    if left:
        open_recordings.set(())
        pytest.fail(f"the test left {len(left)} recording(s) open")
