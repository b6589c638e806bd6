"""Evaluation of translators on a test set."""
