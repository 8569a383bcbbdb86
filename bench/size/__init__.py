"""Whether what people look at costs the same when there is a hundred times as much attendance.

Two databases of the same 20,000 students and 2,000 courses: one where 20 courses were held, which makes 10,000
records, and one where all were, which makes 1,000,000. Each call goes to a server on each, and of every statement that
the server sends EXPLAIN says how many buffers it reads. Then everything is exported.
"""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc.aio

from absense_server import settings
from absense_server.adapters import logs
from absense_server.adapters.db import migrate
from absense_server.adapters.db.engine import create_engine
from absense_server.adapters.passwords import Pbkdf2Passwords
from absense_server.app import App
from backing import postgres
from backing.postgres import Postgres
from bench.report import Measurement, say
from bench.size import export
from bench.size.buffers import Read, counted
from bench.size.calls import Call, People, calls
from bench.size.rows import COURSE_SESSIONS, COURSE_STUDENTS, COURSES, University, load
from demo.wire import Metadata, bearer, channel_to, sign_in

SMALL, LARGE = range(COURSES // 2 - 10, COURSES // 2 + 10), range(COURSES)
"""The courses that were held."""
MOST_RATIO = 1.5
_LATER = 3
"""Pages that are turned before a later one."""
_PASSWORD = "correct horse battery"  # noqa: S105 - of nobody


async def measure(folder: Path, _files: Sequence[Path]) -> list[Measurement]:
    """The measurements, with servers in `folder`.

    Raises PostgresMissing, ServerError, AioRpcError.
    """
    with postgres.running("shared_buffers=1GB", "maintenance_work_mem=256MB", "max_wal_size=8GB") as cluster:
        urls, reads = [], []
        for held in (SMALL, LARGE):
            university = University(held, datetime.now(UTC), Pbkdf2Passwords(1).hash(_PASSWORD))
            url = await asyncio.to_thread(_filled, cluster, university)
            urls.append(url)
            reads.append(await _read(folder / str(len(held)), url, university))
        small, large = reads
        rows = len(LARGE) * COURSE_SESSIONS * COURSE_STUDENTS
        return [
            *(_compared(name, small[name], large[name]) for name in small if name in large),
            *await export.measure(folder, urls[-1], rows, _PASSWORD),
        ]


def _filled(cluster: Postgres, university: University) -> str:
    url = cluster.url(cluster.create_database())
    engine = create_engine(url)
    migrate.upgrade(engine)
    engine.dispose()
    seconds = load(url, university)
    say(f"{university.records} records, {university.students} students: COPY took {seconds:.0f} s.")
    return url


async def _read(folder: Path, url: str, university: University) -> dict[str, Read]:
    """What each call reads, by its name."""
    found: dict[str, Read] = {}
    people = People.of(university)
    async with _server(folder, url) as (app, channel):
        await asyncio.to_thread(app.use_cases.daily_figures.refresh)
        tokens: dict[str, Metadata] = {}
        for call in calls(people):
            await asyncio.to_thread(app.revocations.poll)  # jobs do it otherwise
            if call.who not in tokens:
                login = await sign_in(channel, people.email(call.who), _PASSWORD)
                tokens[call.who] = bearer(login.access_token)
            found |= await _pages(app, channel, call, tokens[call.who])
    return found


async def _pages(app: App, channel: grpc.aio.Channel, call: Call, metadata: Metadata) -> dict[str, Read]:
    # the first call of its kind prepares statements
    await call.send(channel, metadata)
    with counted(app.engine) as first:
        answer = await call.send(channel, metadata)
    found = {call.name: first}
    token = answer.next_page_token if call.pages else ""
    turned = 1
    while token:
        with counted(app.engine) as later:
            answer = await call.send(channel, metadata, token)
        token = answer.next_page_token
        turned += 1
        # the last page is shorter
        if token and turned <= _LATER:
            found[f"{call.name}, page {turned}"] = later
        if turned > _LATER:
            break
    return found


@asynccontextmanager
async def _server(folder: Path, url: str) -> AsyncIterator[tuple[App, grpc.aio.Channel]]:
    given: dict[str, Any] = {
        "_env_file": None,
        "demo_mode": True,
        "database_url": url,
        "storage_folder": folder / "blobs",
        "mail_outbox_folder": folder / "outbox",
        "password_rounds": 1,
        "listen_address": "127.0.0.1:0",
        "log_level": "WARNING",
    }
    loaded = settings.load(**given)
    logs.configure(loaded.log_level, as_json=False)
    app = App(loaded)
    try:
        port = await app.start(with_jobs=False)
        async with channel_to(f"127.0.0.1:{port}") as channel:
            yield app, channel
    finally:
        await app.stop(grace=0)


def _compared(name: str, small: Read, large: Read) -> Measurement:
    measured = Measurement(name, large.buffers, "buffers", max(1, small.buffers), most_ratio=MOST_RATIO)
    if not measured.kept:
        for (before, statement), (now, _) in zip(small.statements, large.statements, strict=False):
            if now > MOST_RATIO * before:
                say(f"{name}: {before} -> {now} buffers: {' '.join(statement.split())[:160]}")
    return measured
