"""Trainings that end when their time does."""
