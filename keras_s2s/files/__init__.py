"""Files of the user: what is written, replaced and locked, and what never is."""
