"""Sends mails: looks every second whether one is due, and goes on while there are."""

import asyncio
from contextlib import suppress

import structlog

from absense_server.domain.errors.base import DomainError
from absense_server.services.mail_delivery import MailDelivery

_POLL_SECONDS = 1.0
_GRACE_SECONDS = 3.0

log = structlog.get_logger()


class Postman:
    """The postman of one process. Several may work off one queue."""

    def __init__(self, delivery: MailDelivery) -> None:
        self._delivery = delivery
        self._round: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._failing = False

    def start(self) -> None:
        """Begin, within the running event loop."""
        self._round = asyncio.create_task(self._rounds())

    async def stop(self) -> None:
        """Begin nothing new, and give what is being sent a moment: what breaks off is sent again later."""
        self._stopping.set()
        if self._round is not None:
            done, _ = await asyncio.wait([self._round], timeout=_GRACE_SECONDS)
            if not done:
                self._round.cancel()
            await asyncio.gather(self._round, return_exceptions=True)
            self._round = None

    async def _rounds(self) -> None:
        while not self._stopping.is_set():
            if not await self._deliver():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), _POLL_SECONDS)

    async def _deliver(self) -> int:
        taken = 0
        try:
            taken = await self._delivery.deliver()
        except DomainError as error:
            if not self._failing:  # said once, and not every second of an outage
                log.warning("mails not sent", reason=error.reason)
            self._failing = True
        except Exception:
            # one that breaks must not end the others
            log.exception("mails not sent")
        else:
            self._failing = False
        return taken
