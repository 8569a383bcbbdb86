"""Terms, programmes and the institution's settings, through the contract."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import grpc.aio
import pytest
from google.rpc import error_details_pb2
from sqlalchemy import event
from sqlalchemy import update as update_rows

from absense.v1 import admin_service_pb2 as pb
from absense.v1 import (
    attendance_session_pb2,
    institution_settings_pb2,
    lecturer_service_pb2,
    term_pb2,
)
from absense_server.adapters.db.tables import attendance_sessions
from absense_server.adapters.db.terms import SqlTerms
from absense_server.domain.audit import Action
from absense_server.domain.ids import TermId
from absense_server.ports.findings import InTheWay
from tests.rpc.test_course_staff import create, drop, refusal, update
from tests.rpc.test_decisions import EXCUSED, mark
from tests.rpc.test_sessions import audited
from tests.support.faces import jpeg, plain
from tests.support.hall import Admin, Hall, Person, detail, parts, reason_of, timestamp

DAY = timedelta(days=1)


async def create_term(admin: Admin, **fields: Any) -> term_pb2.Term:
    now = admin.hall.clock.now()
    wish = {"name": "Next", "start_time": timestamp(now + DAY), "end_time": timestamp(now + 90 * DAY), **fields}
    return (await admin.stub.CreateTerm(pb.CreateTermRequest(**wish), metadata=admin.metadata)).term


async def update_term(admin: Admin, term: term_pb2.Term, **fields: Any) -> term_pb2.Term:
    request = pb.UpdateTermRequest(term_id=term.id, **fields)
    request.update_mask.paths.extend(fields)
    return (await admin.stub.UpdateTerm(request, metadata=admin.metadata)).term


async def close(admin: Admin, term_id: str, *, dry_run: bool = False) -> pb.CloseTermResponse:
    request = pb.CloseTermRequest(term_id=term_id, dry_run=dry_run)
    return await admin.stub.CloseTerm(request, metadata=admin.metadata)


async def list_terms(person: Person, **fields: Any) -> list[str]:
    stub = Admin(person.hall, person.id, person.email, person.token).stub
    page = await stub.ListTerms(pb.ListTermsRequest(**fields), metadata=person.metadata)
    return [term.name for term in page.terms]


async def settle(admin: Admin, **fields: Any) -> institution_settings_pb2.InstitutionSettings:
    """Set what is named."""
    request = pb.UpdateSettingsRequest(settings=institution_settings_pb2.InstitutionSettings(**fields))
    request.update_mask.paths.extend(fields)
    return (await admin.stub.UpdateSettings(request, metadata=admin.metadata)).settings


async def effective(admin: Admin) -> pb.GetSettingsResponse:
    return await admin.stub.GetSettings(pb.GetSettingsRequest(), metadata=admin.metadata)


async def programme(admin: Admin, code: str, name: str) -> term_pb2.Programme:
    request = pb.CreateProgrammeRequest(code=code, name=name)
    return (await admin.stub.CreateProgramme(request, metadata=admin.metadata)).programme


def counts(closing: pb.CloseTermResponse) -> tuple[int, int, int]:
    return closing.undecided_record_count, closing.pending_appeal_count, closing.unfinished_session_count


async def test_terms_are_made_changed_and_listed_for_all(hall: Hall) -> None:
    admin, key = await hall.admin(), str(uuid.uuid4())
    term = await create_term(admin, request_id=key)
    assert await create_term(admin, request_id=key) == term
    renamed = await update_term(admin, term, name="Summer", end_time=timestamp(hall.clock.now() + 100 * DAY))
    assert renamed.name == "Summer"
    assert await update_term(admin, term, name="Summer") == renamed
    late = timestamp(hall.clock.now() + 800 * DAY)
    for fields in ({"end_time": term.start_time}, {"end_time": late}):
        assert await refusal(create_term(admin, **fields)) == "TERM_DATES_INVALID"
        assert await refusal(update_term(admin, term, **fields)) == "TERM_DATES_INVALID"
    ghost = term_pb2.Term(id=str(uuid.uuid4()))
    assert await refusal(update_term(admin, ghost, name="Ghost")) == "TERM_NOT_FOUND"
    for person in (await hall.student(enrolled=False, phone=False), hall.teacher, admin):
        assert (await list_terms(person))[0] == "Summer"
        assert await list_terms(person, page_size=1) == ["Summer"]
    assert len(audited(hall, Action.TERM_CHANGED)) == 1


async def test_a_term_closes_when_nothing_in_it_waits(hall: Hall) -> None:
    admin, term_id = await hall.admin(), hall.course.term_id
    student, stranger = await hall.student(), await hall.student(enrolled=False)
    session, cancelled = await hall.open_session(), await hall.open_session(allow_parallel=True)
    record = (await student.submit(session, fix=None)).record
    await stranger.submit(session)  # counted nowhere
    await student.submit(cancelled, fix=None)
    archived = await hall.teacher.course()
    await hall.teacher.open_session(archived, open_time=timestamp(hall.clock.now() + DAY))
    await admin.stub.ArchiveCourse(pb.ArchiveCourseRequest(course_id=archived.id), metadata=admin.metadata)
    cancel(hall, cancelled.id)
    assert counts(await close(admin, term_id, dry_run=True)) == (1, 0, 1)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await close(admin, term_id)
    info = detail(refused.value, error_details_pb2.ErrorInfo)
    assert (info.reason, info.metadata["undecided_record_count"]) == ("TERM_HAS_UNDECIDED", "1")
    await session.close()
    await hall.teacher.confirm(record)
    closing = await close(admin, term_id, dry_run=True)
    assert (counts(closing), closing.term.state) == ((0, 0, 0), term_pb2.TERM_STATE_OPEN)
    closed = await close(admin, term_id)
    assert closed.term.state == term_pb2.TERM_STATE_CLOSED
    assert await close(admin, term_id) == closed
    assert len(audited(hall, Action.TERM_CLOSED)) == 1
    assert await refusal(hall.open_session()) == "TERM_CLOSED"
    assert await refusal(update(hall.teacher, hall.course, title="Another")) == "TERM_CLOSED"
    assert await refusal(stranger.enroll()) == "TERM_CLOSED"
    assert await refusal(update_term(admin, closed.term, name="Reopened")) == "TERM_CLOSED"
    assert await refusal(create(admin, term_id=term_id)) == "TERM_CLOSED"
    assert await refusal(settle(admin, current_term_id=term_id)) == "TERM_CLOSED"
    assert await refusal(hall.teacher.course()) == "NO_CURRENT_TERM"
    assert await refusal(close(admin, str(uuid.uuid4()), dry_run=True)) == "TERM_NOT_FOUND"
    assert await list_terms(admin, state=term_pb2.TERM_STATE_OPEN) == []


def cancel(hall: Hall, session_id: str) -> None:
    sessions = attendance_sessions
    with hall.app.engine.begin() as connection:
        now = hall.clock.now()
        connection.execute(update_rows(sessions).where(sessions.c.id == uuid.UUID(session_id)).values(cancelled_at=now))


@contextmanager
def held_closing(hall: Hall, monkeypatch: pytest.MonkeyPatch, waiting: int) -> Iterator[tuple[Event, Event, Event]]:
    """Whoever closes a term waits when nothing was found in its way: whether it does, whether so many wait, go on."""
    counted, all_wait, go_on = Event(), Event(), Event()
    in_the_way, begun = SqlTerms.in_the_way, iter(range(1, 1000))

    def held(terms: SqlTerms, term_id: TermId, now: datetime) -> InTheWay:
        found = in_the_way(terms, term_id, now)
        counted.set()
        assert go_on.wait(30)
        return found

    def note(_c: object, _cur: object, statement: str, _p: object, _ctx: object, _many: object) -> None:
        locks = "FOR SHARE" in statement or statement.startswith(("EXECUTE add_attendance_records", "BEGIN IMMEDIATE"))
        if counted.is_set() and locks and next(begun) == waiting:
            all_wait.set()

    monkeypatch.setattr(SqlTerms, "in_the_way", held)
    event.listen(hall.app.engine, "before_cursor_execute", note)
    try:
        yield counted, all_wait, go_on
    finally:
        go_on.set()
        event.remove(hall.app.engine, "before_cursor_execute", note)


async def test_nothing_comes_into_a_term_while_it_is_closed(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session, an enrollment, a decision and a claim whose selfie was on its way wait, and find it closed."""
    admin, student, newcomer = await hall.admin(), await hall.student(), await hall.student(enrolled=False)
    absent = await hall.student()
    session, selfie = await hall.open_session(), jpeg(plain())
    header, *chunks = parts(await student.header(session, selfie=selfie, fix=None), selfie)
    arriving = asyncio.Event()

    async def sent() -> AsyncIterator[object]:
        yield header
        await arriving.wait()
        for chunk in chunks:
            yield chunk

    claim = asyncio.ensure_future(student.stream(sent()))
    async with asyncio.timeout(30):
        while not hall.app.use_cases.uploads._announced:  # noqa: ASYNC110 - uploads have no event for that
            await asyncio.sleep(0.01)
    await session.close()
    with held_closing(hall, monkeypatch, waiting=4) as (counted, all_wait, go_on):
        closing = asyncio.ensure_future(close(admin, hall.course.term_id))
        assert await asyncio.to_thread(counted.wait, 30)
        arriving.set()
        others = asyncio.gather(
            hall.open_session(),
            newcomer.enroll(),
            mark(hall.teacher, session, absent, EXCUSED),
            claim,
            return_exceptions=True,
        )
        assert await asyncio.to_thread(all_wait.wait, 30)
        go_on.set()
        assert (await closing).term.state == term_pb2.TERM_STATE_CLOSED
    reasons = [reason_of(outcome) for outcome in await others if isinstance(outcome, grpc.aio.AioRpcError)]
    assert reasons == ["TERM_CLOSED"] * 3 + ["SESSION_CLOSED"]
    assert await session.records() == []


async def test_programmes_are_made_once_and_deleted_while_nothing_names_them(hall: Hall) -> None:
    admin = await hall.admin()
    law = await programme(admin, " LLB ", "Law")
    assert await programme(admin, "LLB", "Law") == law
    assert await refusal(programme(admin, "llb", "Lore")) == "PROGRAMME_CODE_TAKEN"
    student = await hall.student(phone=False, enrolled=False)
    await admin.update_user(student.id, programme_id=law.id)
    listed = await admin.stub.ListProgrammes(pb.ListProgrammesRequest(), metadata=student.metadata)
    assert list(listed.programmes) == [law]
    request = pb.DeleteProgrammeRequest(programme_id=law.id)
    assert await refusal(admin.stub.DeleteProgramme(request, metadata=admin.metadata)) == "PROGRAMME_IN_USE"
    await admin.update_user(student.id, programme_id="")
    course = await update(hall.teacher, hall.course, programme_ids=[law.id])
    assert await refusal(admin.stub.DeleteProgramme(request, metadata=admin.metadata)) == "PROGRAMME_IN_USE"
    await update(hall.teacher, course, programme_ids=None)
    await admin.stub.DeleteProgramme(request, metadata=admin.metadata)
    assert await refusal(admin.stub.DeleteProgramme(request, metadata=admin.metadata)) == "PROGRAMME_NOT_FOUND"


async def test_settings_take_effect(hall: Hall) -> None:
    admin, student = await hall.admin(), await hall.student(phone=False)
    before = await effective(admin)
    assert (before.current_term.id, before.settings.enrollment_open) == (hall.course.term_id, True)
    assert before.settings.selfie_retention_days == before.max_selfie_retention_days == 30
    assert before.settings.at_risk_threshold == 0.75
    term = await create_term(admin)
    weights = attendance_session_pb2
    policy = weights.CheckPolicy(
        device=weights.REQUIREMENT_ADVISORY, location=weights.REQUIREMENT_ADVISORY,
        face=weights.REQUIREMENT_REQUIRED, liveness=weights.REQUIREMENT_REQUIRED,
    )  # fmt: skip
    wish: dict[str, Any] = {
        "current_term_id": term.id, "enrollment_open": False, "at_risk_threshold": 0.6,
        "selfie_retention_days": 7, "default_policy": policy,
    }  # fmt: skip
    settings = await settle(admin, **wish)
    assert {name: getattr(settings, name) for name in wish} == wish
    assert await settle(admin, **wish) == settings
    assert len(audited(hall, Action.SETTINGS_CHANGED)) == 1
    after = await effective(admin)
    assert (after.settings, after.current_term) == (settings, term)
    assert (await hall.teacher.course()).term_id == term.id
    assert await refusal(drop(student)) == "ENROLLMENT_CLOSED"
    assert await refusal((await hall.student(enrolled=False, phone=False)).enroll()) == "ENROLLMENT_CLOSED"
    # what cannot be checked here goes without, unless a lecturer asks for it
    found = (await hall.open_session()).message.policy
    assert (found.device, found.location) == (weights.REQUIREMENT_ADVISORY, weights.REQUIREMENT_ADVISORY)
    assert (found.face, found.liveness) == (weights.REQUIREMENT_ADVISORY, weights.REQUIREMENT_OFF)
    assert after.effective_policy == found
    nowhere = (await hall.open_session(place=None, allow_parallel=True)).message.policy
    assert nowhere.location == weights.REQUIREMENT_OFF
    asked = weights.CheckPolicy(face=weights.REQUIREMENT_REQUIRED)
    assert await refusal(hall.open_session(policy=asked, allow_parallel=True)) == "CHECK_UNAVAILABLE"


async def test_no_setting_is_longer_than_what_the_consent_promises(hall: Hall) -> None:
    admin = await hall.admin()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await settle(admin, selfie_retention_days=31, face_retention_days=366)
    violations = detail(refused.value, error_details_pb2.BadRequest).field_violations
    assert [each.field for each in violations] == ["settings.selfie_retention_days", "settings.face_retention_days"]
    assert await refusal(settle(admin, current_term_id=str(uuid.uuid4()))) == "TERM_NOT_FOUND"
    student, session = await hall.student(), await hall.open_session()
    await student.submit(session, selfie=(await session.code()).png, media_type="image/png")
    [record] = await session.records()
    await hall.turn(8 * 86_400)
    hall.app.erasure.erase_old()
    [record] = await session_records(hall, record.session_id)
    assert record.claims[0].image_id
    admin.token = (await hall.login(admin.email)).access_token
    await settle(admin, selfie_retention_days=7)
    hall.app.erasure.erase_old()
    [record] = await session_records(hall, record.session_id)
    assert not record.claims[0].image_id


async def session_records(hall: Hall, session_id: str) -> list[Any]:
    hall.teacher.token = (await hall.login(hall.teacher.email)).access_token
    request = lecturer_service_pb2.LecturerServiceListAttendanceRequest(session_id=session_id)
    return list((await hall.teacher.stub.ListAttendance(request, metadata=hall.teacher.metadata)).records)
