"""The real face engine, held up or failing when a test says so."""

import asyncio
from datetime import timedelta
from typing import Any

from absense_server.adapters.face.engine import ProcessFaceEngine
from absense_server.domain.faces import FaceFinding, FaceModel
from absense_server.ports.faces import EngineFailed, EngineUnavailable
from absense_server.services.verification import FaceVerification


class HeldEngine:
    """ports.faces.FaceEngine around a real one."""

    def __init__(self, real: ProcessFaceEngine) -> None:
        self._real = real
        self._open = asyncio.Event()
        self._open.set()
        self.asked = asyncio.Semaphore(0)
        """One permit for each photograph that has come."""
        self.postponed = asyncio.Semaphore(0)
        """One permit for each that has been given back to the queue, to be taken again after a pause."""
        self.failing: set[bytes] = set()
        """Photographs by their bytes as stored; what is in here fails, as one does that crashes its worker."""
        self.down = False
        """No worker can be started."""
        self.queue = timedelta()
        """What it says that a photograph would have to wait."""
        self.model: FaceModel = real.model

    @property
    def workers(self) -> int:
        return self._real.workers

    def watch(self, verification: FaceVerification) -> None:
        """Hear of what it gives back."""
        loop, postpone = asyncio.get_running_loop(), verification._postpone

        def told(*args: Any) -> None:
            postpone(*args)
            loop.call_soon_threadsafe(self.postponed.release)

        verification._postpone = told  # type: ignore[method-assign,assignment]

    def hold(self) -> None:
        """From now on photographs wait."""
        self._open.clear()

    def release(self) -> None:
        """Look at what waits, and at what comes."""
        self._open.set()

    async def examine(self, photograph: bytes) -> FaceFinding:
        self.asked.release()
        await self._open.wait()
        if self.down:
            raise EngineUnavailable
        if photograph in self.failing:
            raise EngineFailed
        return await self._real.examine(photograph)

    def expected_wait(self, ahead: int = 0) -> timedelta:
        return self.queue
