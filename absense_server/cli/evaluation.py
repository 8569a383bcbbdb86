"""Looks at photographs of people who are known, and compares them all."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from absense_server.domain.face_accuracy import ErrorRate
from absense_server.domain.faces import FaceFinding, problem_with
from absense_server.domain.images import PhotographError, inspect
from absense_server.domain.verdicts import Reason
from absense_server.ports.faces import EngineFailed, FaceEngine

SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})

_PROBLEMS = {
    Reason.IMAGE_DAMAGED: "the photograph is damaged",
    Reason.NO_FACE: "no face found",
    Reason.SEVERAL_FACES: "several faces: whose is meant?",
}


class UnusableFolder(Exception):
    """The folder is not what an evaluation needs; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One photograph, and whose face it shows."""

    person: str
    file: Path

    @property
    def name(self) -> str:
        """The file as the report names it, with the person's folder."""
        return f"{self.person}/{self.file.name}"


@dataclass(frozen=True, slots=True)
class Look:
    """What came of looking at one photograph: a vector, or why there is none."""

    sample: Sample
    vector: bytes = b""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Looks:
    """What came of looking at all of them, in the order of the folder."""

    usable: Sequence[Look]
    unusable: Sequence[Look]

    @property
    def failure_to_acquire(self) -> ErrorRate:
        """Photographs without a usable face (ISO/IEC 19795-1), of all photographs."""
        return ErrorRate(len(self.unusable), len(self.usable) + len(self.unusable))


def samples_in(folder: Path) -> list[Sample]:
    """The JPEG and PNG files in the folders of `folder`, each named for a person; hidden ones are left out.

    Raises UnusableFolder: it cannot be read, names no people, or nobody has two photographs.
    """
    try:
        people = [path for path in _visible(folder) if path.is_dir()]
        samples = [Sample(person.name, file) for person in people for file in _visible(person) if _is_photograph(file)]
    except OSError as error:
        raise UnusableFolder(f"The folder {error.filename or folder} cannot be read: {error.strerror}.") from error
    if not people:
        raise UnusableFolder(
            f"{folder} has no folders in it: make one for each person, with that person's photographs."
        )
    if len(samples) == len({sample.person for sample in samples}):
        raise UnusableFolder(
            f"Nobody in {folder} has two photographs (jpg, jpeg, png), so that there is nothing to compare: "
            "put two or more of each person into that person's folder."
        )
    return samples


async def look_at(
    engine: FaceEngine, samples: Iterable[Sample], *, max_pixels: int, tell: Callable[[], None] = lambda: None
) -> Looks:
    """Let the engine look at every photograph once; `tell` is called after each.

    What one cannot be used for is said in its Look, not raised.
    """
    waiting = enumerate(samples)
    looks: dict[int, Look] = {}

    async def take_turns() -> None:
        for place, sample in waiting:
            looks[place] = await _look(engine, sample, max_pixels)
            tell()

    async with asyncio.TaskGroup() as group:
        # Twice as many as there are workers, so that none of them waits for the disk; not more, to read no file early.
        for _ in range(2 * engine.workers):
            group.create_task(take_turns())
    ordered = [looks[place] for place in sorted(looks)]
    return Looks([look for look in ordered if look.vector], [look for look in ordered if not look.vector])


async def _look(engine: FaceEngine, sample: Sample, max_pixels: int) -> Look:
    try:
        data = await asyncio.to_thread(sample.file.read_bytes)
        # As an upload is: refused by its declared size, without its metadata.
        finding = await engine.examine(inspect(data, max_pixels=max_pixels).content)
    except OSError as error:
        return Look(sample, problem=f"cannot be read: {error.strerror}")
    except PhotographError as error:
        return Look(sample, problem=str(error))
    except EngineFailed as error:
        return Look(sample, problem=f"the engine failed: {error}")
    return _look_of(sample, finding)


def _look_of(sample: Sample, finding: FaceFinding) -> Look:
    """A face counts as it does in a claim: one face, however poor."""
    problem = problem_with(finding, None)
    if problem is not None:
        return Look(sample, problem=_PROBLEMS[problem])
    return Look(sample, finding.vector)


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _is_photograph(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and path.is_file()
