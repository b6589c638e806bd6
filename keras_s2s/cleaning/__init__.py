"""What is wrong with sentence pairs: found, counted and named, never changed."""
