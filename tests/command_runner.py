"""Click's runner of commands, alike in every version that is allowed."""

import inspect

from click.testing import CliRunner


def command_runner():
    """Return a runner that keeps standard error apart; click 8.1 has to be asked."""
    can_mix = "mix_stderr" in inspect.signature(CliRunner).parameters
    return CliRunner(mix_stderr=False) if can_mix else CliRunner()
