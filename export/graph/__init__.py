"""Keras models to ONNX graphs, and rewrites of those graphs."""
