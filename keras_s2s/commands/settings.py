"""Single values of a recipe on the command line: `--set key=value`."""

from collections.abc import Sequence

from keras_s2s.config import ConfigError


def parse_settings(settings: Sequence[str]) -> dict[str, str]:
    """Return what `--set` was given, by key.

    Raises:
        ConfigError: One is not `key=value`.
    """
    changes: dict[str, str] = {}
    for setting in settings:
        key, separator, value = setting.partition("=")
        if not separator:
            raise ConfigError(f"`--set` takes key=value. Received: {setting}.")
        changes[key.strip()] = value.strip()
    return changes
