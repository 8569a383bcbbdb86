"""What PostgreSQL writes into its own log: by its defaults every statement that fails, with the values in it."""

import math
import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from absense_server.adapters.db.engine import create_engine
from absense_server.adapters.db.unit_of_work import SqlUnitOfWork
from absense_server.domain.errors.accounts import EmailTaken, NumberTaken
from absense_server.domain.errors.devices import DeviceAlreadyBound, DeviceTaken
from absense_server.domain.places import Fix, LatLng
from absense_server.domain.verdicts import Check, Reason, failed, passed
from absense_server.ports.findings import Race
from backing.postgres import Postgres
from tests.integration.db.conftest import THREADS
from tests.integration.db.world import NOW, World, a_claim, a_device, a_record, a_user, at_once


@pytest.fixture
def world(emptied_url: str) -> Iterator[World]:
    engine = create_engine(emptied_url, pool_size=THREADS)
    yield World(SqlUnitOfWork(engine))
    engine.dispose()


def test_the_log_holds_what_fails(postgres: Postgres, world: World) -> None:
    """Or the other tests here would show nothing."""
    with pytest.raises(ProgrammingError), world.uow() as tx:
        tx._connection.execute(text("SELECT :value FROM nowhere"), {"value": "a value that is logged"})
    assert "a value that is logged" in postgres.log()


def test_an_account_that_is_there_already_is_not_logged(postgres: Postgres, world: World) -> None:
    ama = world.user(institution_number="20/1234")
    with pytest.raises(EmailTaken), world.uow() as tx:
        tx.users.add(a_user(email=ama.email), "hash-of-a-password")
    with pytest.raises(NumberTaken), world.uow() as tx:
        tx.users.add(a_user(institution_number="20/1234"), "hash-of-a-password")
    assert ama.email not in postgres.log()
    assert "hash-of-a-password" not in postgres.log()


def test_accounts_made_at_once_are_not_logged(postgres: Postgres, world: World) -> None:
    def add(_: int) -> None:
        with world.uow() as tx:
            tx.users.add(a_user(email="kofi.at.once@example.edu"), "hash-of-another")
            tx.commit()

    lost = [result for result in at_once(THREADS, add) if result is not None]
    assert [type(result) for result in lost] == [EmailTaken] * (THREADS - 1)
    assert "kofi.at.once@example.edu" not in postgres.log()
    assert "hash-of-another" not in postgres.log()


def test_a_phone_that_is_bound_already_is_not_logged(postgres: Postgres, world: World) -> None:
    ama, kofi = world.user(), world.user()
    phone = world.device(ama, model="A Rare Phone")
    with pytest.raises(DeviceAlreadyBound), world.uow() as tx:
        tx.devices.add(a_device(ama, model="A Rare Phone"))
    for same in ("identifier_mac", "public_key"):
        with pytest.raises(DeviceTaken), world.uow() as tx:
            tx.devices.add(a_device(kofi, model="A Rare Phone", **{same: getattr(phone, same)}))
    assert phone.identifier_mac.hex() not in postgres.log()
    assert "A Rare Phone" not in postgres.log()


def test_a_claim_that_is_there_already_is_not_logged_nor_those_kept_with_it(postgres: Postgres, world: World) -> None:
    lecturer, _, session = world.lesson()
    ama, kofi = world.user(), world.user()
    claim = a_claim(fix=Fix(LatLng(1.2345678, 8.7654321), 5.0, NOW, mock=False))
    world.record(session, ama, claims=(claim,), deciding_claim_id=claim.claim_id)
    elsewhere = world.session(world.course(lecturer), lecturer, session_code="ELSWHR")
    for again in (a_record(session, ama), a_record(elsewhere, ama, claims=(claim,), deciding_claim_id=claim.claim_id)):
        neighbour = a_record(session, kofi, claims=(replace(claim, claim_id=a_claim().claim_id),))
        with pytest.raises(Race), world.uow() as tx:
            tx.records.add(again, neighbour)
    assert "1.2345678" not in postgres.log()
    assert str(kofi.id) not in postgres.log()


def test_a_number_that_is_none_does_not_reach_the_database(postgres: Postgres, world: World) -> None:
    """No claim has one; but what it stands among would be logged."""
    _, _, session = world.lesson()
    secret = os.urandom(32)
    verdict = failed(Check.LOCATION, Reason.OUTSIDE, math.nan, 100.0, "m")
    claim = a_claim(fingerprint=secret, verdicts=(verdict, passed(Check.QR_CODE, Reason.TICKET, unit="a rare unit")))
    with pytest.raises(ValueError, match="JSON"):
        world.record(session, world.user(), claims=(claim,), deciding_claim_id=claim.claim_id)
    assert secret.hex() not in postgres.log()
    assert "a rare unit" not in postgres.log()
