"""Optimizers: rules that change variables along their gradients."""
