"""NumPy's own BLAS, for compiled functions: where its functions are."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache

from numpy._core import _multiarray_umath  # type: ignore[attr-defined]  # the module that is linked with it

PTHREADS = 1  # what openblas_get_parallel says where its threads are its own


@dataclass(frozen=True)
class Blas:
    """addresses: of the number of threads it uses, of `cblas_sgemm` and of `cblas_dgemm`; wide: of 64-bit sizes."""

    addresses: tuple[int, int, int]
    wide: bool

    @property
    def limit(self) -> ctypes.c_int:
        """OpenBLAS's own variable for how many threads it uses."""
        return ctypes.c_int.from_address(self.addresses[0])


@cache
def blas() -> Blas | None:
    """The BLAS of NumPy, or None if it is not an OpenBLAS with threads of its own, or can not be looked into."""
    try:
        library = ctypes.CDLL(_multiarray_umath.__file__)
    except OSError:
        return None
    for before, after in (("scipy_", "64_"), ("scipy_", ""), ("", "64_"), ("", "")):
        try:
            # The variable itself: some versions' openblas_set_num_threads takes away buffers that are in use.
            threads = ctypes.c_int.in_dll(library, "blas_cpu_number")
            names = "cblas_sgemm", "cblas_dgemm", "openblas_get_config", "openblas_get_parallel"
            sgemm, dgemm, config, parallel = [getattr(library, f"{before}{name}{after}") for name in names]
        except (AttributeError, ValueError):
            continue
        if parallel() != PTHREADS:
            return None
        config.restype = ctypes.c_char_p
        places = [ctypes.cast(function, ctypes.c_void_p).value or 0 for function in (sgemm, dgemm)]
        return Blas((ctypes.addressof(threads), places[0], places[1]), wide=b"USE64BITINT" in config())
    return None
