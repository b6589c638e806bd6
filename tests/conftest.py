"""Fixtures of all tests; imports no TensorFlow."""

import os

# TensorFlow announces itself in several lines, and looks for graphics cards.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
