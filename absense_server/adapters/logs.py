"""Logging: structlog, one line an event, on standard error; the standard library's loggers go the same way.

What an exception of others says may hold a value: a database names the row that was in the way. Logged are its kind,
the way it took, and the first line of what it says without what stands there in quotes.
"""

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Final

import structlog

_OURS: Final = "absense_server."
_QUOTED: Final = re.compile(r"""'[^']*'|"[^"]*"|\([^()]*\)=\([^()]*\)""")
_VERBOSE: Final = ("boto3", "botocore", "grpc", "s3transfer", "urllib3")
"""They tell of every request at DEBUG: S3's clients of links to photographs, with their signatures."""


def configure(level: str, *, as_json: bool, process: int | None = None) -> None:
    """Set up logging for this process; with its number on each line, if it is one of several."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        *([] if process is None else [_numbered(process)]),
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(_shown),
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # these tell of every run of every job, and of every look at the schema
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    for name in _VERBOSE:
        logging.getLogger(name).setLevel(max(root.level, logging.INFO))


def _numbered(process: int) -> structlog.types.Processor:
    # not by a context variable: threads begin without any
    def number(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
        event["process"] = process
        return event

    return number


def _shown(exc_info: tuple[type[BaseException], BaseException, TracebackType | None]) -> str:
    """The exception and those that led to it, the first one first."""
    return "\n".join(_told(exc_info[1], set()))


def _told(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _told(before, seen)
        yield "That led to:"
    yield "Traceback (most recent call last):"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip("\n")
    yield f"{type(error).__module__}.{type(error).__qualname__}: {_said(error)}"
    for one in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        if id(one) not in seen:
            yield "One of them:"
            yield from _told(one, seen)


def _said(error: BaseException) -> str:
    text = str(error)
    if type(error).__module__.startswith(_OURS):
        return text
    return _QUOTED.sub("...", text.partition("\n")[0])
