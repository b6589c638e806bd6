"""The commands of `keras-s2s`, one a file; they parse, and call one function."""
