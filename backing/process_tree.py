"""A process and all that come from it, as Linux knows them: for ends as sudden as a power cut's."""

import os
import select
import signal
import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

_PARENT = 1
"""Where it stands in /proc/PID/stat behind the name, which may itself have spaces and parentheses (proc(5))."""
_GONE_SECONDS = 30.0


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, those that they have started, and so on: parents first.

    Those that are handed to another parent, as daemons are, get lost.
    """
    children = defaultdict(list)
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
            except (FileNotFoundError, ProcessLookupError):
                continue  # ended while we looked around
            children[int(stat.rpartition(")")[2].split()[_PARENT])].append(int(folder.name))
    found = list(children[pid])
    for one in found:
        found += children[one]
    return found


def kill_tree(pid: int) -> None:
    """SIGKILL a process and all that come from it, at one instant as far as they can tell; returns when all are gone.

    Raises ProcessLookupError when it is gone already, TimeoutError.
    """
    os.kill(pid, signal.SIGSTOP)  # it starts nothing more, and notices nothing
    with ExitStack() as stack:
        ends = select.poll()
        alive = set()
        for one in (pid, *descendants(pid)):
            try:
                end = os.pidfd_open(one)
            except ProcessLookupError:
                continue
            stack.callback(os.close, end)
            signal.pidfd_send_signal(end, signal.SIGKILL)
            ends.register(end, select.POLLIN)
            alive.add(end)
        give_up = time.monotonic() + _GONE_SECONDS
        while alive:
            for end, _ in ends.poll(1000):
                ends.unregister(end)
                alive.discard(end)
            if time.monotonic() > give_up:
                raise TimeoutError(f"{len(alive)} processes do not go, though they are killed")
