"""Systems that translate side by side, each in a process of its own."""
