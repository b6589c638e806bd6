"""The version of all three packages; one release carries them together."""

__version__ = "1.0.0"
