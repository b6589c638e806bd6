"""Layers of the two systems."""
