"""Attendance as CSV and XLSX: opened by other readers than wrote it, made while it is sent."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import csv
import io
import tempfile
import threading
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import openpyxl
import pytest
from sqlalchemy import select, update

from absense.v1 import admin_service_pb2, attendance_export_pb2, lecturer_service_pb2
from absense_server.adapters import workbooks
from absense_server.adapters.db import attendance_tables
from absense_server.adapters.db.attendance_tables import SqlAttendanceTables
from absense_server.adapters.db.engine import connections_of
from absense_server.adapters.db.tables import attendance_sessions, audit_events, users
from absense_server.domain.attendance_export import COLUMNS, ExportFormat, ExportWish, ScopeKind
from absense_server.domain.audit import Action
from absense_server.domain.ids import CourseId
from absense_server.services import attendance_export, chunks
from absense_server.services.attendance_export import ExportName
from tests.support.hall import CHUNK, Admin, Hall, Lecturer, Session, Student, reason_of, timestamp

XLSX = attendance_export_pb2.EXPORT_FORMAT_XLSX
NASTY = (
    'Owusu, "Ama" Lee',
    "=cmd|' /C calc'!A0",
    "\uff1d1+1",
    " @SUM(1)",
    "\u0645\u0631\u064a\u0645 \u05de\u05e8\u05d9\u05dd",
    "Ama \U0001f393",
    "Zed\nTwoLines",
)
"""Names as people, and others, have them; the last came from another system."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where workbooks are made; in the end nothing is left in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert left_in(folder) == []


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def export(who: Lecturer | Admin, **wish: Any) -> tuple[attendance_export_pb2.AttendanceExportHeader, bytes]:
    request: Any = (
        lecturer_service_pb2.LecturerServiceExportAttendanceRequest(**wish)
        if isinstance(who, Lecturer)
        else admin_service_pb2.AdminServiceExportAttendanceRequest(**wish)
    )
    parts = [part async for part in who.stub.ExportAttendance(request, metadata=who.metadata)]
    assert all(len(part.chunk) == CHUNK for part in parts[1:-1])
    return parts[0].header, b"".join(part.chunk for part in parts[1:])


async def table(who: Lecturer | Admin, **wish: Any) -> list[dict[str, str]]:
    header, content = await export(who, **wish)
    rows = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
    assert tuple(rows[0]) == tuple(header.columns) == COLUMNS
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows[1:]]


async def named(hall: Hall, name: str, **how: Any) -> Student:
    student = await hall.student(**how)
    with hall.app.engine.begin() as connection:
        changed = {"full_name": name, "full_name_folded": name.casefold()}
        connection.execute(update(users).where(users.c.id == uuid.UUID(student.id)).values(**changed))
    return student


def seen(rows: list[dict[str, str]], *columns: str) -> list[tuple[str, ...]]:
    return [tuple(row[column] for column in columns) for row in rows]


async def lectures(hall: Hall) -> tuple[Session, Session, list[Student]]:
    """One that is over and one that is open, a student who is present, late and all else."""
    present, flagged, absent = [await named(hall, name) for name in ("Ama", "Efua", "Kwame")]
    stranger = await named(hall, "Yaw", enrolled=False)
    over = await hall.open_session()
    await present.submit(over)
    await flagged.submit(over, fix=None)
    await stranger.submit(over)
    await hall.teacher.confirm(await over.record_of(flagged))
    await over.close()
    await hall.turn(60)
    later = await named(hall, "Abena")
    open_now = await hall.open_session()
    return over, open_now, [present, flagged, absent, stranger, later]


async def test_each_student_and_session_is_in_it(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    over, open_now, (present, *_) = await lectures(hall)
    cancelled = await hall.open_session(allow_parallel=True)
    with hall.app.engine.begin() as connection:
        gone = attendance_sessions.c.id == uuid.UUID(cancelled.id)
        connection.execute(update(attendance_sessions).where(gone).values(cancelled_at=hall.clock.now()))
    await hall.open_session(allow_parallel=True, open_time=timestamp(hall.clock.now() + timedelta(hours=1)))
    rows = await table(hall.teacher, course_id=hall.course.id)
    assert seen(rows, "session_id", "student_name", "status", "late", "source", "decided_by") == [
        (over.id, "Ama", "CONFIRMED", "no", "CLAIM", ""),
        (over.id, "Efua", "CONFIRMED", "no", "CLAIM", "Kofi Lecturer"),
        (over.id, "Kwame", "ABSENT", "", "", ""),
        (over.id, "Yaw", "NOT_EXPECTED", "no", "CLAIM", ""),
        # who joined later was not expected before
        (open_now.id, "Abena", "EXPECTED", "", "", ""),
        (open_now.id, "Ama", "EXPECTED", "", "", ""),
        (open_now.id, "Efua", "EXPECTED", "", "", ""),
        (open_now.id, "Kwame", "EXPECTED", "", "", ""),
    ]
    first = rows[0]
    assert (first["course_code"], first["course_title"]) == (hall.course.code, hall.course.title)
    assert (first["room"], first["student_id"], first["student_number"]) == ("Great Hall", present.id, "")
    opened = over.message.open_time.ToDatetime(UTC)
    # written as the institution's clocks show it
    assert datetime.fromisoformat(first["opened"]) == datetime.fromisoformat(first["claimed"]) == opened
    assert first["opened"].endswith("+00:00")
    assert "@" not in str(rows)
    assert await table(hall.teacher, term_id=hall.course.term_id) == rows
    assert await table(hall.teacher, session_id=over.id) == rows[:4]
    admin = await hall.admin()
    assert await table(admin, course_id=hall.course.id) == rows
    # however long pages are, and how many sessions are looked at for each
    monkeypatch.setattr(attendance_tables, "_SESSIONS", 1)
    for size in (1, 3, 4):
        monkeypatch.setattr(attendance_export, "PAGE", size)
        assert await table(admin, term_id=hall.course.term_id) == rows
    with hall.app.uow(read_only=True) as tx:
        courses = await hall.teacher.course(code="AA1")
        course = tx.attendance_tables.course(CourseId(uuid.UUID(courses.id)))
        page, after = tx.attendance_tables.page(course.id, None, hall.clock.now(), after=None, limit=5)
    assert (list(page), after) == ([], None)
    written = [event for event in events(hall) if event.actor_id == uuid.UUID(admin.id)]
    assert [dict(event.facts) for event in written] == [
        {"scope": "course", "format": "CSV"},
        {"scope": "course", "format": "CSV", "rows": "8"},
        *[{"scope": "term", "format": "CSV"}, {"scope": "term", "format": "CSV", "rows": "8"}] * 3,
    ]


def events(hall: Hall) -> Sequence[Any]:
    exported = audit_events.c.action == Action.ATTENDANCE_EXPORTED
    with hall.app.engine.connect() as connection:
        return connection.execute(select(audit_events).where(exported).order_by(audit_events.c.seq)).all()


async def test_spreadsheets_show_names_and_run_nothing(folder: Path, hall: Hall) -> None:
    for name in NASTY:
        await named(hall, name, phone=False)
    await hall.open_session()
    by_csv = await table(hall.teacher, course_id=hall.course.id)
    assert {row["student_name"] for row in by_csv} == {
        NASTY[0], f"'{NASTY[1]}", f"'{NASTY[2]}", f"'{NASTY[3]}", *NASTY[4:],
    }  # fmt: skip
    header, content = await export(hall.teacher, course_id=hall.course.id, byte_order_mark=True)
    assert content.startswith(b"\xef\xbb\xbfcourse_code,")
    assert content.count(b"\r\n") == len(NASTY) + 1
    assert header.media_type == "text/csv; charset=utf-8"
    assert header.file_name == f"attendance-{hall.course.code}-{hall.clock.now().date()}.csv"
    header, content = await export(hall.teacher, course_id=hall.course.id, format=XLSX, byte_order_mark=True)
    assert header.file_name.endswith(".xlsx")
    assert header.media_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Attendance"]
    rows = list(sheet.iter_rows())
    assert tuple(cell.value for cell in rows[0]) == COLUMNS
    assert {cell.data_type for row in rows for cell in row if cell.value is not None} == {"s"}
    assert not [cell for row in rows for cell in row if cell.hyperlink]
    assert [dict(zip(COLUMNS, (cell.value or "" for cell in row), strict=True)) for row in rows[1:]] == by_csv


async def test_sheets_that_are_full_are_followed_by_others(folder: Path) -> None:
    book = workbooks.XlsxWorkbook("Attendance", ["name", "level"], sheet_rows=3)
    book.append([("Ama", 100), ("=1", 200), ("", 300)])
    book.finish()
    content = b"".join(iter(lambda: book.read(1000), b""))
    book.discard()
    opened = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    assert {sheet.title: list(sheet.values) for sheet in opened} == {
        "Attendance": [("name", "level"), ("Ama", 100), ("=1", 200)],
        "Attendance 2": [("name", "level"), (None, 300)],
    }


async def test_others_find_nothing(hall: Hall) -> None:
    session = await hall.open_session()
    other, admin = await hall.lecturer(), await hall.admin()
    term_id = hall.course.term_id
    for who, scope, reason in (
        (other, {"session_id": session.id}, "SESSION_NOT_FOUND"),
        (other, {"course_id": hall.course.id}, "COURSE_NOT_FOUND"),
        (other, {"term_id": str(uuid.uuid4())}, "TERM_NOT_FOUND"),
        (admin, {"session_id": str(uuid.uuid4())}, "SESSION_NOT_FOUND"),
        (admin, {"course_id": str(uuid.uuid4())}, "COURSE_NOT_FOUND"),
        (admin, {}, "INVALID_REQUEST"),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await export(who, **scope)
        assert reason_of(error.value) == reason
    assert await table(other, term_id=term_id) == []
    assert len(events(hall)) == 2


async def test_who_stops_reading_holds_nothing(folder: Path, hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither pages to come nor a thread, a transaction, a file."""
    for _ in range(6):
        await hall.student(phone=False)
    await hall.open_session()
    monkeypatch.setattr(attendance_export, "PAGE", 1)
    monkeypatch.setattr(chunks, "CHUNK", 150)
    read: list[object] = []
    page = SqlAttendanceTables.page

    def counted(*args: Any, **kwargs: Any) -> Any:
        read.append(args)
        return page(*args, **kwargs)

    monkeypatch.setattr(SqlAttendanceTables, "page", counted)
    exports = hall.app.use_cases.attendance_export
    wish = ExportWish(ScopeKind.COURSE, uuid.UUID(hall.course.id))
    stream = exports.stream(hall.teacher.caller, wish)
    first = [await anext(stream) for _ in range(4)]
    assert [type(part) for part in first] == [ExportName, bytes, bytes, bytes]
    assert len(read) <= 2
    assert connections_of(hall.app.engine).checkedout() == 0
    await stream.aclose()
    assert len(read) <= 2
    stream = exports.stream(hall.teacher.caller, replace(wish, format=ExportFormat.XLSX))
    assert [type(await anext(stream)) for _ in range(2)] == [ExportName, bytes]
    assert len(left_in(folder)) == 1
    await stream.aclose()
    assert left_in(folder) == []
    assert set(exports.under_way.values()) == {0}
    assert [dict(event.facts) for event in events(hall)][1:] == [{"scope": "course", "format": "XLSX"}]


async def test_a_workbook_of_who_has_gone_is_removed(folder: Path, hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while a thread is at it: by that thread."""
    await hall.student(phone=False)
    await hall.open_session()
    loop, begun, gone, go_on = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event(), threading.Event()
    write, discard = workbooks._Book.write, workbooks.XlsxWorkbook.discard

    def slowly(book: workbooks._Book, cells: Any) -> None:
        loop.call_soon_threadsafe(begun.set)
        assert go_on.wait(10)
        write(book, cells)

    def discarded(book: workbooks.XlsxWorkbook) -> None:
        discard(book)
        gone.set()

    monkeypatch.setattr(workbooks._Book, "write", slowly)
    monkeypatch.setattr(workbooks.XlsxWorkbook, "discard", discarded)
    request = lecturer_service_pb2.LecturerServiceExportAttendanceRequest(course_id=hall.course.id, format=XLSX)
    call = hall.teacher.stub.ExportAttendance(request, metadata=hall.teacher.metadata)
    await begun.wait()
    call.cancel()
    await gone.wait()
    assert len(left_in(folder)) == 1
    go_on.set()


async def test_who_cannot_be_served_is_told(tmp_path: Path, hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await export(hall.teacher, course_id=hall.course.id, format=XLSX)
    assert (error.value.code(), reason_of(error.value)) == (grpc.StatusCode.UNAVAILABLE, "WORKBOOK_UNAVAILABLE")
    monkeypatch.setattr(attendance_export, "MOST_WORKBOOKS_AT_ONCE", 0)
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await export(hall.teacher, course_id=hall.course.id, format=XLSX)
    assert reason_of(error.value) == "OVERLOADED"
    assert await table(hall.teacher, course_id=hall.course.id) == []
