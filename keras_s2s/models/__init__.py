"""Functional Keras models of the two systems."""
