"""What `edge-translate` runs."""
