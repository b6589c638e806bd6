"""Keras and the bundle side by side: tensors, hypotheses, scores."""
