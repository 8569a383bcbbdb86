"""PostgreSQL's plans on a loaded database: what is asked comes by an index, in its order, and little else is read."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from absense_server.adapters.db.engine import create_engine
from absense_server.adapters.db.unit_of_work import SqlUnitOfWork
from absense_server.domain.codes import Generation
from absense_server.domain.devices import ResetState
from absense_server.domain.faces import ConsentEnd, TemplateTrust
from absense_server.domain.ids import AppealId, CourseId, DeviceResetId, ImageId, SessionId, UserId, VerificationId
from absense_server.domain.mails import MailKind
from absense_server.domain.people import UserState
from absense_server.ports.findings import SessionFilter
from backing.postgres import Postgres
from tests.integration.db.loaded import key, load
from tests.integration.db.reads import LARGE, READS_ALL, Read, Term, more_reads, reads
from tests.integration.db.world import NOW, a_refresh_token, a_sign_in, confirmed

SOME = 5_000
"""Rows of one table that may be met for a page: none of the large tables is that small."""
SUMS = {
    "days.count",
    "dashboards.counts",
    "reports.sessions",
    "reports.students",
    "sessions.expected_counts",
    "terms.in_the_way",
}
"""What is summed up has to be met, all of it: in tables of this size that is so much that an index does not pay."""
WALKS = {"images.selfies_before", "users.list by text"}
"""An hourly job goes past what has to stay: the photographs of enrolled faces; who seeks a text, past who has none."""


@pytest.fixture(scope="module")
def engine(postgres: Postgres, migrated_database: str) -> Iterator[Engine]:
    name = postgres.create_database(template=migrated_database)
    load(postgres.url(name))
    engine = create_engine(postgres.url(name))
    yield engine
    engine.dispose()
    postgres.drop_database(name)


@pytest.fixture(scope="module")
def uow(engine: Engine) -> SqlUnitOfWork:
    return SqlUnitOfWork(engine)


@pytest.fixture(scope="module")
def term(uow: SqlUnitOfWork) -> Term:
    """Of the lecturer with the most courses; the first session is open now, and the first student is in it."""
    everything: dict[str, Any] = {"after": None, "limit": 200}
    with uow(read_only=True) as tx:
        lecturer = tx.users.get(UserId(key("lecturer", 1)))
        student = tx.users.get(UserId(key("student", 998)))
        course = tx.courses.get(CourseId(key("course", 90)))
        session = tx.sessions.find(SessionId(key("session", 190)))
        assert lecturer
        assert student
        assert session
        own = tx.records.for_student(student.id, session_id=session.id)
        return Term(
            lecturer=lecturer,
            courses=[course, *tx.courses.list_for_lecturer(lecturer.id, include_archived=True, **everything)],
            sessions=[session, *tx.sessions.list_for_lecturer(lecturer.id, SessionFilter(), NOW, **everything)],
            students=[student],
            enrollments=tx.enrollments.list_running(student.id, **everything),
            records=[own, *tx.records.list_of_session(session.id, frozenset(), **everything)],
            image=tx.images.get(ImageId(key("image", 94_550))),
            reset=tx.device_resets.get(DeviceResetId(key("reset", 10_998))),
            appeal=tx.appeals.get(AppealId(key("appeal", 94_550))),
        )


def test_what_is_read_comes_by_an_index(uow: SqlUnitOfWork, engine: Engine, term: Term) -> None:
    assert faults_of(uow, engine, reads(term) | more_reads(term)) == {}


@pytest.mark.parametrize("number", [2, 15, 51])
def test_lists_of_other_lecturers_do_too(uow: SqlUnitOfWork, engine: Engine, term: Term, number: int) -> None:
    """Of one with courses at the beginning of the term's, of one whose last sessions were long ago, of nobody."""
    other = replace(term, lecturer=replace(term.lecturer, id=UserId(key("lecturer", number))))
    lists = {
        name: read
        for name, read in (reads(other) | more_reads(other)).items()
        if name.startswith(("courses.list", "sessions.list_for_lecturer", "records.list_flagged", "appeals.list"))
    }
    assert faults_of(uow, engine, lists) == {}


def faults_of(uow: SqlUnitOfWork, engine: Engine, asked: Mapping[str, Read]) -> dict[str, list[str]]:
    """What is wrong with the plans, by what was asked."""
    found = {}
    for name, (_, call) in asked.items():
        if name.removesuffix(", a later page") not in READS_ALL | WALKS | SUMS:
            with uow(read_only=True) as tx, plans(engine) as planned:
                call(tx)
            found[name] = [fault for plan in planned for fault in faults(plan)]
    return {name: wrong for name, wrong in found.items() if wrong}


def test_what_waits_comes_by_an_index(uow: SqlUnitOfWork, engine: Engine) -> None:
    with uow() as tx, plans(engine) as planned:
        first = tx.verifications.take(NOW, NOW + timedelta(minutes=1), 32)
        less = [VerificationId(one.id) for one in first]
        second = tx.verifications.take(NOW, NOW + timedelta(minutes=1), 32, less)
        assert len(tx.sessions.seal_ended(NOW, 500)) < 10
    assert len(first) == len(second) == 32
    assert [fault for plan in planned for fault in faults(plan)] == []


def test_what_is_changed_is_found_by_an_index(uow: SqlUnitOfWork, engine: Engine, term: Term) -> None:
    student, course, session, record = term.students[0], term.courses[0], term.sessions[0], term.records[0]
    with uow() as tx, plans(engine, run=False) as planned:
        face = tx.faces.find(student.id)
        assert face
        waiting = [one.id for one in tx.verifications.of_student(student.id)]
        tx.users.set_state(student.id, UserState.DEACTIVATED)
        tx.users.hold(student.id)
        tx.users.remove_pending(student.id)
        tx.users.remove_unconfirmed(NOW, 10)
        tx.mails.remove_tokens(student.id, frozenset(MailKind))
        sign_in = a_sign_in(student)
        tx.sign_ins.save(sign_in)
        tx.sign_ins.exchange(a_refresh_token(sign_in, used_at=NOW), a_refresh_token(sign_in))
        tx.sign_ins.end(student.id, sign_in.id, NOW)
        tx.sign_ins.end_idlest(student.id, NOW, keep=50)
        tx.sign_ins.end_all(student.id, NOW, but=sign_in.id)
        tx.sign_ins.remove_ended(NOW, 100)
        tx.sign_ins.remove_tokens(NOW, 100)
        tx.sign_ins.remove_revocations(NOW, 100)
        tx.users.save(student)
        tx.device_resets.decide(term.reset.id, ResetState.APPROVED, term.lecturer.id, NOW, "")
        tx.devices.unbind(term.reset.device.id, NOW)
        tx.enrollments.end(term.enrollments[0].id, NOW)
        tx.enrollments.resume(term.enrollments[0].id)
        tx.sessions.lock_course(course.id)
        tx.sessions.close(session.id, NOW)
        tx.sessions.start_generation(session.id, Generation(session.generation.number + 1, NOW))
        tx.sessions.count_typed_try(session.id, student.id)
        tx.records.save(record, confirmed(record, term.lecturer.person))
        tx.verifications.postpone(waiting, NOW, failed=True)
        tx.verifications.end(waiting)
        tx.faces.touch([face.template.id], NOW)
        tx.faces.set_trust(face.template.id, TemplateTrust.VERIFIED)
        tx.faces.remove(face.template, NOW, ConsentEnd.WITHDRAWN)
        names = tx.images.remove(tx.images.of_owner(student.id), NOW)
        tx.images.defer_doomed(names.values(), NOW)
        tx.images.forget_doomed(names.values())
        tx.erasures.never_confirmed([student.id])
        for user in (student, term.lecturer):
            tx.erasures.hold(user.id)
            tx.erasures.account(user.id, NOW)
            tx.erasures.identity(user.id)
            tx.erasures.finish(user.id, NOW)
    assert len(planned) > 20
    assert [fault for plan in planned for fault in faults(plan)] == []


@contextmanager
def plans(engine: Engine, *, run: bool = True) -> Iterator[list[Any]]:
    """The plans of what is sent meanwhile, with the rows that they met if they are run: once more than asked."""
    found: list[Any] = []
    options = "ANALYZE, TIMING OFF, FORMAT JSON" if run else "FORMAT JSON"

    def explain(_c: object, cursor: Any, statement: str, parameters: object, _ctx: object, many: object) -> None:
        if statement.startswith("PREPARE"):
            return
        other = cursor.connection.cursor()
        for values in parameters if many and isinstance(parameters, list) else [parameters]:
            other.execute(f"EXPLAIN ({options}) {statement}", values)
            ((explained,),) = other.fetchall()
            found.append(explained[0]["Plan"])

    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", explain)


def faults(node: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a plan, from this node down."""
    table = node.get("Relation Name")
    if node["Node Type"] == "Seq Scan" and table in LARGE:
        yield f"{table} is read from end to end"
    elif table and rows_met(node) > SOME:
        yield f"{rows_met(node)} rows of {table} are met by {node.get('Index Name', node['Node Type'])}"
    for below in node.get("Plans", ()):
        if "Sort" in node["Node Type"] and rows_met(below) > SOME:
            yield f"{rows_met(below)} rows are sorted by {node['Sort Key']}"
        yield from faults(below)


def rows_met(node: Mapping[str, Any]) -> int:
    """How many rows came by, those included that did not pass."""
    seen = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
    return sum(node.get(rows, 0) for rows in seen) * node.get("Actual Loops", 0)  # type: ignore[no-any-return]
