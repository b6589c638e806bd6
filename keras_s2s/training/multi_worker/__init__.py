"""Data-parallel training on several machines."""
