"""Parallel text to batches of token ids."""
