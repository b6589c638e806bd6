"""From a recipe and parallel text to a run directory."""
