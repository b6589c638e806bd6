"""A bundle's two graphs as an encoder and a decoder step."""
