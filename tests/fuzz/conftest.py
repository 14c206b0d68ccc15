"""What is not collected: the file that imports PyTorch, which the tests do without."""

collect_ignore = ["by_torch.py"]
