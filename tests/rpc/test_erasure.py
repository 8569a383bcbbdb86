"""People erased: at once, and who they were when the terms close. Beside it attendance and the audit log stay."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import grpc
import grpc.aio
import pytest
from sqlalchemy import select, update

from absense.v1 import (
    admin_service_pb2,
    attendance_record_pb2,
    attendance_session_pb2,
    auth_service_pb2,
    lecturer_service_pb2,
    role_pb2,
    user_pb2,
)
from absense_server.adapters.db.tables import (
    audit_events,
    audit_private,
    claims,
    course_lecturers,
    enrollments,
    terms,
    users,
)
from absense_server.domain.audit import Action
from absense_server.domain.courses import Programme, TermState
from absense_server.domain.erasure import KEPT_AFTER_TERM, SETTLED_AFTER
from absense_server.domain.ids import ProgrammeId, SessionId, UserId
from absense_server.domain.mails import MailKind
from absense_server.domain.people import Role, UserState
from absense_server.domain.sessions import SessionState
from tests.support.faces import jpeg, plain
from tests.support.hall import PASSWORD, TWO_KM_AWAY, Admin, Hall, Lecturer, Person, Student, reason_of, timestamp
from tests.support.traces import rows, traces

PHOTOGRAPH = jpeg(plain())


async def delete(person: Person, password: str = PASSWORD) -> user_pb2.ErasedAccount:
    request = auth_service_pb2.DeleteAccountRequest(password=password)
    return (await person.hall.auth.DeleteAccount(request, metadata=person.metadata)).erased


async def erase(admin: Admin, person: Person, reason: str = "left in summer") -> user_pb2.ErasedAccount:
    request = admin_service_pb2.EraseUserRequest(user_id=person.id, reason=reason)
    return (await admin.stub.EraseUser(request, metadata=admin.metadata)).erased


async def refused(call: object) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call  # type: ignore[misc]
    return reason_of(caught.value)


def set_term(hall: Hall, **values: object) -> None:
    with hall.app.engine.begin() as connection:
        connection.execute(update(terms).values(**values))


async def settle(hall: Hall) -> int:
    """What the hourly job does, once nothing can be under way any more."""
    await hall.turn(SETTLED_AFTER.total_seconds())
    return hall.app.use_cases.account_erasure.erase_identities()


def wait_for_mail(hall: Hall, login: str) -> None:
    """As somebody who has forgotten the password."""
    with hall.app.uow() as tx:
        hall.app.use_cases.mails.queue(tx, MailKind.RESET_PASSWORD, login=login)
        tx.commit()


async def a_full_life(hall: Hall) -> tuple[Student, list[str | bytes]]:
    """A student of whom there is something in every table that has something of students, and all that tells who."""
    name = f"Efua {uuid.uuid4().hex}"
    number, phone = f"N{uuid.uuid4().hex[:8]}", f"installation-{uuid.uuid4()}"
    email = f"{uuid.uuid4().hex}@example.edu"
    register = auth_service_pb2.RegisterRequest(
        email=email, password=PASSWORD, full_name=name, role=role_pb2.ROLE_STUDENT, institution_number=number
    )
    await hall.auth.Register(register)
    login = auth_service_pb2.LoginRequest(login=email, password=PASSWORD, device_name="Efua's own phone")
    signed_in = await hall.auth.Login(login)
    student = Student(hall, signed_in.user.id, email, signed_in.access_token, identifier=phone)
    await student.enroll()
    await student.bind()
    session = await hall.open_session()
    record = (await student.submit(session, fix=TWO_KM_AWAY, selfie=PHOTOGRAPH)).record
    await hall.teacher.confirm(record, reason=f"I saw {name}")
    with hall.app.uow() as tx:
        user = tx.users.get(UserId(uuid.UUID(student.id)))
        assert user
        programme = Programme(ProgrammeId(hall.app.ids.new()), uuid.uuid4().hex, "Informatics")
        tx.courses.add_programme(programme)
        tx.users.save(replace(user, institution_number=number, programme_id=programme.id, level=100))
        tx.commit()
    await refused(hall.auth.Login(auth_service_pb2.LoginRequest(login=email, password="wrong")))
    wait_for_mail(hall, email.upper())
    await hall.mails()
    wait_for_mail(hall, email.upper())
    macs = hall.app.outside.identifiers.macs(phone)
    return student, [name, number, phone, email, "Efua's own phone", *macs]


async def test_deleting_an_account(hall: Hall) -> None:
    student, who = await a_full_life(hall)
    other = (await hall.login(student.email)).access_token
    assert len(blobs(hall)) == 1
    assert await refused(delete(student, "not mine")) == "WRONG_PASSWORD"
    erased = await delete(student)
    assert erased == user_pb2.ErasedAccount(device=True, photograph_count=1, ended_sign_in_count=2, identity_kept=True)
    assert blobs(hall) == []
    await hall.turn(1)
    for token in (student.token, other):
        again = replace(student, token=token)
        assert await refused(delete(again)) == "SIGN_IN_ENDED"
    assert await refused(hall.login(student.email)) == "BAD_CREDENTIALS"
    register = auth_service_pb2.RegisterRequest(
        email=student.email, password=PASSWORD, full_name="Another", role=role_pb2.ROLE_STUDENT
    )
    assert await refused(hall.auth.Register(register)) == "EMAIL_TAKEN"
    last = await hall.mail_to(student.email)
    assert last.kind is MailKind.ACCOUNT_ERASED
    # the lecturer still knows whose attendance it is, until the term closes
    assert traces(hall.app.engine, *who) >= {"users.full_name", "users.email", "claims.identifier_mac"}
    gone = {"devices.identifier_mac", "sign_ins.device_name", "mail_queue.login", "mail_tokens.address"}
    assert not traces(hall.app.engine, *who) & gone
    with hall.app.engine.connect() as connection:
        whose = enrollments.c.student_id == uuid.UUID(student.id)
        assert connection.execute(select(enrollments.c.until_at).where(whose)).scalars().all() == [
            hall.clock.now() - timedelta(seconds=1)
        ]


@pytest.mark.parametrize("closed", ["by somebody", "by its end"])
async def test_who_it_was_goes_with_the_term(hall: Hall, closed: str) -> None:
    """And nothing in any table tells it then; what was held, who was there and what was done stays, of nobody."""
    student, who = await a_full_life(hall)
    (session,) = (await list_sessions(hall.teacher)).sessions
    await delete(student)
    await hall.mails()
    events = audited(hall)
    before, counted = rows(hall.app.engine), session.counts
    assert await settle(hall) == 0
    assert "users.full_name" in traces(hall.app.engine, *who)
    if closed == "by somebody":
        set_term(hall, state=TermState.CLOSED)
    else:
        set_term(hall, ends_at=hall.clock.now() - KEPT_AFTER_TERM)
    assert hall.app.use_cases.account_erasure.erase_identities() == 1
    assert traces(hall.app.engine, *who) == set()
    assert not addresses_about(hall, student)
    again = rows(hall.app.engine)
    assert again.pop("audit_private") < before.pop("audit_private")
    assert again.pop("audit_events") == before.pop("audit_events") + 1
    assert again == before
    with hall.app.engine.connect() as connection:
        (user,) = connection.execute(select(users).where(users.c.id == uuid.UUID(student.id))).mappings()
        (claim,) = connection.execute(select(claims).where(claims.c.student_id == user["id"])).mappings()
    assert [user[column] for column in ("password_hash", "programme_id", "level")] == [None, None, 0]
    assert not [column for column in claim if column.startswith("fix_") and claim[column] is not None]
    assert audited(hall)[: len(events)] == events
    assert audited(hall)[-1][1] is Action.IDENTITY_ERASED
    assert hall.app.use_cases.account_erasure.erase_identities() == 0
    # those who look see attendance of nobody, and the same numbers
    token = (await hall.login(hall.teacher.email)).access_token
    teacher = replace(hall.teacher, token=token)
    found = (await list_sessions(teacher)).sessions[0]
    assert found.counts == counted
    request = lecturer_service_pb2.LecturerServiceListAttendanceRequest(session_id=session.id)
    (record,) = (await teacher.stub.ListAttendance(request, metadata=teacher.metadata)).records
    assert record.student.user_id == student.id
    assert (record.student.full_name, record.student.institution_number) == ("", "")
    assert record.status == attendance_record_pb2.RECORD_STATUS_CONFIRMED
    assert record.decisions[0].reason == ""
    assert not record.claims[0].HasField("fix")


async def test_without_a_part_in_a_term_it_goes_at_once(hall: Hall) -> None:
    student = await hall.student(enrolled=False)
    admin = await hall.admin()
    identifier = hall.app.outside.identifiers.macs(student.identifier)
    erased = await erase(admin, student)
    assert erased == user_pb2.ErasedAccount(device=True, ended_sign_in_count=1)
    assert traces(hall.app.engine, student.email, "Ama Student", *identifier) == {"mail_queue.address"}
    await hall.mail_to(student.email, MailKind.ACCOUNT_ERASED)
    assert traces(hall.app.engine, student.email) == set()
    assert not addresses_about(hall, student)
    # why stays, to be answered for, and may be asked again
    assert traces(hall.app.engine, "left in summer") == {"audit_private.content"}
    number = len(audited(hall))
    assert await erase(admin, student) == user_pb2.ErasedAccount()
    assert len(audited(hall)) == number
    nobody = replace(student, id=str(uuid.uuid4()))
    assert await refused(erase(admin, nobody)) == "USER_NOT_FOUND"
    # a token that has not been found out yet leaves something: the job takes that too
    await refused(student.scan("ABSENSE:1:00000000000000000000000000:0000000000000000"))
    assert await refused(student.bind()) == "SIGN_IN_ENDED"
    assert await refused(student.enroll()) == "SIGN_IN_ENDED"
    assert await settle(hall) == 1
    assert not addresses_about(hall, student)


async def test_asking_again_says_what_is_still_there(hall: Hall) -> None:
    student, admin = await hall.student(), await hall.admin()
    assert (await erase(admin, student)).identity_kept
    set_term(hall, state=TermState.CLOSED)
    assert await erase(admin, student) == user_pb2.ErasedAccount(identity_kept=True), "no job has run since"
    assert await settle(hall) == 1
    admin = replace(admin, token=(await hall.login(admin.email)).access_token)
    assert await erase(admin, student) == user_pb2.ErasedAccount()


async def test_a_lecturer_s_courses_go_on(hall: Hall) -> None:
    """What has another lecturer goes on as it was; of the rest what is open is closed, what is to come cancelled."""
    lecturer, other = await hall.lecturer(), await hall.lecturer()
    alone, shared = await lecturer.course(), await lecturer.course()
    with hall.app.engine.begin() as connection:
        row = {"course_id": uuid.UUID(shared.id), "lecturer_id": uuid.UUID(other.id), "position": 1}
        connection.execute(course_lecturers.insert(), row)
    running, kept = await lecturer.open_session(alone), await lecturer.open_session(shared)
    start = hall.clock.now() + timedelta(days=1)
    later = await lecturer.open_session(alone, open_time=timestamp(start))
    student = await hall.student(enrolled=False)
    await student.enroll(alone)
    record = (await student.submit(running, fix=None)).record
    await lecturer.confirm(record, reason="she sat in front")
    erased = await delete(lecturer)
    assert erased.identity_kept
    await hall.mails()
    found = {session.id: session for session in (await list_sessions(other)).sessions}
    assert set(found) == {kept.id}
    assert found[kept.id].state == attendance_session_pb2.SESSION_STATE_OPEN
    with hall.app.uow(read_only=True) as tx:
        sessions = [tx.sessions.find(SessionId(uuid.UUID(one.id))) for one in (running, later)]
    states = [session and session.state(hall.clock.now()) for session in sessions]
    assert states == [SessionState.CLOSED, SessionState.CANCELLED]
    set_term(hall, state=TermState.CLOSED)
    assert await settle(hall) == 1
    assert traces(hall.app.engine, lecturer.email) == set()
    # what was said of somebody else's attendance is that person's
    student = replace(student, token=(await hall.login(student.email)).access_token)
    own = await student.record(running)
    assert own.decisions[0].reason == "she sat in front"
    assert own.decisions[0].decided_by.full_name == ""


async def test_there_is_always_an_administrator(hall: Hall) -> None:
    """Two who erase themselves, and each other, at once: one of them stays."""
    for attempt in range(4):
        one, two = await hall.admin(), await hall.admin()
        acts = (delete(one), delete(two)) if attempt % 2 else (erase(one, two), erase(two, one))
        outcomes = await asyncio.gather(*acts, return_exceptions=True)
        left = [outcome for outcome in outcomes if isinstance(outcome, grpc.aio.AioRpcError)]
        assert [reason_of(error) for error in left] == ["LAST_ADMINISTRATOR"], outcomes
        with hall.app.engine.begin() as connection:
            active = (users.c.role == Role.ADMIN) & (users.c.state == UserState.ACTIVE)
            (stayed,) = connection.execute(select(users.c.id).where(active)).scalars().all()
            connection.execute(update(users).where(users.c.id == stayed).values(state=UserState.DEACTIVATED))


def blobs(hall: Hall) -> list[Path]:
    return [path for path in Path(hall.app.settings.storage_folder).rglob("*") if path.is_file()]


async def list_sessions(lecturer: Lecturer) -> lecturer_service_pb2.LecturerServiceListSessionsResponse:
    request = lecturer_service_pb2.LecturerServiceListSessionsRequest(page_size=200)
    return await lecturer.stub.ListSessions(request, metadata=lecturer.metadata)


def audited(hall: Hall) -> list[tuple[object, ...]]:
    with hall.app.engine.connect() as connection:
        query = select(audit_events.c.id, audit_events.c.action, audit_events.c.facts).order_by(audit_events.c.seq)
        return [tuple(row) for row in connection.execute(query)]


def addresses_about(hall: Hall, person: Person) -> list[object]:
    """What could name a person in events by or about somebody, less why somebody else erased the account."""
    who = uuid.UUID(person.id)
    with hall.app.engine.connect() as connection:
        events = (
            select(audit_private.c.content, audit_events.c.action)
            .join(audit_events)
            .where(
                (audit_events.c.actor_id == who)
                | ((audit_events.c.subject_id == who) & (audit_events.c.action != Action.USER_ERASED))
            )
        )
        return [tuple(row) for row in connection.execute(events)]
