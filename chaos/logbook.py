"""What servers' logs tell of who did what."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from demo.server import LogLine

_CLAIM = "/absense.v1.StudentService/SubmitAttendance"


def read(log_file: Path) -> Iterator[LogLine]:
    """The lines of a log, of all runs of a server, that are events."""
    with log_file.open(encoding="utf-8") as log:
        for text in log:
            if text.startswith("{"):
                yield json.loads(text)


def own_addresses(lines: Iterable[LogLine]) -> list[str]:
    """Where each process of a server that serves is reached alone, by its number."""
    return next(list(line["own_addresses"]) for line in lines if line.get("event") == "serving")


def pids(lines: Iterable[LogLine]) -> dict[int, int]:
    """The newest process of each number."""
    return {line["number"]: line["pid"] for line in lines if line.get("event") == "server process started"}


def claims_answered(lines: Iterable[LogLine]) -> Counter[int]:
    """How many claims each process, by its number, has answered well."""
    return Counter(
        line["process"]
        for line in lines
        if line.get("event") == "rpc" and line["method"] == _CLAIM and line["status"] == "OK"
    )


def complaints(lines: Iterable[LogLine]) -> Counter[str]:
    """What was warned of, and how often; that it is a demo, everybody knows."""
    return Counter(
        f"{line['level']}: {line['event']}"
        for line in lines
        if line.get("level") in {"warning", "error", "critical"} and not line["event"].startswith("DEMO MODE")
    )
