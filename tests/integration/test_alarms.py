"""Streams wait for instants by the real clock, and APScheduler wakes them."""

import asyncio
import uuid
from collections.abc import Callable
from datetime import timedelta

from absense_server.app import App
from absense_server.settings import Settings

WAITS = 300


async def test_everybody_is_woken_however_close_the_instants(make_settings: Callable[..., Settings]) -> None:
    app = App(make_settings())
    await app.start()
    began = app.clock.now()

    async def wait(number: int) -> None:
        with app.events.subscribe(uuid.uuid4()) as subscription:
            await subscription.wait(began + timedelta(milliseconds=500 + number))

    try:
        async with asyncio.timeout(60):  # a net: they are over within a second
            await asyncio.gather(*map(wait, range(WAITS)))
    finally:
        await app.stop(grace=0)
