"""The version of all three packages; one release carries them together."""

__version__ = "0.1.0"
