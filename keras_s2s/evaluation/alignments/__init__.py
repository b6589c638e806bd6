"""Alignments of attention against gold word links."""
