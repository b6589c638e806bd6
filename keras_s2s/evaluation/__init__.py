"""Translations of a test set, and what they are worth."""
