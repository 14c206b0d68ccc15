"""Freed memory is kept for the next large array."""

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import resource
import autograd
import numpy as np

def step():
    arrays = [np.ones(11 << 18, np.float32) for _ in range(3)]

for _ in range(3):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries decide otherwise")
def test_arrays_of_a_step_take_no_new_pages(monkeypatch):
    for name in ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TOP_PAD_", "GLIBC_TUNABLES"):
        monkeypatch.delenv(name, raising=False)
    out = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout
    assert int(out) < 100  # of 4 KiB each; without it all 8000
