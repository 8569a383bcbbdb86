"""What Prometheus would get."""

import asyncio
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample


@dataclass(frozen=True)
class Figures:
    """What was there at one moment."""

    samples: tuple[Sample, ...]

    def value(self, name: str, **labels: str) -> float:
        """The value of the one sample of that name and those labels; labels not named may have any value."""
        (sample,) = self.find(name, **labels)
        return sample.value

    def sum(self, name: str, **labels: str) -> float:
        """The sum of all samples of that name and those labels."""
        return sum(sample.value for sample in self.find(name, **labels))

    def find(self, name: str, **labels: str) -> Iterator[Sample]:
        for sample in self.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                yield sample

    def values_of(self, label: str) -> set[str]:
        """All values of a label, whatever has it."""
        return {sample.labels[label] for sample in self.samples if label in sample.labels}


async def until(read: Callable[[], Awaitable[Figures]], holds: Callable[[Figures], bool]) -> Figures:
    """The first figures of which it holds: a call is counted a moment after its client has the answer."""
    for _ in range(3000):
        figures = await read()
        if holds(figures):
            return figures
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to hold")


async def scrape(port: int | None) -> Figures:
    """Over HTTP, from this machine."""
    return await asyncio.to_thread(scrape_now, port)


def scrape_now(port: int | None) -> Figures:
    assert port is not None
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as response:
        text = response.read().decode()
    return Figures(tuple(sample for family in text_string_to_metric_families(text) for sample in family.samples))
