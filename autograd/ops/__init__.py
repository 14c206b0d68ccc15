"""The table of operations: one row per op, its value and its derivative side by side."""

from autograd.ops import elementwise, fused, index, linalg, reduce, shape

__all__ = ["elementwise", "fused", "index", "linalg", "reduce", "shape"]
