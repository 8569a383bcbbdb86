"""Sealing the audit log: whoever seals at once, and whatever is written meanwhile, numbers go from 1 without a gap."""

import uuid
from datetime import timedelta

from sqlalchemy import Engine, select

from absense_server.adapters.db.tables import audit_events
from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.audit_chain import GENESIS, AuditChain
from absense_server.domain.audit_walk import KnownSeal, Walk
from absense_server.domain.pages import PageTokens
from absense_server.services.audit_log import AuditLog
from tests.integration.db.world import NOW, World, at_once
from tests.support.clock import HandClock

CHAIN = AuditChain({"key": b"k" * 32}, "key")
WRITERS, SEALERS, EACH = 6, 4, 12


def a_log(world: World) -> AuditLog:
    return AuditLog(world.uow, CHAIN, HandClock(NOW), PageTokens(b"p" * 32))


def an_event(number: int = 0) -> audit.AuditEvent:
    return audit.machine_event(Action.COURSE_CHANGED, NOW + timedelta(microseconds=number), uuid.uuid4(), n=str(number))


def is_whole(world: World, number: int) -> bool:
    """Whether so many events are sealed, one after the other."""
    walk = Walk(CHAIN, KnownSeal(0, GENESIS), None)
    with world.uow(read_only=True) as tx:
        walk.look(tx.audit_log.sealed(0, 10_000))
        walk.end(tx.audit_log.ends())
    return walk.broken is None and walk.at.number == number


def test_several_seal_at_once_while_events_are_written(world: World) -> None:
    log = a_log(world)

    def act(number: int) -> None:
        for count in range(EACH):
            if number < SEALERS:
                log.seal()
                continue
            with world.uow() as tx:
                tx.audit.add(an_event(count).with_note("a note"), an_event(count))
                tx.commit()

    assert [result for result in at_once(SEALERS + WRITERS, act) if result is not None] == []
    while log.seal():
        pass
    assert is_whole(world, WRITERS * EACH * 2)


def test_what_is_committed_late_comes_after_what_was_sealed(world: World, engine: Engine) -> None:
    """And nobody waits for it, nor for who seals: its transaction is open all the while."""
    if engine.dialect.name == "sqlite":
        return  # has one writer at a time
    log = a_log(world)
    with world.uow() as late:
        late.audit.add(an_event(1))
        with world.uow() as tx:
            tx.audit.add(an_event(2))
            tx.commit()
        log.seal()
        assert is_whole(world, 1)
        late.commit()
    with world.uow() as sealing:
        assert sealing.audit_log.try_hold()
        rows = sealing.audit_log.unsealed(10)
        seals = CHAIN.seal(rows, sealing.audit_log.head())
        numbered = {row.seq: seal for row, seal in zip(rows, seals, strict=True)}
        sealing.audit_log.seal(numbered, CHAIN.head(seals[-1]))
        with world.uow() as tx:
            tx.audit.add(an_event(3).with_note("a note"))
            tx.commit()
        assert not log.seal()
        sealing.commit()
    log.seal()
    assert is_whole(world, 3)
    with engine.connect() as connection:
        in_order = connection.execute(select(audit_events.c.facts).order_by(audit_events.c.number)).scalars()
        assert [facts["n"] for facts in in_order] == ["2", "1", "3"]
