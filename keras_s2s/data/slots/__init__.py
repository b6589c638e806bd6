"""Slots in training text: where spans stand on both sides, and where words align."""
