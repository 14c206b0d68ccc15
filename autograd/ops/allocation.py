"""Large arrays in memory that the process has already, rather than in new pages at each step.

The C library of Linux (glibc) gives memory back to the system when much of it lies free, and gets it again, page by
page, for the next large array: that is up to a fifth of the time of a step over images. How much may lie free it
learns from the largest block that was freed ("dynamic mmap threshold" in the manual page of mallopt), so one such
block is freed here, the largest that it learns from. It is never touched, and so takes no memory. Limits that a user
has set by MALLOC_TRIM_THRESHOLD_ and the like stay as they are; other C libraries learn nothing.
"""

import numpy as np

LARGEST = 2**25  # bytes: glibc learns from blocks up to this size, its own header included


def keep_freed_memory() -> None:
    """Let the process keep up to twice `LARGEST` bytes of freed memory for later arrays."""
    np.empty(LARGEST - 2**16, np.uint8)
