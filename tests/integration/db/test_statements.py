"""How many statements each call costs, and that none of them reads a large table from end to end."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from inspect import isfunction
from typing import get_type_hints
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event

from absense_server.domain.ids import ClaimId
from absense_server.domain.records import with_enrollment
from absense_server.ports.data import Transaction
from tests.integration.db.reads import DO_NOT_READ, FROM_ITS_END, LARGE, READS_ALL, Term, more_reads, reads
from tests.integration.db.world import NOW, World, a_record, statements


def test_every_method_that_reads_is_read(world: World) -> None:
    term = Term.small(world)
    asked = {name.split(",")[0].split(" ")[0] for name in reads(term) | more_reads(term)}
    for collection, accessor in vars(Transaction).items():
        if isinstance(accessor, property):
            port = get_type_hints(accessor.fget)["return"]
            methods = {name for name, method in vars(port).items() if isfunction(method) and not name.startswith("_")}
            read = {name.removeprefix(f"{collection}.") for name in asked if name.startswith(f"{collection}.")}
            assert read == methods - DO_NOT_READ[collection], collection


def test_how_many_statements_reading_takes(world: World, engine: Engine) -> None:
    term = Term.small(world)
    taken, allowed = {}, {}
    for name, (number, call) in reads(term).items():
        with world.uow(read_only=True) as tx, statements(engine) as sent:
            assert call(tx), name
        taken[name], allowed[name] = len(sent), number
    assert taken == allowed
    for name, (number, call) in more_reads(term).items():
        with world.uow(read_only=True) as tx, statements(engine) as sent:
            call(tx)
        assert len(sent) <= number, name


@pytest.mark.parametrize("by_code", [False, True])
def test_a_first_claim_takes_one_statement_to_look_at(world: World, engine: Engine, *, by_code: bool) -> None:
    term = Term.small(world)
    session, student = term.sessions[0], world.user()
    world.enrollment(student, term.courses[0])
    world.device(student)
    for _ in range(2):
        with world.uow(read_only=True) as tx, statements(engine) as sent:
            view = tx.records.view(
                student.id,
                ClaimId(uuid4()),
                session_id=None if by_code else session.id,
                session_code=session.session_code if by_code else None,
            )
        assert len(sent) == 1
        assert view.session
        assert view.coverage
        assert view.device


def test_how_many_statements_a_claim_takes_to_write(world: World, engine: Engine) -> None:
    term = Term.small(world)
    student = world.user()
    with world.uow() as tx, statements(engine) as sent:
        tx.records.add(a_record(term.sessions[0], student))
    assert len(sent) == 3
    before = term.records[0]
    with world.uow() as tx, statements(engine) as sent:
        tx.records.save(before, replace(before, revision=2))
    assert len(sent) == 1
    with world.uow() as tx, statements(engine) as sent:
        tx.records.save(before, with_enrollment(before, NOW))
    assert len(sent) == 2


def test_how_many_statements_verdicts_take(world: World, engine: Engine) -> None:
    """However many there are."""
    term = Term.small(world)
    queued = [world.queued(record) for record in term.records]
    with world.uow() as tx, statements(engine) as sent:
        assert len(tx.verifications.take(NOW, NOW, 50)) == len(queued)
    assert len(sent) == 4
    with world.uow() as tx, statements(engine) as sent:
        assert len(tx.verifications.end([one.id for one in queued])) == len(queued)
    assert len(sent) == 1


def test_no_large_table_is_read_from_end_to_end(world: World, engine: Engine) -> None:
    """By SQLite's plans, which do not depend on how many rows there are."""
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL rightly reads small tables from end to end: see test_plans.py")
    term = Term.small(world)
    found = {}
    for name, (_, call) in (reads(term) | more_reads(term)).items():
        if name in READS_ALL | FROM_ITS_END:
            continue
        with world.uow(read_only=True) as tx, plans(engine) as planned:
            call(tx)
        scanned = {match[1] for step in planned if (match := re.match(r"SCAN (\w+)", step))}
        found[name] = scanned & (LARGE | {"students", "creators"})
    assert {name: tables for name, tables in found.items() if tables} == {}


def test_sealing_uses_its_index(world: World, engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("as above")
    with world.uow() as tx, plans(engine) as planned:
        tx.sessions.seal_ended(NOW, 10)
    assert any("ix_attendance_sessions_unsealed" in step for step in planned), planned


@contextmanager
def plans(engine: Engine) -> Iterator[list[str]]:
    """The steps of the plans of what is sent meanwhile."""
    steps: list[str] = []

    def explain(_c: object, cursor: object, statement: str, parameters: object, _ctx: object, _many: object) -> None:
        if not statement.startswith("BEGIN"):
            other = cursor.connection.cursor()  # type: ignore[attr-defined]
            steps.extend(row[3] for row in other.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield steps
    finally:
        event.remove(engine, "before_cursor_execute", explain)
