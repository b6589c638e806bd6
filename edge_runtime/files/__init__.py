"""Writing files of people: whole or not at all, and never over what is read."""
