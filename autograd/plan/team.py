"""Threads that do one compiled function together: how they come together, and how they wait for one another.

Whoever has work calls it out and begins with those who enrol at once; nobody who stays away, or is late, is waited for.
All this happens in compiled code, where Python's lock is free.
"""

from typing import Any

from numba.core import types

from autograd.plan.native import add, by_address, compiled, exchange, get_int, load, set_int, store

# Places in a gate: the numbers that threads share, those that change often in a line of the cache each.
GENERATION, ENROLLED, ARRIVED, PHASE, AWAKE, BUSY, FUNCTION, ARGUMENTS, LIMIT = 0, 8, 16, 24, 32, 40, 41, 42, 43
SIZE = 48
# ENROLLED holds how many came, whether it has begun, and above that the generation.
BEGUN = 1 << 20
ABOVE = 21
PATIENCE = 50_000  # looks at a gate: some tens of microseconds

_yield = by_address(types.int32)
_part = by_address(types.void, types.int64, types.int64, types.int64)


@compiled
def together(crew: Any, function: int, args: int) -> None:
    """Call a function of (args, rank, ranks) in this thread, rank 0, and in those of a crew that come at once.

    crew: addresses of a gate, of `sched_yield` or 0, of how many threads BLAS uses, of `cblas_sgemm` and of
    `cblas_dgemm`; whether the sizes they take are of 64 bits; and into how many parts a product is divided.
    function, args: addresses.
    """
    gate, limit = crew[0], crew[2]
    if not exchange(gate, BUSY, 0, 1):  # others are at it
        _part(function, (args, 0, 1))
        return
    threads = get_int(limit)
    ranks = 1
    if threads > 1:  # else it is to be done alone
        store(gate, LIMIT, threads)
        ranks = _called(crew, function, args)
    _part(function, (args, 0, ranks))
    meet(crew, ranks)
    if threads > 1:
        set_int(limit, threads)
        store(gate, LIMIT, 0)
    store(gate, BUSY, 0)


@compiled
def _called(crew: Any, function: int, args: int) -> int:
    """Call the others; how many threads there are with this one."""
    gate = crew[0]
    store(gate, FUNCTION, function)
    store(gate, ARGUMENTS, args)
    generation = load(gate, GENERATION) + 1
    store(gate, ENROLLED, generation << ABOVE)
    store(gate, GENERATION, generation)
    for _ in range(PATIENCE):
        if load(gate, ENROLLED) & (BEGUN - 1) >= load(gate, AWAKE):
            break
    set_int(crew[2], 1)
    return (add(gate, ENROLLED, BEGUN) & (BEGUN - 1)) + 1


@compiled
def work(crew: Any, generation: int, looks: int) -> int:
    """Take part in all that comes after a generation, until nothing came for so many looks; gives the last generation.

    It is below 0 if this is the end.
    """
    gate = crew[0]
    looked = 0
    add(gate, AWAKE, 1)
    while looked < looks and generation >= 0:
        looked += 1
        now = load(gate, GENERATION)
        if now == generation:
            continue
        generation, looked = now, 0
        rank = _enrol(crew, generation)
        if rank:
            ranks = (load(gate, ENROLLED) & (BEGUN - 1)) + 1
            _part(load(gate, FUNCTION), (load(gate, ARGUMENTS), rank, ranks))
            meet(crew, ranks)
    add(gate, AWAKE, -1)
    return generation


@compiled
def _enrol(crew: Any, generation: int) -> int:
    """The rank, once it has begun; 0 if one comes too late."""
    gate = crew[0]
    while True:
        enrolled = load(gate, ENROLLED)
        if enrolled >> ABOVE != generation or enrolled & BEGUN:
            return 0
        if exchange(gate, ENROLLED, enrolled, enrolled + 1):
            break
    looks = 0
    while not load(gate, ENROLLED) & BEGUN:
        looks = _looked(crew, looks)
    return (enrolled & (BEGUN - 1)) + 1


@compiled
def meet(crew: Any, ranks: int) -> None:
    """Wait until all have come here."""
    if ranks == 1:
        return
    gate = crew[0]
    phase = load(gate, PHASE)
    if add(gate, ARRIVED, 1) == ranks - 1:
        store(gate, ARRIVED, 0)
        store(gate, PHASE, phase + 1)
        return
    looks = 0
    while load(gate, PHASE) == phase:
        looks = _looked(crew, looks)


@compiled
def _looked(crew: Any, looks: int) -> int:
    """Count a look in vain; after many of them another thread may have the processor."""
    if looks > PATIENCE and crew[1]:
        _yield(crew[1], ())
    return looks + 1


@compiled
def close(crew: Any) -> None:
    """Send all threads away from `work`; whoever has some from now on is alone."""
    looks = 0
    while not exchange(crew[0], BUSY, 0, 1):
        looks = _looked(crew, looks)
    store(crew[0], GENERATION, -1)
