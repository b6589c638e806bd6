"""Faults at every file operation of a command, and what they leave."""
