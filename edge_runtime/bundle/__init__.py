"""Opening a bundle: its manifest and its files."""
