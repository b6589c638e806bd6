"""Going on from a trained run with other text."""
