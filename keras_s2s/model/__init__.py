"""The two systems as Keras layers and functional models."""
