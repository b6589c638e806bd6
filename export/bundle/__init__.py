"""Writing a bundle's files."""
