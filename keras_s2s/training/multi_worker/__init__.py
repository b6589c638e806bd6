"""Training on several machines: who they are, what they share and what they sum."""
