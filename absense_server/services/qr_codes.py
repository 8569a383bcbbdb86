"""The codes of open sessions: derived, never stored (DESIGN.md, Codes)."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.codes import CodeKeys, Generation, Step
from absense_server.domain.errors.calls import BackendUnavailable, Overloaded
from absense_server.domain.ids import SessionId
from absense_server.domain.people import Caller
from absense_server.domain.sessions import AttendanceSession, SessionState
from absense_server.ports.data import UnitOfWork
from absense_server.ports.metrics import Metrics
from absense_server.ports.outside import AGAIN_AFTER, REREAD_AFTER, Clock, Drawing, EventBus, QrArtist, Threads
from absense_server.services.settle import settle

_DRAWINGS_KEPT = 256


@dataclass(frozen=True, slots=True)
class QrCode:
    """One code, drawn, with the session around it."""

    session: AttendanceSession
    step: Step
    text: str
    typed_code: str
    drawing: Drawing
    now: datetime

    @property
    def next_at(self) -> datetime | None:
        """When its successor appears; None for the session's last code."""
        return self.step.next_at if self.step.next_at < self.session.end else None


@dataclass(frozen=True, slots=True)
class QrStatus:
    """Where the rotation stands, without a code; no step unless the session is open."""

    session: AttendanceSession
    now: datetime
    step: Step | None


class QrCodes:
    """Shows and rotates codes."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        drawing_threads: Threads,
        keys: CodeKeys,
        artist: QrArtist,
        events: EventBus,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._drawing_threads = drawing_threads
        self._keys = keys
        self._artist = artist
        self._events = events
        self._metrics = metrics
        self._clock = clock
        self._drawings: OrderedDict[str, asyncio.Task[Drawing]] = OrderedDict()

    async def watch(self, caller: Caller, session_id: SessionId) -> AsyncIterator[QrCode | AttendanceSession]:
        """The current code at once, then each successor the moment it appears; ends when the session does.

        A session that is not open yet comes first by itself. Once begun, it goes on while the session cannot be read:
        codes need no database. Raises SessionNotFound, SessionClosed, SessionCancelled, BackendUnavailable, Overloaded.
        """
        session: AttendanceSession | None = None
        shown: Step | None = None
        waiting = False
        with self._events.subscribe(session_id) as changes:
            while True:
                read_again = REREAD_AFTER
                try:
                    session = await self._threads.run(self._session, caller, session_id)
                except (BackendUnavailable, Overloaded):
                    if session is None:
                        raise
                    read_again = AGAIN_AFTER
                now = self._clock.now()
                state = session.state(now)
                if state is SessionState.SCHEDULED:
                    if not waiting:
                        yield session
                    waiting = True
                    await changes.wait(until=min(session.opens_at, now + read_again))
                    continue
                if state is not SessionState.OPEN:
                    if shown is None and not waiting:
                        session.require_open(now)
                    return
                step = session.step_at(now)
                if step != shown:
                    code = await self._drawn(session, step, now)
                    if shown is not None:  # a screen that has just come is late by itself
                        self._metrics.code_shown(self._clock.now() - step.issued_at)
                    shown = step
                    yield code
                await changes.wait(until=min(step.next_at, session.end, now + read_again))

    async def current(self, caller: Caller, session_id: SessionId) -> QrCode:
        """The code to show now.

        Raises SessionNotFound, SessionNotOpen, SessionClosed, SessionCancelled.
        """
        session = await self._threads.run(self._session, caller, session_id)
        now = self._clock.now()
        session.require_open(now)
        return await self._drawn(session, session.step_at(now), now)

    def status(self, caller: Caller, session_id: SessionId) -> QrStatus:
        """Where the rotation stands.

        Raises SessionNotFound.
        """
        session = self._session(caller, session_id)
        now = self._clock.now()
        return QrStatus(session, now, session.step_at(now) if session.state(now) is SessionState.OPEN else None)

    async def rotate(self, caller: Caller, session_id: SessionId) -> QrCode:
        """Start a new generation now; every older code is dead at once. Returns its first code.

        Raises SessionNotFound, SessionNotOpen, SessionClosed, SessionCancelled.
        """
        session = await self._threads.run(self._start_generation, caller, session_id)
        self._events.publish(session_id)
        now = self._clock.now()
        return await self._drawn(session, session.step_at(now), now)

    def _session(self, caller: Caller, session_id: SessionId) -> AttendanceSession:
        with self._uow(read_only=True) as tx:
            return tx.sessions.for_lecturer(caller.id, session_id)

    def _start_generation(self, caller: Caller, session_id: SessionId) -> AttendanceSession:
        def attempt() -> AttendanceSession:
            with self._uow() as tx:
                session = tx.sessions.for_lecturer(caller.id, session_id)
                now = self._clock.now()
                session.require_open(now)
                generation = Generation(session.generation.number + 1, now)
                tx.sessions.start_generation(session_id, generation)
                tx.audit.add(audit.event(Action.QR_ROTATED, caller, now, session_id, generation=str(generation.number)))
                rotated = tx.sessions.for_lecturer(caller.id, session_id)
                tx.commit()
            return rotated

        return settle(attempt)

    async def _drawn(self, session: AttendanceSession, step: Step, now: datetime) -> QrCode:
        text = self._keys.text(step)
        typed = self._keys.typed_code(step) if session.typed_code_allowed else ""
        return QrCode(session, step, text, typed, await self._drawing(text), now)

    async def _drawing(self, text: str) -> Drawing:
        """The code drawn, once however many ask for it."""
        task = self._drawings.get(text)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = asyncio.create_task(self._drawing_threads.run(self._artist.draw, text))
            self._drawings[text] = task
            while len(self._drawings) > _DRAWINGS_KEPT:
                self._drawings.popitem(last=False)
        # shielded: one watcher who leaves must not take the drawing from the others
        return await asyncio.shield(task)
