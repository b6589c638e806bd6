"""Recipes that are chosen for a corpus and for the time there is."""
