"""Some hundred of the random programs, compiled; `python -m tests.fuzz.compiled` runs as many as one likes."""

import pytest

from tests.fuzz.compiled import compare


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_random_programs(first: int) -> None:
    outcomes = {seed: compare(seed) for seed in range(first, first + 20)}
    assert {seed: found for seed, found in outcomes.items() if found[0] in ("WRONG", "ERROR")} == {}
    assert sum([found[0] == "same" for found in outcomes.values()]) >= 12
