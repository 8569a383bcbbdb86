"""The `absense` command: a client of the contract for administrators, lecturers and those who try things."""

import signal
import sys
from collections.abc import Sequence
from types import FrameType

from absense_cli import output
from absense_cli.app import cli
from absense_cli.errors import CliError, ExitCode, Interrupted

__all__ = ["cli", "main", "run"]


def main() -> None:
    """Run the command line."""
    signal.signal(signal.SIGINT, _interrupt)
    sys.exit(run())


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command, by default the one that was typed, and return its exit code."""
    try:
        cli(arguments)
    except CliError as error:
        output.complain(error)
        return error.code
    except Interrupted:
        output.error_console().print()
        return ExitCode.INTERRUPTED
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return ExitCode.OK


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # who presses it again wants out at once
    raise Interrupted
