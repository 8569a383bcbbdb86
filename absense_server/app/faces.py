"""The face engine that the settings ask for, or why there is none."""

from datetime import timedelta

import structlog

from absense_server.adapters.face import weights
from absense_server.adapters.face.engine import ProcessFaceEngine
from absense_server.adapters.metrics.process import ProcessMetrics
from absense_server.domain.verdicts import Reason
from absense_server.settings import Settings

log = structlog.get_logger()


def _engine(settings: Settings, metrics: ProcessMetrics | None) -> ProcessFaceEngine:
    return ProcessFaceEngine(
        folder=settings.face_models_folder,
        model=settings.face_model,
        detector=settings.face_detector,
        threshold=settings.face_threshold,
        workers=settings.face_workers,
        timeout=timedelta(seconds=settings.face_timeout_seconds),
        max_photographs=settings.face_worker_photographs,
        max_memory_bytes=settings.face_worker_memory_mb * 1024 * 1024,
        metrics=metrics,
    )


class ConfiguredFaces:
    """Owns the engine's processes."""

    def __init__(self, settings: Settings, metrics: ProcessMetrics | None = None) -> None:
        self.missing: list[str] = []
        """What keeps the engine from being had, though it is switched on."""
        self.without_engine = Reason.ENGINE_OFF
        self.engine: ProcessFaceEngine | None = None
        self._off = not settings.face_verification_enabled
        if self._off:
            return
        try:
            self.missing = weights.check(settings.face_models_folder, settings.face_model, settings.face_detector)
            self.engine = None if self.missing else _engine(settings, metrics)
        except ValueError as error:
            self.missing = [f"{error} Set FACE_THRESHOLD."]
        except (ImportError, OSError) as error:
            self.missing = [f"The face engine cannot be used: {error}."]
        if self.engine is None:
            self.without_engine = Reason.ENGINE_MISSING
        elif metrics is not None:
            metrics.watch_engine(self.engine)

    @property
    def problem(self) -> str | None:
        """Why faces are not looked at, though they should be; None when all is well or the engine is off."""
        if self.missing:
            return " ".join(self.missing)
        return None if self.engine is None else self.engine.problem

    @property
    def well(self) -> bool | None:
        """Whether faces are looked at; None while that is switched off."""
        return None if self._off else self.problem is None

    def start(self) -> None:
        """Start the processes, and say what is missing."""
        for text in self.missing:
            log.warning("faces are not checked", problem=text, help="see `absense-server doctor`")
        if self.engine is not None:
            self.engine.start()

    def close(self) -> None:
        """End the processes."""
        if self.engine is not None:
            self.engine.close()
