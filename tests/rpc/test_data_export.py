"""What is held on a person, as a zip archive that is made while it is sent."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import io
import json
import shutil
import uuid
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from sqlalchemy import Column
from sqlalchemy.sql import visitors

from absense.v1 import student_service_pb2
from absense_server.adapters.db.engine import connections_of
from absense_server.adapters.db.exports import LEFT_OUT, SOURCES
from absense_server.adapters.db.tables import metadata
from absense_server.domain.errors.accounts import SignInEnded
from absense_server.domain.exports import Part
from absense_server.domain.ids import UserId
from absense_server.services import chunks, data_export
from absense_server.services.data_export import MOST_AT_ONCE, ArchiveName
from tests.rpc.test_erasure import PHOTOGRAPH, a_full_life, blobs, delete
from tests.support.faces import stored
from tests.support.hall import CHUNK, Hall, Student, reason_of


async def export(student: Student) -> tuple[student_service_pb2.ExportHeader, bytes]:
    request = student_service_pb2.ExportMyDataRequest()
    parts = [part async for part in student.stub.ExportMyData(request, metadata=student.metadata)]
    assert all(len(part.chunk) == CHUNK for part in parts[1:-1])
    return parts[0].header, b"".join(part.chunk for part in parts[1:])


def opened(archive: bytes) -> tuple[dict[str, Any], zipfile.ZipFile]:
    """The rows of each file, by its name without ending, and all of it."""
    found = zipfile.ZipFile(io.BytesIO(archive))
    assert found.testzip() is None
    names = [name for name in found.namelist() if name.endswith(".json")]
    return {name.removesuffix(".json"): json.loads(found.read(name)) for name in names}, found


async def test_everything_is_in_it(hall: Hall, tmp_path: Path) -> None:
    student, _ = await a_full_life(hall)
    with hall.app.uow(read_only=True) as tx:
        (image,) = tx.exports.page(Part.IMAGES, UserId(uuid.UUID(student.id)), after=None, limit=2)
    await hall.teacher.image(str(image.content["id"]))
    header, archive = await export(student)
    assert (header.file_name, header.media_type) == ("absense-export-2026-11-23.zip", "application/zip")
    rows, found = opened(archive)
    assert found.namelist()[0] == "README.txt"
    readme = found.read("README.txt").decode()
    assert {f"{part.title}.json" for part in Part} <= set(readme.split())
    assert set(rows) == {part.title for part in Part}
    assert rows["account"][0]["email"] == student.email
    assert rows["claims"][0]["record_id"] == rows["attendance_records"][0]["id"]
    assert rows["decisions"][0]["reason"].startswith("I saw Efua")
    assert rows["devices"][0]["model"] == "Pixel"
    assert [look["image_id"] for look in rows["looks_at_your_photographs"]] == [rows["images"][0]["id"]]
    assert {row["action"] for row in rows["audit_by_you"]} >= {
        "DEVICE_BOUND",
        "ENROLLED",
        "CLAIM_KEPT",
        "DATA_EXPORTED",
    }
    about = {row["action"]: row for row in rows["audit_about_you"]}
    # whose address it was is known of who had the password, not of who had not
    assert about["SIGNED_IN"]["private"] == {"address": "127.0.0.1"}
    assert about["SIGN_IN_REFUSED"]["private"] == {}
    empty = {title for title, of_part in rows.items() if not of_part}
    assert not empty & {"sign_ins", "refresh_tokens", "mail_tokens", "enrollments", "verdicts"}
    # nothing of anybody else, and nothing that only the server has to know
    others = (hall.teacher.id, hall.teacher.email, "Kofi", "pbkdf2")
    everything = json.dumps(rows)
    assert not [text for text in others if text in everything]
    with hall.app.uow(read_only=True) as tx:
        nobody = UserId(uuid.uuid4())
        assert not [part for part in Part if tx.exports.page(part, nobody, after=None, limit=1)]
    if shutil.which("unzip"):
        path = tmp_path / header.file_name
        path.write_bytes(archive)
        tested = await asyncio.create_subprocess_exec("unzip", "-tq", path)
        assert await tested.wait() == 0


PEOPLE = {"user_id", "student_id", "owner_id", "actor_id", "created_by", "decided_by", "lecturer_id"}
"""What columns are called that say whose a row is, or about whom."""
OF_NOBODY = {"courses", "terms", "programmes"}
"""Tables that say what something of a person's is called."""


def test_every_column_is_handed_out_or_left_out() -> None:
    """A new table with rows of people has to be put into the archive; each new column too, or excused in LEFT_OUT."""
    given: dict[str, set[str]] = {"audit_private": {"content"}}
    for source in SOURCES.values():
        for selected in source.rows.selected_columns:
            for column in visitors.iterate(selected):
                if isinstance(column, Column):
                    given.setdefault(column.table.name, set()).add(column.name)
    tables = {
        table.name
        for table in metadata.tables.values()
        if PEOPLE & set(table.c.keys()) or any(key.column.table.name == "users" for key in table.foreign_keys)
    }
    assert tables | {"users", "audit_private", "verdicts", "face_views", "refresh_tokens"} == set(given) - OF_NOBODY
    for name in set(given) - OF_NOBODY:
        columns = set(metadata.tables[name].c.keys())
        assert LEFT_OUT.get(name, set()) <= columns, name
        assert columns - given[name] - LEFT_OUT.get(name, set()) <= PEOPLE, name


async def test_pages_are_put_together(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long they are, there is the same in the archive, but for what the archives before have left."""
    student, _ = await a_full_life(hall)
    await student.submit(await hall.open_session(allow_parallel=True), selfie=PHOTOGRAPH)
    whole, _ = opened((await export(student))[1])
    monkeypatch.setattr(data_export, "_PAGE", 1)
    pieces, found = opened((await export(student))[1])
    left = pieces["audit_by_you"].pop()
    assert left["action"] == "DATA_EXPORTED"
    assert pieces == whole
    assert len([name for name in found.namelist() if name.startswith("images/")]) == 2
    assert all(len(whole[title]) > 1 for title in ("claims", "verdicts", "attendance_records", "audit_about_you"))


async def test_a_damaged_photograph_is_named_and_left_out(hall: Hall) -> None:
    student, _ = await a_full_life(hall)
    sessions = [await hall.open_session(allow_parallel=True) for _ in range(2)]
    for session in sessions:
        await student.submit(session, selfie=PHOTOGRAPH)
    rows, found = opened((await export(student))[1])
    for row in rows["images"]:
        assert found.read(row["file"]) == stored(PHOTOGRAPH)
    first, second, _ = blobs(hall)
    assert len(rows["images"]) == len(blobs(hall))
    first.write_bytes(b"noise")
    second.unlink()
    rows, found = opened((await export(student))[1])
    assert sorted("problem" in row for row in rows["images"]) == [False, True, True]
    assert len([name for name in found.namelist() if name.startswith("images/")]) == 1


async def test_a_reader_who_stops_holds_nothing(hall: Hall) -> None:
    """Neither a thread nor a connection, however long; and one who goes away leaves nothing under way."""
    student, _ = await a_full_life(hall)
    exports, threads = hall.app.use_cases.data_export, hall.app.outside.report_threads
    stream = exports.stream(student.caller)
    await anext(stream)
    assert (exports.under_way, threads.running, threads.waiting) == (1, 0, 0)
    assert connections_of(hall.app.engine).checkedout() == 0
    await stream.aclose()
    assert exports.under_way == 0


async def test_a_reader_who_goes_away_within_a_file_leaves_it_closed(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else Python may report it on standard error, whenever it is collected."""
    made: list[Watched] = []

    class Watched(data_export._Archive):
        def __init__(self, now: datetime) -> None:
            super().__init__(now)
            made.append(self)

    student, _ = await a_full_life(hall)
    monkeypatch.setattr(chunks, "CHUNK", 16)
    monkeypatch.setattr(data_export, "_Archive", Watched)
    stream = hall.app.use_cases.data_export.stream(student.caller)

    def has_open_file() -> bool:
        return any(archive._entry is not None and not archive._entry.closed for archive in made)

    while not has_open_file():
        await anext(stream)
    await stream.aclose()
    assert not has_open_file()
    assert made[0]._zip.fp is None


async def test_an_account_erased_meanwhile_ends_it(hall: Hall) -> None:
    student, _ = await a_full_life(hall)
    stream = hall.app.use_cases.data_export.stream(student.caller)
    assert isinstance(await anext(stream), ArchiveName)
    await delete(student)
    with pytest.raises(SignInEnded):
        async for _ in stream:
            pass
    assert hall.app.use_cases.data_export.under_way == 0


async def test_so_many_at_once(hall: Hall) -> None:
    student = await hall.student()
    streams = [hall.app.use_cases.data_export.stream(student.caller) for _ in range(MOST_AT_ONCE)]
    for stream in streams:
        await anext(stream)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await export(student)
    assert reason_of(caught.value) == "OVERLOADED"
    await asyncio.gather(*(stream.aclose() for stream in streams))
    assert zipfile.is_zipfile(io.BytesIO((await export(student))[1]))
