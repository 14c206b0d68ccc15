"""Differences, interpolation, convolution and polynomials."""
