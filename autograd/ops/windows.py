"""Sliding windows over images and signals: convolution and pooling."""
