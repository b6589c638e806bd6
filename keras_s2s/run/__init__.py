"""The run directory, and what reads one."""
