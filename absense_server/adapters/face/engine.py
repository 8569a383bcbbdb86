"""The face engine: photographs wait in one queue, a thread for each worker process takes the next and hands it over."""

import asyncio
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import structlog

from absense_server.adapters.face.models import face_model
from absense_server.adapters.face.process import PhotographFailed, WorkerFailed, WorkerProcess
from absense_server.domain.faces import FaceFinding, FaceModel
from absense_server.ports.faces import EngineFailed, EngineUnavailable
from absense_server.ports.metrics import Metrics

log = structlog.get_logger()

WORKER = (sys.executable, "-m", "absense_server.adapters.face.worker")
"""The command of a worker, which gets a descriptor, the model's and the detector's name as arguments."""

_FIRST_GUESS = 0.1
_WEIGHT = 1 / 16
_FIRST_DELAY = 1.0
_LONGEST_DELAY = 30.0


@dataclass(eq=False)
class _Job:
    photograph: bytes
    future: Future[FaceFinding] = field(default_factory=Future)


class ProcessFaceEngine:
    """Looks at photographs in child processes, which it starts, watches, replaces and ends.

    It belongs to no event loop: `examine` may be called from any. A worker that dies of a photograph or takes longer
    than `timeout` over it is replaced, and so is one that has seen `max_photographs` or holds `max_memory_bytes`.
    Where workers cannot be started it tries again, later and later; while there is none, what waits fails at once.
    """

    def __init__(
        self,
        *,
        folder: Path,
        model: str = "SFace",
        detector: str = "yunet",
        threshold: float | None = None,
        workers: int = 1,
        timeout: timedelta = timedelta(seconds=10),
        max_photographs: int = 2000,
        max_memory_bytes: int = 600 * 1024 * 1024,
        start_timeout: timedelta = timedelta(seconds=60),
        command: Sequence[str] = WORKER,
        metrics: Metrics | None = None,
    ) -> None:
        """Prepare, and start nothing.

        `folder` is DeepFace's home (see weights.py); without `threshold` DeepFace's own for the model is taken.
        Raises ImportError where the threshold is needed and DeepFace is not installed, ValueError where it has none.
        """
        self._model = face_model(model, detector, threshold)
        self._folder = folder
        self._workers = workers
        self._timeout = timeout.total_seconds()
        self._max_photographs = max_photographs
        self._max_memory_bytes = max_memory_bytes
        self._start_timeout = start_timeout.total_seconds()
        self._command = command
        self._metrics = metrics
        self._changed = threading.Condition()  # and the lock of all that follows
        self._waiting: deque[_Job] = deque()
        self._processes: set[WorkerProcess] = set()
        self._ready = 0
        self._mean = _FIRST_GUESS
        self._problem: str | None = None
        self._closed = threading.Event()
        self._threads = [threading.Thread(target=self._serve, name=f"face-{n}", daemon=True) for n in range(workers)]

    @property
    def model(self) -> FaceModel:
        return self._model

    @property
    def workers(self) -> int:
        return self._workers

    @property
    def problem(self) -> str | None:
        """Why the last worker could not be started, until one can be."""
        return self._problem

    @property
    def ready(self) -> int:
        """How many workers have their models loaded."""
        return self._ready

    @property
    def waiting(self) -> int:
        """Photographs that no worker has taken up yet."""
        return len(self._waiting)

    def start(self) -> None:
        """Begin to start the workers, and do not wait for them."""
        for thread in self._threads:
            thread.start()

    def wait_ready(self, timeout: timedelta) -> bool:
        """Wait until all workers have loaded their models; False when one cannot be started or the time is up."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._ready == self._workers or self._problem is not None, timeout.total_seconds()
            )
            return self._ready == self._workers

    def close(self) -> None:
        """End the workers and wait until they are gone; photographs that wait or are looked at fail."""
        with self._changed:
            self._closed.set()
            self._changed.notify_all()
            for process in self._processes:
                process.interrupt()
        self._fail_waiting("the engine is closed")
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    async def examine(self, photograph: bytes) -> FaceFinding:
        """What is in a JPEG or PNG file; see the port.

        When the awaiting task is cancelled, a photograph that still waits is dropped. Raises EngineFailed.
        """
        return await asyncio.wrap_future(self._submit(photograph))

    def expected_wait(self, ahead: int = 0) -> timedelta:
        """How long a photograph asked for now would wait: as the recent ones took, shared among the workers."""
        with self._changed:
            return timedelta(seconds=self._mean * (len(self._waiting) + ahead) / self._workers)

    def _submit(self, photograph: bytes) -> Future[FaceFinding]:
        job = _Job(photograph)
        with self._changed:
            if self._closed.is_set():
                raise EngineUnavailable("the engine is closed")
            if self._problem is not None and not self._ready:
                raise EngineUnavailable(self._problem)
            self._waiting.append(job)
            self._changed.notify()
        job.future.add_done_callback(lambda _: self._drop(job))
        return job.future

    def _drop(self, job: _Job) -> None:
        with self._changed:
            if job in self._waiting:
                self._waiting.remove(job)

    def _fail_waiting(self, problem: str) -> None:
        with self._changed:
            jobs = list(self._waiting)
            self._waiting.clear()
        for job in jobs:
            if job.future.set_running_or_notify_cancel():
                job.future.set_exception(EngineUnavailable(problem))

    # What follows runs on the workers' threads.

    def _serve(self) -> None:
        while (process := self._started()) is not None:
            reason, failure = None, "ended while nobody asked it anything"
            try:
                reason = self._employ(process)
            except Exception as error:  # noqa: BLE001 - whatever it is, the photographs that wait need a worker
                failure = str(error) if isinstance(error, WorkerFailed) else repr(error)
            with self._changed:
                self._ready -= 1
                self._processes.discard(process)
            status, said = process.end()
            if reason is not None:
                log.info("face worker replaced", pid=process.pid, reason=reason)
            elif not self._closed.is_set():
                log.warning("face worker died", pid=process.pid, failure=failure, status=status, said=said)

    def _started(self) -> WorkerProcess | None:
        """A worker that is ready, however long that takes; None when the engine is closed."""
        delay = _FIRST_DELAY
        while not self._closed.is_set():
            began = time.monotonic()
            problem, process = self._try_to_start()
            if process is not None:
                log.info("face worker started", pid=process.pid, seconds=round(time.monotonic() - began, 2))
                return process
            if self._closed.is_set():
                break
            log.error("face worker not started", problem=problem, again_in_seconds=delay)
            self._closed.wait(delay)
            delay = min(2 * delay, _LONGEST_DELAY)
        return None

    def _try_to_start(self) -> tuple[str, WorkerProcess | None]:
        process = None
        try:
            process = WorkerProcess(self._command, [self._model.name, self._model.detector], self._folder)
            with self._changed:
                self._processes.add(process)
                if self._closed.is_set():
                    process.interrupt()
            process.await_ready(self._start_timeout)
        except (OSError, RuntimeError, WorkerFailed) as error:  # RuntimeError: there can be no more threads
            problem = f"No face worker can be started: {error}"
            said: list[str] = []
            if process is not None:
                with self._changed:
                    self._processes.discard(process)
                _, said = process.end()
            return self._not_started(problem if not said else f"{problem}; it last said: {said[-1]}"), None
        with self._changed:
            self._ready += 1
            self._problem = None
            self._changed.notify_all()
        return "", process

    def _not_started(self, problem: str) -> str:
        with self._changed:
            self._problem = problem
            self._changed.notify_all()
            nobody = not self._ready
        if nobody:
            self._fail_waiting(problem)
        return problem

    def _employ(self, process: WorkerProcess) -> str | None:
        """Hand photographs over, one after the other, until the worker has to be replaced, and say why.

        None when the engine is closed or the worker is gone. Raises what `_examine` raises.
        """
        for seen in range(1, self._max_photographs + 1):
            job = self._next(process)
            if job is None:
                return None
            memory = self._examine(process, job)
            if memory > self._max_memory_bytes:
                return f"it holds {memory // 1024 // 1024} MiB after {seen} photographs"
        return f"it has seen {self._max_photographs} photographs"

    def _next(self, process: WorkerProcess) -> _Job | None:
        """The next photograph that is still wanted; None when the engine is closed or the worker is gone."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed.is_set())
                if self._closed.is_set() or not process.is_alive:
                    self._changed.notify()  # what woke this thread is for another
                    return None
                job = self._waiting.popleft()
            if job.future.set_running_or_notify_cancel():
                return job

    def _examine(self, process: WorkerProcess, job: _Job) -> int:
        """See to one photograph, and tell who waits for it; the worker's resident bytes, 0 where it does not say.

        Raises WorkerFailed when the worker has to go.
        """
        began = time.monotonic()
        failed = True
        try:
            finding, memory = process.examine(job.photograph, self._timeout)
            failed = False
        except PhotographFailed as error:
            log.warning("photograph not examined", problem=str(error))
            job.future.set_exception(error)
            return 0
        except Exception as error:
            job.future.set_exception(EngineFailed(f"The face worker {error}."))
            raise
        finally:
            took = time.monotonic() - began
            with self._changed:
                self._mean += (took - self._mean) * _WEIGHT
            if self._metrics is not None:
                self._metrics.photograph_examined(timedelta(seconds=took), failed=failed)
        job.future.set_result(finding)
        return memory
