"""Benchmarks: our work beside that of other libraries, in turns. `python -m benchmarks` prints a table of ratios."""
