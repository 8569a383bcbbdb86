"""`absense-server erase-again`: what was erased since a copy of the database was made that has been put back."""

import asyncio
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from absense_server.app import App
from absense_server.cli.common import configure_log, explained, fail, read_settings
from absense_server.domain.erasure import LOGGED, ErasedThing
from absense_server.domain.ids import UserId


def erase_again(
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%dT%H:%M:%S%z"], help="When the copy was begun.")],
) -> None:
    """Erase again what the server's log, on standard input, says was erased since a copy of the database was made.

    For a database that was restored, before the server is started. Needs the log as LOG_FORMAT=json writes it; lines
    that tell of something else are passed over. To do it twice harms nothing.
    """
    config = read_settings()
    configure_log(config)
    with explained():
        app = App(config)
        app.require_database()
        erased = list(_erased(sys.stdin, since))
        found = [asyncio.run(app.erasing_again.erase(what, user_id)) for what, user_id in erased]
        print(f"The log tells of {len(erased)} erasures since then; {sum(found)} had to be done again.")
        app.close()


def _erased(lines: Iterable[str], since: datetime) -> Iterator[tuple[ErasedThing, UserId]]:
    for number, text in enumerate(lines, start=1):
        if f'"{LOGGED}"' not in text:
            continue
        try:
            line = json.loads(text[text.index("{") :])  # whoever collects logs may write something before each line
            if line["event"] == LOGGED and datetime.fromisoformat(line["timestamp"]) >= since:
                yield ErasedThing(line["what"]), UserId(UUID(line["user_id"]))
        except (ValueError, KeyError, TypeError) as error:
            fail(f"Line {number} tells of an erasure and cannot be read: {error}. Mend the log, and run this again.")
