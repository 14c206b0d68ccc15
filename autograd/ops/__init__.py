"""The table of operations: one row per op, its value and its derivative side by side."""

from autograd.ops import composed, elementwise, fused, index, linalg, reduce, scan, shape

__all__ = ["composed", "elementwise", "fused", "index", "linalg", "reduce", "scan", "shape"]
