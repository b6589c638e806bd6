"""The errors that callers of the edge runtime catch."""


class BundleError(Exception):
    """A bundle is incomplete, damaged, too new, or does not fit its manifest."""
