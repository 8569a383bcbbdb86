"""What the use cases need from a face engine."""

from datetime import timedelta
from typing import Protocol

from absense_server.domain.faces import FaceFinding, FaceModel


class EngineFailed(Exception):
    """The engine could not look at this photograph: a worker died of it or hung."""


class EngineUnavailable(Exception):
    """The engine cannot look at any photograph: no worker can be started."""


class FaceEngine(Protocol):
    """Finds and embeds faces in processes of its own: bytes in, a finding out. It keeps nothing."""

    @property
    def model(self) -> FaceModel:
        """What it finds and embeds with."""
        ...

    @property
    def workers(self) -> int:
        """How many photographs it looks at side by side."""
        ...

    async def examine(self, photograph: bytes) -> FaceFinding:
        """What is in a JPEG or PNG file, upright by its own orientation tag; in order of arrival.

        Raises EngineFailed, EngineUnavailable.
        """
        ...

    def expected_wait(self, ahead: int = 0) -> timedelta:
        """How long a photograph asked for now would wait, behind what is here and `ahead` others."""
        ...
