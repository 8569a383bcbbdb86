"""The `absense` command: a client of the contract for administrators, lecturers and those who try things."""

import signal
import sys
from types import FrameType

from absense_cli import output
from absense_cli.app import cli
from absense_cli.errors import CliError, ExitCode, Interrupted

__all__ = ["cli", "main"]


def main() -> None:
    """Run the command line."""
    signal.signal(signal.SIGINT, _interrupt)
    try:
        cli()
    except CliError as error:
        output.complain(error)
        sys.exit(error.code)
    except Interrupted:
        output.error_console().print()
        sys.exit(ExitCode.INTERRUPTED)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # who presses it again wants out at once
    raise Interrupted
