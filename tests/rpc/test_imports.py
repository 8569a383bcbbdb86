"""Courses' lists and accounts from files."""

import asyncio
import hashlib
import io
import threading
import zipfile
from datetime import timedelta
from typing import Any

import grpc
import pytest

from absense.v1 import admin_service_pb2, file_import_pb2, lecturer_service_pb2, student_service_pb2
from absense_server.adapters.db.tables import audit_events
from tests.integration.test_rpc_costs import counted
from tests.support.hall import Admin, Hall, Student, chunks_of, iter_async, reason_of

Report = file_import_pb2.ImportReport
CSV = admin_service_pb2.USER_IMPORT_FORMAT_CSV
ONEROSTER = admin_service_pb2.USER_IMPORT_FORMAT_ONEROSTER
BUNDLE = {
    "manifest.csv": "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\nfile.users,bulk\n"
    "file.roles,bulk\nfile.academicSessions,bulk\nfile.courses,bulk\nfile.classes,bulk\nfile.enrollments,bulk\n"
    "file.orgs,absent\n",
    "academicSessions.csv": "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,"
    "schoolYear\n"
    "y,,,2026,schoolYear,2026-01-01,2027-01-01,,2026\nt,,,Autumn,term,2026-08-01,2027-01-01,y,2026\n",
    "users.csv": "sourcedId,status,dateLastModified,enabledUser,username,givenName,familyName,identifier,email\n"
    "u1,,,true,ama,Ama,Owusu,R-1,ama.o@example.edu\nu2,,,true,kofi,Kofi,Mensah,,kofi.m@example.edu\n"
    "u3,,,true,pa,Pa,Rent,,pa@example.edu\n",
    "roles.csv": "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId\n"
    "r1,,,u1,primary,student,,,o\nr2,,,u2,primary,teacher,,,o\nr3,,,u3,primary,parent,,,o\n",
    "courses.csv": "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId\n"
    "c,,,y,Computing,CS1,,o\n",
    "classes.csv": "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,termSourcedIds\n"
    'k,,,Computing A,,c,CS1-A,scheduled,"y,t"\n',
    "enrollments.csv": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,"
    "beginDate,endDate\ne1,,,k,o,u1,student,false,2026-08-02,\ne2,,,k,o,u2,teacher,true,,\ne3,,,k,o,u3,parent,,,\n",
}


def announced(data: bytes) -> file_import_pb2.ImportFile:
    return file_import_pb2.ImportFile(size=len(data), sha256=hashlib.sha256(data).digest())


async def enroll(hall: Hall, text: str | bytes, **fields: Any) -> Report:
    data = text.encode() if isinstance(text, str) else text
    header = lecturer_service_pb2.ImportEnrollmentsHeader(
        **{"course_id": hall.course.id, "file": announced(data), **fields}
    )
    parts = [
        lecturer_service_pb2.ImportEnrollmentsRequest(header=header),
        *(lecturer_service_pb2.ImportEnrollmentsRequest(chunk=chunk) for chunk in chunks_of(data)),
    ]
    return (await hall.teacher.stub.ImportEnrollments(iter_async(parts), metadata=hall.teacher.metadata)).report


async def users(admin: Admin, data: str | bytes, **fields: Any) -> Report:
    data = data.encode() if isinstance(data, str) else data
    header = admin_service_pb2.ImportUsersHeader(**{"format": CSV, "file": announced(data), **fields})
    request = admin_service_pb2.ImportUsersInlineRequest(header=header, file=data)
    return (await admin.stub.ImportUsersInline(request, metadata=admin.metadata)).report


def packed(files: dict[str, str], folder: str = "") -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writing:
        for name, text in files.items():
            writing.writestr(folder + name, text)
    return archive.getvalue()


def counts(report: Report) -> tuple[int, int, int, int, int]:
    """Made, changed, ended, as before, wrong."""
    return (
        report.created_count,
        report.changed_count,
        report.ended_count,
        report.unchanged_count,
        report.error_count,
    )


def wrong(report: Report) -> list[tuple[int, str, str]]:
    kind = file_import_pb2.ImportErrorKind
    return [(error.line, error.column, kind.Name(error.kind).split("KIND_")[1]) for error in report.errors]


def actions(hall: Hall) -> list[str]:
    with hall.app.engine.connect() as connection:
        return [row.action.value for row in connection.execute(audit_events.select().order_by(audit_events.c.seq))]


async def test_a_list_is_brought_in_line_and_the_same_file_again_changes_nothing(hall: Hall) -> None:
    admin, _, efua = await hall.admin(), await hall.student(), await hall.student(enrolled=False)
    unheard, lesson = await hall.student(enrolled=False), await hall.open_session()
    flagged = (await efua.submit(lesson)).record
    kojo = await admin.create_user(institution_number="2026-7")
    file = f"Student Number;E-mail\r\n2026-7;\r\nN-1;{efua.email.upper()}\r\n\r\n".encode("utf-8-sig")
    tried = await enroll(hall, file, dry_run=True, end_missing=True)
    assert not tried.applied
    assert await enroll(hall, file, dry_run=True, end_missing=True) == tried
    done = await enroll(hall, file, end_missing=True)
    assert done.applied
    tried.applied = True
    assert done == tried
    assert (done.row_count, *counts(done), done.encoding) == (2, 2, 1, 1, 0, 0, "utf-8")
    assert [(change.name, change.line) for change in done.changes] == [
        (f"2026-7 in {hall.course.code}", 2),
        ("N-1", 3),
        (f"N-1 in {hall.course.code}", 3),
        # no lecturer is shown an address
        (f"Ama Student in {hall.course.code}", 0),
    ]
    assert (await admin.user(efua.id)).institution_number == "N-1"
    assert (await efua.record(lesson)).revision > flagged.revision
    assert {"ENROLLED", "ENROLLMENT_ENDED", "USER_CHANGED", "ENROLLMENTS_IMPORTED", "RECORD_JUDGED_AGAIN"} <= set(
        actions(hall)
    )
    before = actions(hall)
    assert counts(await enroll(hall, file, end_missing=True)) == (0, 0, 0, 2, 0)
    assert actions(hall) == before
    assert kojo.id != unheard.id


async def test_files_from_which_nothing_comes_keep_nobody_from_writing_and_reports_wait_for_none(hall: Hall) -> None:
    ama = await hall.student()
    reports, enough = hall.app.outside.report_threads, threading.Event()
    busy = [asyncio.create_task(reports.run(enough.wait)) for _ in range(2)]
    try:
        with hall.app.engine.begin():  # on SQLite nobody else writes
            assert wrong(await enroll(hall, "number\nnobody\n")) == [(2, "number", "UNKNOWN")]
            assert counts(await enroll(hall, f"email\n{ama.email}\n")) == (0, 0, 0, 1, 0)
    finally:
        enough.set()
        await asyncio.gather(*busy)


async def test_dates_programmes_and_coming_back(hall: Hall) -> None:
    ama = await hall.student()
    head = "email,programme,level,from,until\n"

    async def line(rest: str) -> tuple[int, ...]:
        return counts(await enroll(hall, f"{head}{ama.email},{rest}\n"))

    now = hall.clock.now()
    before, after = (now - timedelta(days=9)).date(), (now + timedelta(days=9)).date()
    assert await line(",,,") == (0, 0, 0, 1, 0)
    assert await line(f",,{before},") == (0, 1, 0, 0, 0)
    assert await line(f",,{before},{after}") == (0, 1, 0, 0, 0)
    assert await line(f",,{before},{after}") == (0, 0, 0, 1, 0)
    assert await line(f",,{before},") == (0, 1, 0, 0, 0)
    await hall.turn(60)
    assert await line(",3,,") == (1, 0, 1, 0, 0)
    assert await line(",3,,") == (0, 0, 0, 1, 0)
    assert await line(",3,2099-01-01,2098-01-01") == (0, 0, 0, 0, 1)
    assert await line("NONE,3,,") == (0, 0, 0, 0, 1)
    await hall.turn(60)
    drop = student_service_pb2.DropCourseRequest(course_id=hall.course.id)
    await ama.stub.DropCourse(drop, metadata=ama.metadata)
    await hall.turn(60)
    assert await line(",3,,") == (1, 0, 0, 0, 0)
    listed = await ama.stub.ListMyCourses(student_service_pb2.ListMyCoursesRequest(), metadata=ama.metadata)
    assert [enrollment.level for enrollment in listed.enrollments] == [3]


async def test_whatever_is_wrong_is_told_and_nothing_is_done(hall: Hall) -> None:
    ama = await hall.student(enrolled=False)
    file = (
        f"email,level,until\n{ama.email},1,\nnobody@example.edu,1,\n{hall.teacher.email},,\n{ama.email},,\n"
        f"no address,,\n,1,\na@example.edu,99,\nb@example.edu,1,yesterday\nc@example.edu\n"
        f'd@example.edu,"1\n",2026-02-30\n{"x" * 1_000_000}@example.edu,,\n'
        'e\0@example.edu,,\n"f"@example.edu,,\n"open,,'
    )
    report = await enroll(hall, file)
    assert not report.applied
    assert wrong(report) == [
        (3, "email", "UNKNOWN"),
        (4, "email", "UNKNOWN"),
        (5, "email", "DUPLICATE"),
        (6, "email", "BAD_VALUE"),
        (7, "", "MISSING"),
        (8, "level", "BAD_VALUE"),
        (9, "until", "BAD_VALUE"),
        (10, "", "MISSING"),
        (11, "until", "BAD_VALUE"),
        (13, "email", "BAD_VALUE"),
        (14, "email", "BAD_VALUE"),
        (15, "", "BAD_VALUE"),
        (16, "", "BAD_VALUE"),
    ]
    assert all(len(error.value) <= 100 for error in report.errors)
    assert "ENROLLMENTS_IMPORTED" not in actions(hall)
    kinder = await enroll(hall, f"email\n{ama.email}\nnobody@example.edu\n", pass_over_unknown=True)
    assert (kinder.applied, *counts(kinder)) == (True, 1, 0, 0, 0, 1)
    assert wrong(await enroll(hall, "email\n", end_missing=True)) == [(0, "", "MISSING")]


@pytest.mark.parametrize(
    ("fields", "data", "reason"),
    [
        ({"course_id": "00000000-0000-4000-8000-000000000000"}, b"email\n", "COURSE_NOT_FOUND"),
        ({"file": file_import_pb2.ImportFile(size=7, sha256=bytes(32))}, b"email\n", "UPLOAD_SIZE_MISMATCH"),
        ({"file": file_import_pb2.ImportFile(size=6, sha256=bytes(32))}, b"email\n", "UPLOAD_HASH_MISMATCH"),
        ({"file": file_import_pb2.ImportFile(size=1 << 30, sha256=bytes(32))}, b"email\n", "IMPORT_TOO_LARGE"),
        ({}, "email\n".encode("utf-16"), "IMPORT_MALFORMED"),
        ({}, b"\n\n", "IMPORT_MALFORMED"),
    ],
)
async def test_a_file_that_is_none_is_refused(hall: Hall, fields: dict[str, Any], data: bytes, reason: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await enroll(hall, data, **fields)
    assert reason_of(error.value) == reason


async def test_a_student_enrolls_at_the_same_moment(hall: Hall) -> None:
    students = [await hall.student(enrolled=False, phone=False) for _ in range(4)]
    file = "email\n" + "".join(f"{student.email}\n" for student in students)

    async def by_hand(student: Student) -> None:
        await student.enroll()

    importing = asyncio.create_task(enroll(hall, file))
    await asyncio.gather(*(by_hand(student) for student in students))
    report = await importing
    assert report.applied
    assert report.created_count + report.unchanged_count == 4
    assert counts(await enroll(hall, file)) == (0, 0, 0, 4, 0)


async def test_accounts_are_made_and_changed(hall: Hall) -> None:
    admin, ama = await hall.admin(), await hall.student(enrolled=False, phone=False)
    waiting = await admin.create_user(email="waiting@example.edu", institution_number="7")
    file = (
        "name,e-mail,role,number,level\n"
        f"Zoë Ünal,zoe@example.edu,student,1,2\nAma Student,{ama.email},lecturer,2,\n,moved@example.edu,,7,\n"
    ).encode("latin-1")
    tried = await users(admin, file, dry_run=True, send_invitations=True)
    done = await users(admin, file, send_invitations=True)
    assert (tried.applied, done.applied, done.encoding) == (False, True, "iso-8859-1")
    assert (list(tried.changes), counts(tried)) == (list(done.changes), (1, 2, 0, 0, 0))
    assert [list(change.fields) for change in done.changes] == [[], ["role", "institution_number"], ["email"]]
    sent = [(mail.to, mail.kind.value) for mail in (await hall.mails())[-4:]]
    assert sorted(sent)[-2:] == [("waiting@example.edu", "EMAIL_CHANGED"), ("zoe@example.edu", "INVITATION")]
    assert ("moved@example.edu", "INVITATION") in sent
    await hall.turn(1)
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await ama.enroll()
    assert error.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert (await admin.user(waiting.id)).email == "moved@example.edu"
    assert actions(hall)[-4:-1] == ["USER_CREATED", "USER_CHANGED", "USER_CHANGED"] or "USERS_IMPORTED" in actions(hall)
    before = actions(hall)
    assert counts(await users(admin, file)) == (0, 0, 0, 3, 0)
    assert actions(hall) == before
    bad = await users(
        admin,
        f"full_name,email,role,institution_number\nA,{admin.email},,\nB,zoe@example.edu,,2\nC,c@example.edu,admin,\n"
        "D,,,404\nE,e@example.edu,,5\nF,f@example.edu,,5\n",
    )
    assert wrong(bad) == [
        (2, "", "CONFLICT"),
        (3, "email", "CONFLICT"),
        (4, "role", "BAD_VALUE"),
        (5, "email", "MISSING"),
        (7, "institution_number", "DUPLICATE"),
    ]
    lines = [f"Person {n},p{n}@example.edu,student,P{n},1" for n in range(300)]
    spent = []
    for some in (lines[:10], lines[10:]):
        with counted(hall.app.engine) as cost:
            assert (await users(admin, "\n".join(["name,email,role,number,level", *some]))).applied
        spent.append([statement for statement in cost.statements if not statement.startswith("INSERT")])
    assert len(spent[0]) == len(spent[1])


async def test_a_school_comes_in_a_bundle(hall: Hall) -> None:
    admin = await hall.admin()
    tried = await users(admin, packed(BUNDLE), format=ONEROSTER, dry_run=True)
    done = await users(admin, packed(BUNDLE, "../../school/"), format=ONEROSTER)
    assert done.applied, done.errors
    assert list(tried.changes) == list(done.changes)
    assert (done.row_count, *counts(done)) == (13, 6, 0, 0, 0, 0)
    assert counts(await users(admin, packed(BUNDLE), format=ONEROSTER)) == (0, 0, 0, 6, 0)
    renamed = {
        **BUNDLE,
        "users.csv": BUNDLE["users.csv"].replace("Owusu,R-1,ama.o@", "Boateng,R-2,ama.b@"),
        "academicSessions.csv": BUNDLE["academicSessions.csv"].replace("Autumn", "Fall"),
        "classes.csv": BUNDLE["classes.csv"].replace("Computing A", "Computing B"),
        "enrollments.csv": BUNDLE["enrollments.csv"].replace("e1,,", "e1,tobedeleted,"),
    }
    report = await users(admin, packed(renamed), format=ONEROSTER)
    assert (counts(report), [list(change.fields) for change in report.changes]) == (
        (0, 3, 1, 2, 0),
        [["email", "full_name", "institution_number"], ["name"], ["title"], []],
    )
    kinds = {
        "TERM_CREATED",
        "TERM_CHANGED",
        "COURSE_CREATED",
        "COURSE_CHANGED",
        "LECTURER_ADDED",
        "ENROLLED",
        "ENROLLMENT_ENDED",
    }
    assert kinds | {"USER_CREATED", "USER_CHANGED", "USERS_IMPORTED"} <= set(actions(hall))
    broken = {
        **BUNDLE,
        "users.csv": BUNDLE["users.csv"].replace("ama.o@example.edu", "nothing"),
        "classes.csv": BUNDLE["classes.csv"] + "k2,,,Computing C,,c,,scheduled,y\nk,,,Twice,,c,X,scheduled,t\n",
        "enrollments.csv": BUNDLE["enrollments.csv"] + "e4,,,none,o,u9,student,,,\n",
    }
    report = await users(admin, packed(broken), format=ONEROSTER)
    assert [(error.file, error.line, error.column) for error in report.errors] == [
        ("users.csv", 2, "email"),
        ("classes.csv", 3, "termSourcedIds"),
        ("classes.csv", 4, "sourcedId"),
        ("enrollments.csv", 5, "userSourcedId"),
        ("enrollments.csv", 5, "classSourcedId"),
    ]
    bomb = packed({**BUNDLE, "users.csv": "\0" * (161 * 1024 * 1024)})
    for data, reason in (
        (packed(BUNDLE)[:-40], "IMPORT_MALFORMED"),
        (b"no archive", "IMPORT_MALFORMED"),
        (packed({**BUNDLE, "manifest.csv": "propertyName,value\noneroster.version,1.1\n"}), "IMPORT_MALFORMED"),
        (bomb, "IMPORT_TOO_LARGE"),
        # one that says it is small
        (bomb.replace((161 * 1024 * 1024).to_bytes(4, "little"), bytes([9, 0, 0, 0])), "IMPORT_MALFORMED"),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await users(admin, data, format=ONEROSTER)
        assert reason_of(error.value) == reason
