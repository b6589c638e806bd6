"""The errors that callers of the edge runtime catch."""

_LONGEST = 2_000


class UserError(Exception):
    """What whoever runs a command can put right; the text says how."""


class BundleError(UserError):
    """A bundle is incomplete, damaged, too new, or does not fit its manifest.

    Args:
        message: What is wrong. Names in it may come from a stranger: what is not
            printable, such as the codes that terminals obey, is escaped, and the middle
            of a text that fills screens is left out.
    """

    def __init__(self, message: str) -> None:
        if len(message) > _LONGEST:
            message = f"{message[: _LONGEST // 2]} … {message[-_LONGEST // 2 :]}"
        super().__init__(
            "".join(
                char if char.isprintable() else repr(char)[1:-1] for char in message
            )
        )
