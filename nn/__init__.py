"""Layers, losses, metrics, models, training and data sets, built on the `autograd` engine."""
