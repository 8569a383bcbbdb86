"""The face engine as people use it who wait for its answer."""

from datetime import timedelta

from absense_server.domain.errors.calls import Overloaded
from absense_server.domain.errors.faces import FaceCheckOff, FaceEngineUnavailable, ImageDamaged
from absense_server.domain.faces import FaceFinding, FaceModel
from absense_server.domain.images import Photograph
from absense_server.ports.faces import EngineFailed, EngineUnavailable, FaceEngine

_PATIENCE = timedelta(seconds=20)
"""How long a person waits in the queue of photographs."""


class Examiner:
    """Has photographs looked at, one by one."""

    def __init__(self, engine: FaceEngine | None) -> None:
        self._engine = engine

    def require(self) -> FaceModel:
        """What it looks with.

        Raises FaceCheckOff when there is no engine.
        """
        if self._engine is None:
            raise FaceCheckOff
        return self._engine.model

    async def examine(self, photograph: Photograph | None) -> FaceFinding:
        """What is in a photograph that was sent.

        Raises ImageDamaged when it is cut short, and what `look` raises.
        """
        if photograph is None or not photograph.whole:
            raise ImageDamaged
        return await self.look(photograph.content)

    async def look(self, content: bytes) -> FaceFinding:
        """What is in a photograph.

        Raises FaceCheckOff, FaceEngineUnavailable, Overloaded.
        """
        if self._engine is None:
            raise FaceCheckOff
        wait = self._engine.expected_wait()
        if wait > _PATIENCE:
            raise Overloaded(wait)
        try:
            return await self._engine.examine(content)
        except (EngineFailed, EngineUnavailable) as error:
            raise FaceEngineUnavailable(timedelta(seconds=5)) from error
