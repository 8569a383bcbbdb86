"""Which pages of the database a call reads: of every statement that it sends, as EXPLAIN counts them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event


@dataclass
class Read:
    """What was read meanwhile."""

    buffers: int = 0
    """Pages of 8 KiB, each as often as it was looked at, from memory or not."""
    statements: list[tuple[int, str]] = field(default_factory=list)
    """Each with its share."""


@contextmanager
def counted(engine: Engine) -> Iterator[Read]:
    """What `engine` reads meanwhile. Each statement that reads is run once more; those that write are not counted."""
    read = Read()

    def explain(_c: object, cursor: Any, statement: str, parameters: Any, _ctx: object, _many: object) -> None:
        if not statement.startswith(("SELECT", "WITH", "EXECUTE")) or statement.startswith("EXECUTE add_"):
            return
        if " FOR " in statement and "UPDATE" in statement:
            return
        other = cursor.connection.cursor()
        other.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}", parameters)
        ((plans,),) = other.fetchall()
        plan = plans[0]["Plan"]
        buffers = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        read.buffers += buffers
        read.statements.append((buffers, statement))

    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield read
    finally:
        event.remove(engine, "before_cursor_execute", explain)
