"""NumPy's own BLAS, for compiled functions: where its functions are.

It is found by threadpoolctl, which the extra `fast` brings; without, or with a BLAS that is not known, there is none.
"""

from __future__ import annotations

import ctypes
import importlib.util
from dataclasses import dataclass
from functools import cache

NAMES = ("openblas_get_num_threads", "openblas_set_num_threads", "cblas_sgemm", "cblas_dgemm")


@dataclass(frozen=True)
class Blas:
    """addresses: of functions, in the order of `NAMES`; wide: whether they take sizes of 64 bits."""

    addresses: tuple[int, ...]
    wide: bool


@cache
def blas() -> Blas | None:
    """The BLAS of NumPy, if it is an OpenBLAS with threads of its own."""
    if importlib.util.find_spec("threadpoolctl") is None:
        return None
    from threadpoolctl import ThreadpoolController

    for library in ThreadpoolController().select(internal_api="openblas").lib_controllers:
        if library.threading_layer != "pthreads":  # OpenMP's threads are somebody else's, too
            continue
        for before, after in (("scipy_", "64_"), ("scipy_", ""), ("", "64_"), ("", "")):
            try:
                functions = [getattr(library.dynlib, f"{before}{name}{after}") for name in NAMES]
                config = getattr(library.dynlib, f"{before}openblas_get_config{after}")
            except AttributeError:
                continue
            config.restype = ctypes.c_char_p
            addresses = [ctypes.cast(function, ctypes.c_void_p).value or 0 for function in functions]
            return Blas(tuple(addresses), wide=b"USE64BITINT" in config())
    return None
