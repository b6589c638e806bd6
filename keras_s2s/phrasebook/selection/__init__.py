"""Samplers: draw the values of slots by what makes sense together."""
