"""What was measured, what is promised, and the table of both."""

import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

_HEADINGS = ("", "bare", "ours", "ratio", "promise", "kept")


@dataclass(frozen=True)
class Measurement:
    """One number of ours, with the bare one beside it where there is one."""

    what: str
    ours: float
    unit: str
    bare: float | None = None
    least_ratio: float | None = None
    """Promised of ours over bare."""
    most_ratio: float | None = None
    """Promised of ours over bare."""
    most: float | None = None
    """Promised of ours."""
    exactly: float | None = None
    """Promised of ours."""
    rounds: Sequence[tuple[float, float]] = ()
    """Bare and ours of each round, of which these are the best."""

    @property
    def ratio(self) -> float | None:
        """Ours over bare."""
        return None if self.bare is None else self.ours / self.bare

    @property
    def promise(self) -> str:
        """What is promised, in short; empty where nothing is."""
        if self.least_ratio is not None:
            return f"ratio >= {self.least_ratio:.2f}"
        if self.most_ratio is not None:
            return f"ratio <= {self.most_ratio:.2f}"
        if self.most is not None:
            return f"<= {_number(self.most)} {self.unit}"
        return "" if self.exactly is None else f"{_number(self.exactly)} {self.unit}"

    @property
    def kept(self) -> bool:
        """Whether what is promised was seen; also where nothing is."""
        if self.least_ratio is not None:
            return self.ratio is not None and self.ratio >= self.least_ratio
        if self.most_ratio is not None:
            return self.ratio is not None and self.ratio <= self.most_ratio
        if self.most is not None:
            return self.ours <= self.most
        return self.exactly is None or self.ours == self.exactly

    def values(self) -> dict[str, object]:
        """For JSON."""
        return {**asdict(self), "ratio": self.ratio, "kept": self.kept}


def table(measurements: Sequence[Measurement]) -> str:
    """The measurements in aligned columns."""
    rows = [_HEADINGS, *map(_row, measurements)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def say(text: str) -> None:
    """Tell the person who waits; what is measured goes to standard output alone."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def _row(one: Measurement) -> tuple[str, ...]:
    bare = "" if one.bare is None else f"{_number(one.bare)} {one.unit}"
    ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
    verdict = "" if not one.promise else "yes" if one.kept else "NO"
    return one.what, bare, f"{_number(one.ours)} {one.unit}", ratio, one.promise, verdict


def _number(value: float) -> str:
    return f"{value:.0f}" if value == round(value) else f"{value:.2f}"
