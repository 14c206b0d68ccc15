"""NumPy's own BLAS, for compiled functions: where its functions are.

It is found by threadpoolctl, which the extra `fast` brings; without, or with a BLAS that is not known, there is none.
"""

from __future__ import annotations

import ctypes
import importlib.util
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Blas:
    """addresses: of the number of threads it uses, of `cblas_sgemm` and of `cblas_dgemm`; wide: of 64-bit sizes."""

    addresses: tuple[int, int, int]
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
                # The variable itself: some versions' openblas_set_num_threads takes away buffers that are in use.
                threads = ctypes.c_int.in_dll(library.dynlib, "blas_cpu_number")
                products = [getattr(library.dynlib, f"{before}cblas_{kind}gemm{after}") for kind in "sd"]
                config = getattr(library.dynlib, f"{before}openblas_get_config{after}")
            except (AttributeError, ValueError):
                continue
            config.restype = ctypes.c_char_p
            sgemm, dgemm = [ctypes.cast(function, ctypes.c_void_p).value or 0 for function in products]
            return Blas((ctypes.addressof(threads), sgemm, dgemm), wide=b"USE64BITINT" in config())
    return None
