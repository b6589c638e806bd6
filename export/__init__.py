"""From a training run to a verified bundle for the edge."""
