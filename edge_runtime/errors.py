"""The errors that callers of the edge runtime catch."""


class UserError(Exception):
    """What whoever runs a command can put right; the text says how."""


class BundleError(UserError):
    """A bundle is incomplete, damaged, too new, or does not fit its manifest."""
