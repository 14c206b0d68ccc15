"""Arrays made of tensors: filled, spaced, from lists."""
