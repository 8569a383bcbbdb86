"""What is done on one replica reaches the streams of the others, through the contract."""

import asyncio
import threading
import uuid
from collections.abc import AsyncIterator, Callable

import grpc
import grpc.aio
import pytest

from absense.v1 import auth_service_pb2
from absense_server.adapters.db import migrate
from absense_server.adapters.db.users import SqlUsers
from absense_server.app import AddressInUse, App
from absense_server.domain.ids import UserId
from absense_server.domain.people import UserState
from absense_server.settings import Settings
from backing.postgres import Postgres
from tests.rpc.test_accounts import current, end_sign_ins
from tests.rpc.test_qr_codes import Screen
from tests.rpc.test_review import Watch
from tests.rpc.test_sign_ins import change
from tests.rpc.test_uploads import refusal
from tests.support.clock import HandClock
from tests.support.hall import Hall, Status, reason_of
from tests.support.replicas import SOON, at, bus_of, cut_events, replica, session_at, silent

Halls = tuple[Hall, Hall]


@pytest.fixture
async def halls(
    make_settings: Callable[..., Settings], clock: HandClock, postgres: Postgres, migrated_database: str
) -> AsyncIterator[Halls]:
    """Two replicas; people sign in at the first."""
    name = postgres.create_database(template=migrated_database)
    settings = make_settings(database_url=postgres.url(name))
    async with replica(settings, clock) as here, replica(settings, clock) as there:
        await here.furnish()
        there._lecturer, there._course = at(there, here.teacher), here.course
        yield here, there
    postgres.drop_database(name)


async def test_a_rotation_elsewhere_reaches_the_screen_and_closing_elsewhere_ends_it(halls: Halls) -> None:
    here, there = halls
    session = await here.open_session()
    elsewhere = session_at(there, session)
    screen, other_screen = Screen(session), Screen(elsewhere)
    assert (await screen.code()).generation == (await other_screen.code()).generation == 1
    rotated = await elsewhere.rotate()
    assert (await screen.code()).text == (await other_screen.code()).text == rotated.text
    rotated = await session.rotate()
    assert (await screen.code()).text == (await other_screen.code()).text == rotated.text
    await elsewhere.close()
    assert await screen.ended() == grpc.StatusCode.OK
    assert await other_screen.ended() == grpc.StatusCode.OK


async def test_a_decision_elsewhere_reaches_the_student(halls: Halls) -> None:
    here, there = halls
    session, ama = await here.open_session(), await here.student()
    record = (await ama.submit(session, fix=None)).record
    watch = Watch(ama, record.id)
    assert await watch.next() == record
    await session_at(there, session).lecturer.confirm(await session.record_of(ama))
    assert (await watch.next()).status == Status.RECORD_STATUS_CONFIRMED
    assert await watch.ended() == grpc.StatusCode.OK


async def test_another_try_elsewhere_reaches_the_phone_that_watches(halls: Halls) -> None:
    here, there = halls
    session, ama = await here.open_session(), await here.student()
    record = (await ama.submit(session, fix=None)).record
    watch = Watch(ama, record.id)
    assert await watch.next() == record
    second = await at(there, ama).submit(session_at(there, session))
    assert second.record.status == Status.RECORD_STATUS_CONFIRMED
    assert await watch.next() == second.record


async def test_an_enrollment_elsewhere_reaches_the_phone_that_watches(halls: Halls) -> None:
    here, there = halls
    session, ama = await here.open_session(), await here.student(enrolled=False)
    record = (await ama.submit(session)).record
    assert record.status == Status.RECORD_STATUS_FLAGGED
    watch = Watch(ama, record.id)
    assert await watch.next() == record
    await at(there, ama).enroll()
    assert (await watch.next()).status == Status.RECORD_STATUS_CONFIRMED


async def test_a_sign_in_that_ends_elsewhere_ends_streams_after_one_poll(halls: Halls) -> None:
    here, there = halls
    session = await here.open_session()
    ama, kofi = await here.student(), await here.student()
    records = [(await student.submit(session, fix=None)).record for student in (ama, kofi)]
    watches = [Watch(student, record.id) for student, record in zip((ama, kofi), records, strict=True)]
    assert [await watch.next() for watch in watches] == records
    end_sign_ins(there, ama)
    await here.app.jobs.poll_revocations()
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await watches[0].next()
    assert reason_of(error.value) == "SIGN_IN_ENDED"
    await session_at(there, session).lecturer.confirm(await session.record_of(kofi))
    assert (await watches[1].next()).status == Status.RECORD_STATUS_CONFIRMED


async def test_of_exchanges_of_one_token_at_both_one_wins(halls: Halls, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has found the token unused before either goes on."""
    here, there = halls
    barrier, hold = threading.Barrier(2, timeout=10), SqlUsers.hold

    def meet(users: SqlUsers, user_id: UserId) -> None:
        barrier.wait()
        hold(users, user_id)

    for same_request in (False, True):
        ama, request_ids = await here.student(phone=False), [str(uuid.uuid4()), str(uuid.uuid4())]
        if same_request:
            request_ids[1] = request_ids[0]
        requests = [
            auth_service_pb2.RefreshTokenRequest(refresh_token=ama.refresh_token, request_id=request_id)
            for request_id in request_ids
        ]
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(SqlUsers, "hold", meet)
            answers = await asyncio.gather(
                here.auth.RefreshToken(requests[0]), there.auth.RefreshToken(requests[1]), return_exceptions=True
            )
        won = [one for one in answers if isinstance(one, auth_service_pb2.RefreshTokenResponse)]
        if same_request:
            assert len(won) == 2
            assert won[0].refresh_token == won[1].refresh_token
        else:
            [lost] = (one for one in answers if isinstance(one, grpc.aio.AioRpcError))
            assert reason_of(lost) == "REFRESH_TOKEN_REUSED"
            await here.app.jobs.poll_revocations()
            await there.app.jobs.poll_revocations()
            for hall in halls:
                error = await refusal(current(hall, won[0].access_token))
                assert reason_of(error) == "SIGN_IN_ENDED"


async def test_a_login_at_one_that_races_a_deactivation_at_the_other(
    halls: Halls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have found the account active before either holds it."""
    here, there = halls
    ama, barrier, hold = await here.student(phone=False), threading.Barrier(2, timeout=10), SqlUsers.hold

    def meet(users: SqlUsers, user_id: UserId) -> None:
        barrier.wait()
        hold(users, user_id)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(SqlUsers, "hold", meet)
        login, _ = await asyncio.gather(
            here.login(ama.email),
            asyncio.to_thread(change, there, ama, UserState.DEACTIVATED),
            return_exceptions=True,
        )
    await here.app.jobs.poll_revocations()
    with here.app.uow(read_only=True) as tx:
        assert not tx.sign_ins.list(UserId(uuid.UUID(ama.id)), here.clock.now(), after=None, limit=9)
    if isinstance(login, grpc.aio.AioRpcError):
        assert reason_of(login) == "ACCOUNT_NOT_ACTIVE"
    else:
        assert isinstance(login, auth_service_pb2.LoginResponse)
        assert reason_of(await refusal(current(here, login.access_token))) == "SIGN_IN_ENDED"


async def test_what_a_replica_missed_it_reads_when_it_hears_again(halls: Halls) -> None:
    here, there = halls
    session = await here.open_session()
    screen = Screen(session)
    await screen.code()
    # its events are cut off, and what is done meanwhile is announced to nobody
    bus_of(here.app).stop()
    with silent(there):
        rotated = await session_at(there, session).rotate()
    bus_of(here.app).start()
    assert (await screen.code()).text == rotated.text


async def test_what_nobody_announced_is_read_within_half_a_minute(halls: Halls) -> None:
    """A process may die after its commit, before the others hear of it."""
    here, there = halls
    session, ama = await here.open_session(), await here.student()
    screen = Screen(session)
    record = (await ama.submit(session, fix=None)).record
    watch = Watch(ama, record.id)
    await screen.code()
    await watch.next()
    with silent(there):
        rotated = await session_at(there, session).rotate()
        await session_at(there, session).lecturer.confirm(await session.record_of(ama))
    await here.turn(30)
    assert (await screen.code()).text == rotated.text
    assert (await watch.next()).status == Status.RECORD_STATUS_CONFIRMED


async def test_streams_go_on_when_every_connection_for_events_is_cut(halls: Halls) -> None:
    here, there = halls
    session = await here.open_session()
    screen = Screen(session)
    await screen.code()
    cut_events(here)
    rotated = await session_at(there, session).rotate()
    assert (await screen.code()).text == rotated.text
    rotated = await session_at(there, session).rotate()
    assert (await screen.code()).text == rotated.text


async def test_streams_outlast_a_restart_of_the_database_and_what_was_missed_is_read(
    make_settings: Callable[..., Settings], clock: HandClock, own_postgres: Postgres
) -> None:
    url = own_postgres.url(own_postgres.create_database())
    migrate.upgrade(url)
    settings = make_settings(database_url=url)
    async with replica(settings, clock) as here, replica(settings, clock) as there:
        await here.furnish()
        session, ama = await here.open_session(), await here.student()
        record = (await ama.submit(session, fix=None)).record
        screen, watch = Screen(session), Watch(ama, record.id)
        assert (await screen.code()).step == 0
        assert await watch.next() == record
        own_postgres.stop()
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await session_at(there, session).rotate()
        assert error.value.code() == grpc.StatusCode.UNAVAILABLE
        await here.turn(50)
        assert (await screen.code()).step == 1  # a screen needs no database
        own_postgres.start()
        await reads_again(here)
        await reads_again(there)
        await session_at(there, session).rotate()
        confirmed = await session_at(there, session).lecturer.confirm(await session.record_of(ama))
        screened, watched = asyncio.ensure_future(screen.code()), asyncio.ensure_future(watch.next())
        while not (screened.done() and watched.done()):
            await here.turn(1)
            await asyncio.wait({screened, watched}, timeout=0.05)
        assert screened.result().generation == 2
        assert watched.result().revision == confirmed.revision


async def reads_again(hall: Hall) -> None:
    """Until the replica reads the database again: its first calls may meet connections that are dead."""
    revoked = hall.app.revocations
    async with asyncio.timeout(SOON.total_seconds()):
        while revoked._polled_at != hall.clock.now():
            await hall.app.jobs.poll_revocations()


async def test_a_server_that_cannot_start_leaves_nothing_running(halls: Halls) -> None:
    here, _ = halls
    settings = here.app.settings
    taken = App(settings.model_copy(update={"listen_address": f"127.0.0.1:{here.port}"}))
    with pytest.raises(AddressInUse):
        await taken.start()
    assert event_threads() == len(halls)
    taken.close()


async def test_one_that_does_not_serve_has_no_thread(halls: Halls) -> None:
    here, _ = halls
    app = App(here.app.settings)
    app.require_database()
    app.seeding.seed_term()
    app.events.publish(uuid.uuid4())
    assert event_threads() == len(halls)
    app.close()


def event_threads() -> int:
    """How many buses of this process are connected or trying to be."""
    return sum(thread.name == "events" for thread in threading.enumerate())
