"""Smaller weights: fp16, int8 and int4."""
