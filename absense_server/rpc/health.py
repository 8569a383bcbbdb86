"""grpc.health.v1: what proxies and orchestrators are told of this server, as a whole and part by part."""

from collections.abc import Callable, Sequence
from typing import Final

import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from absense_server.services.readiness import Component, Readiness

FACE_ENGINE: Final = "absense.FaceEngine"
"""SERVING, or NOT_SERVING while it cannot look; unknown while it is off. It says nothing of the server as a whole."""
PROCESS: Final = "absense.Process"
"""SERVING until the process stops, whatever it depends on: a process that is alive but cut off is not to be killed."""
COMPONENTS: Final = {
    Component.DATABASE: "absense.Database",
    Component.CLOCK: "absense.Clock",
    Component.STORAGE: "absense.Storage",
    Component.REVOCATIONS: "absense.Revocations",
}
"""What the health service calls each; the server is SERVING while all are."""


class Health:
    """Tells the health service how the server stands. Calls are answered all the same: they find out for themselves."""

    def __init__(self, services: Sequence[str], readiness: Readiness, faces: Callable[[], bool | None]) -> None:
        """`services`: full names of those that stand and fall with the server. `faces`: None while they are off."""
        self._services = services
        self._readiness = readiness
        self._faces = faces
        self._servicer = health.aio.HealthServicer()

    def add_to(self, server: grpc.aio.Server) -> None:
        """Offer the service."""
        health_pb2_grpc.add_HealthServicer_to_server(self._servicer, server)

    async def watch(self) -> None:
        """Look at everything, and tell it."""
        await self._readiness.check()
        for component, name in COMPONENTS.items():
            await self._tell(name, self._readiness.is_ready(component))
        await self._tell(PROCESS, ready=True)
        faces = self._faces()
        if faces is not None:
            await self._tell(FACE_ENGINE, faces)
        for name in ("", *self._services):
            await self._tell(name, self._readiness.ready)

    async def shut_down(self) -> None:
        """NOT_SERVING from now on, whatever comes of a look that is under way."""
        await self._servicer.enter_graceful_shutdown()
        await self._readiness.stop()

    async def _tell(self, name: str, ready: bool) -> None:
        status = health_pb2.HealthCheckResponse
        await self._servicer.set(name, status.SERVING if ready else status.NOT_SERVING)
