"""What has been kept long enough is erased, row and blob; the audit events stay."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from absense_server.adapters.db.tables import audit_events, face_consents, face_templates, face_views, images
from absense_server.domain.audit import Action
from absense_server.domain.consent import consent_text
from absense_server.domain.faces import ConsentEnd
from absense_server.domain.ids import RecordId
from tests.support.hall import Hall, verdicts

Portraits = dict[str, bytes]
DAY = timedelta(days=1).total_seconds()


def rows(hall: Hall, table: Any) -> list[Any]:
    with hall.app.engine.connect() as connection:
        return list(connection.execute(select(table)))


def blobs(hall: Hall) -> set[str]:
    return {path.name for path in Path(hall.app.settings.storage_folder).rglob("*") if path.is_file()}


def subjects(hall: Hall, action: Action) -> list[uuid.UUID]:
    return [row.subject_id for row in rows(hall, audit_events) if row.action is action]


async def test_selfies_go_after_thirty_days_and_references_stay(hall: Hall, portraits: Portraits) -> None:
    ama, yaw = await hall.student(), await hall.student()
    session = await hall.open_session()
    await ama.enroll_face(portraits["obama"])
    await ama.submit(session, selfie=portraits["obama2"])
    await yaw.enroll_face(portraits["biden"])
    await yaw.submit(session, selfie=portraits["obama"])
    selfies = {uuid.UUID((await session.record_of(student)).claims[0].image_id) for student in (ama, yaw)}
    references = {row.id for row in rows(hall, images)} - selfies
    assert len(references) == 2
    hall.clock.turn(30 * DAY)
    await hall.app.jobs.erase_old()
    assert {row.id for row in rows(hall, images)} == selfies | references
    hall.clock.turn(1)
    await hall.app.jobs.erase_old()
    assert {row.id for row in rows(hall, images)} == references
    assert blobs(hall) == {reference.hex for reference in references}
    assert set(subjects(hall, Action.SELFIE_ERASED)) == selfies
    with hall.app.uow(read_only=True) as tx:
        [record] = tx.records.with_ids([RecordId(subjects(hall, Action.RECORD_VERIFIED)[0])])
    assert record.claims[0].image_id is None
    assert record.claims[0].verdicts[-1].measured is not None  # what was found of it stays
    await hall.app.jobs.erase_old()
    assert len(subjects(hall, Action.SELFIE_ERASED)) == 2


@pytest.mark.parametrize("face_settings", [{"selfie_retention_days": 2, "face_retention_days": 10}])
async def test_the_times_are_settings(hall: Hall, portraits: Portraits) -> None:
    ama = await hall.student()
    await ama.enroll_face(portraits["obama"], consent=consent_text(selfie_days=2, face_days=10).version)
    await ama.submit(await hall.open_session(), selfie=portraits["obama2"])
    hall.clock.turn(2 * DAY + 1)
    await hall.app.jobs.erase_old()
    assert len(blobs(hall)) == 1
    hall.clock.turn(8 * DAY)
    await hall.app.jobs.erase_old()
    assert blobs(hall) == set()


async def test_a_face_that_nobody_has_used_for_a_year_goes(hall: Hall, portraits: Portraits) -> None:
    ama, yaw = await hall.student(), await hall.student()
    for student, name in ((ama, "obama"), (yaw, "biden")):
        await student.enroll_face(portraits[name])
    await hall.turn(100 * DAY)
    ama.token = (await hall.login(ama.email)).access_token
    hall.teacher.token = (await hall.login(hall.teacher.email)).access_token
    session = await hall.open_session()
    answer = await ama.submit(session, selfie=portraits["obama2"])  # it is used
    assert verdicts(answer.record)["FACE"][0] == "PASSED"
    templates = {str(row.student_id): row.id for row in rows(hall, face_templates)}
    hall.clock.turn(266 * DAY)
    await hall.app.jobs.erase_old()
    assert [str(row.student_id) for row in rows(hall, face_templates)] == [ama.id]
    assert subjects(hall, Action.FACE_EXPIRED) == [templates[yaw.id]]
    assert {str(row.student_id): row.ended_how for row in rows(hall, face_consents)} == {
        ama.id: None,
        yaw.id: ConsentEnd.EXPIRED,
    }
    assert len(rows(hall, face_views)) == len(rows(hall, images)) == len(blobs(hall)) == 1
    hall.clock.turn(100 * DAY)
    await hall.app.jobs.erase_old()
    for table in (face_templates, face_views, images):
        assert rows(hall, table) == []
    assert blobs(hall) == set()
