"""What is erased is in the log, from which it is erased again after an older copy of the database was put back."""

import json
import uuid
from typing import Any

import pytest
import typer
from sqlalchemy import select
from structlog.testing import capture_logs

from absense.v1 import admin_service_pb2
from absense_server.adapters.db.tables import face_templates, images
from absense_server.cli.erasing import _erased
from absense_server.domain.erasure import ErasedThing
from absense_server.domain.ids import UserId
from tests.support.clock import HandClock
from tests.support.hall import Hall

Portraits = dict[str, bytes]


def rows(hall: Hall, table: Any) -> list[Any]:
    with hall.app.engine.connect() as connection:
        return list(connection.execute(select(table)))


async def test_a_face_is_erased_again_and_selfies_with_it_where_they_were(hall: Hall, portraits: Portraits) -> None:
    ama, kofi, admin = await hall.student(), await hall.student(), await hall.admin()
    session = await hall.open_session()
    for student, portrait, selfie in ((ama, "obama", "obama2"), (kofi, "biden", "biden")):
        await student.enroll_face(portraits[portrait])
        await student.submit(session, selfie=portraits[selfie])
    again, someone = hall.app.erasing_again, UserId(uuid.uuid4())
    of = {student.id: UserId(uuid.UUID(student.id)) for student in (ama, kofi)}

    assert await again.erase(ErasedThing.FACE, of[ama.id])
    assert [face.student_id for face in rows(hall, face_templates)] == [of[kofi.id]]
    assert len(rows(hall, images)) == 3  # her selfie is evidence, and stays for its time
    assert not await again.erase(ErasedThing.FACE, of[ama.id])
    assert await again.erase(ErasedThing.FACE_AND_SELFIES, of[ama.id])
    assert [image.owner_id for image in rows(hall, images)] == [of[kofi.id]] * 2
    for what in ErasedThing:
        assert not await again.erase(what, someone)

    # what people and administrators do is told in the log, as it is read
    [template] = rows(hall, face_templates)
    clearing = admin_service_pb2.ClearFaceReferenceRequest(
        user_id=kofi.id, template_id=str(template.id), reason="It shows somebody else"
    )
    with capture_logs() as lines:
        await admin.stub.ClearFaceReference(clearing, metadata=admin.metadata)
        await kofi.withdraw_face()
    told = [json.dumps({**line, "timestamp": "2026-11-02T09:00:00.5Z"}) for line in lines]
    since = hall.clock.now().replace(year=2026, month=11, day=2, hour=9, minute=0, second=0, microsecond=0)
    expected = [(ErasedThing.FACE, of[kofi.id]), (ErasedThing.FACE_AND_SELFIES, of[kofi.id])]
    assert list(_erased(told, since)) == list(_erased([f"server-1 | {line}" for line in told], since)) == expected
    assert list(_erased(told, since.replace(second=1))) == []


def test_a_line_that_cannot_be_read_is_not_passed_over(clock: HandClock, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        list(_erased(["other", '{"event": "erased", "what": "account"'], clock.now()))
    assert capsys.readouterr().err.startswith("Line 2 tells of an erasure and cannot be read: ")
