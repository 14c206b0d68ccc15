"""Shared by all tests: no test leaves a tape open, and compiled loops go into a folder of their own."""

from collections.abc import Iterator

import pytest

from autograd.graph import open_anywhere, open_recordings


@pytest.fixture(autouse=True)
def no_tape_left_open() -> Iterator[None]:
    yield
    left = open_recordings.get() or open_anywhere
    if left:
        open_recordings.set(())
        open_anywhere.clear()
        pytest.fail(f"the test left {len(left)} recording(s) open")


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is compiled is kept in a folder of this run's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADTAPE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
