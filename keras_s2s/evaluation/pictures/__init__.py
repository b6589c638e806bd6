"""Charts and alignment pictures."""
