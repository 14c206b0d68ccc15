"""A fuzzer: random array programs, differentiated here and by PyTorch.

`python -m tests.fuzz --count 20000` draws programs and compares values, gradients and second derivatives with PyTorch
where it is installed. `test_fuzz.py` compares with stored results of PyTorch, and tests laws that need no reference.
"""
