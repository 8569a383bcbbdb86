"""What processes have used of the processors so far, as Linux counts it."""

import os
from collections import defaultdict
from pathlib import Path

_PARENT, _OWN, _OF_ENDED_CHILDREN = 1, slice(11, 13), slice(13, 15)
"""Where it stands in /proc/PID/stat behind the name, which may itself have spaces and parentheses (proc(5))."""


def of_process(pid: int) -> float:
    """Seconds, in the program and in the kernel for it; its children do not count."""
    return _seconds(_stat(pid)[_OWN])


def of_tree(pid: int) -> float:
    """Seconds of a process and of all that it has started, and so on, whether they still run or have ended.

    Those that are handed to another parent, as daemons are, get lost.
    """
    children = defaultdict(list)
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                children[int(_stat(int(folder.name))[_PARENT])].append(int(folder.name))
            except (FileNotFoundError, ProcessLookupError):
                continue  # ended while we looked around: its parent has it now
    waiting, seconds = [pid], 0.0
    while waiting:
        one = waiting.pop()
        try:
            stat = _stat(one)
        except (FileNotFoundError, ProcessLookupError):
            if one == pid:
                raise
            continue
        seconds += _seconds(stat[_OWN]) + _seconds(stat[_OF_ENDED_CHILDREN])
        waiting += children[one]
    return seconds


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def _seconds(ticks: list[str]) -> float:
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
