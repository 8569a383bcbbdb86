"""A process that works off the queue of selfies and does nothing else, on this machine or on another."""

from absense_server.app.database import require_ready
from absense_server.app.faces import ConfiguredFaces
from absense_server.app.outside import Outside
from absense_server.app.use_cases import UseCases
from absense_server.jobs.alarms import Alarms
from absense_server.jobs.pulse import Pulse
from absense_server.jobs.verifier import Verifier
from absense_server.settings import Settings


class WorkerUseless(Exception):
    """The settings leave a worker nothing to do; `str()` says what to set."""


class Worker:
    """One worker process: built from settings, then started and stopped."""

    def __init__(self, settings: Settings) -> None:
        """Raises WorkerUseless."""
        if settings.uses_sqlite:
            raise WorkerUseless(
                "A worker needs PostgreSQL (DATABASE_URL): SQLite is for one server process, which looks at "
                "selfies itself."
            )
        # it makes no tokens: the key file that signs them stays with the servers
        own = settings.model_copy(update={"algorithm": "HS256"})
        self.outside = outside = Outside(own, clock=None, blobs=None)
        self.faces = ConfiguredFaces(settings, outside.metrics)
        if self.faces.engine is None:
            problem = " ".join(self.faces.missing) or "FACE_VERIFICATION_ENABLED is not true."
            raise WorkerUseless(f"A worker looks at faces, and cannot: {problem}")
        use_cases = UseCases(settings, outside, self.faces.engine, self.faces.without_engine)
        self.alarms = Alarms(outside.events, outside.clock)
        self.verifier = Verifier(use_cases.verification, outside.events, outside.clock)
        self.pulse = Pulse(use_cases.verification, outside.metrics)
        self.metrics_port: int | None = None
        """Where a started worker shows its metrics, if it does."""

    def start(self) -> None:
        """Begin, within the running event loop.

        Raises DatabaseNotReady, MetricsAddressInUse.
        """
        require_ready(self.outside)
        self.metrics_port = self.outside.serve_metrics()
        self.faces.start()
        self.outside.events.start()
        self.alarms.start()
        self.verifier.start()
        self.pulse.start()

    async def stop(self) -> None:
        """Give back what is in hand, and end."""
        await self.pulse.stop()
        await self.verifier.stop()
        self.alarms.stop()
        self.close()

    def close(self) -> None:
        """Let go of processes, threads and connections."""
        self.faces.close()
        self.outside.close()
