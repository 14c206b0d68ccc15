"""NumPy's functions that show the elements of an array in another shape or order, if they can without copying them."""

import numpy as np

from autograd.compiler.tracer import method_of

RESHAPES = (np.reshape, method_of("reshape"), np.ravel, method_of("ravel"))  # which copy what does not lie row by row
VIEWS = frozenset([
    np.swapaxes, np.matrix_transpose, np.transpose, np.squeeze, np.expand_dims, method_of("swapaxes"),
    method_of("transpose"), method_of("squeeze"),
])  # fmt: skip
