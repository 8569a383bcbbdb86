"""The postman goes on, whatever becomes of a round."""

import asyncio
from typing import cast

import pytest
from structlog.testing import capture_logs

from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.jobs import postman
from absense_server.jobs.postman import Postman
from absense_server.services.mail_delivery import MailDelivery


class Rounds:
    """What comes of one round after the other; then nothing is due."""

    def __init__(self, *outcomes: int | Exception) -> None:
        self._outcomes = list(outcomes)
        self.over = asyncio.Event()

    async def deliver(self) -> int:
        if not self._outcomes:
            self.over.set()
            return 0
        outcome = self._outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


async def test_an_outage_is_said_once_and_a_fault_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postman, "_POLL_SECONDS", 0.001)
    gone = BackendUnavailable
    rounds = Rounds(4, gone(), gone(), ZeroDivisionError(), 4, 0, gone(), 1)
    one = Postman(cast("MailDelivery", rounds))
    with capture_logs() as logs:
        one.start()
        await asyncio.wait_for(rounds.over.wait(), 30)
        await one.stop()
    assert [(line["log_level"], line.get("reason")) for line in logs] == [
        ("warning", "BACKEND_UNAVAILABLE"),
        ("error", None),
        ("warning", "BACKEND_UNAVAILABLE"),
    ]


async def test_who_never_began_stops_at_once() -> None:
    await Postman(cast("MailDelivery", Rounds())).stop()
