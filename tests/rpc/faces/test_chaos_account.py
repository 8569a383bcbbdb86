"""The account of a chaos run would notice whatever can be lost."""

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Executable, and_, delete, insert, literal, select, update

from absense_server.adapters.db.tables import attendance_records, claims, images, verdicts, verifications
from absense_server.domain.policy import RecordStatus
from absense_server.domain.verdicts import Check, Outcome, Reason
from chaos.stream import Sent
from chaos.verdict import Account, settle, until_all_are_in
from demo.camera import jpeg_picture
from tests.support.hall import Hall, Student

Portraits = dict[str, bytes]


@pytest.fixture
async def books(hall: Hall, portraits: Portraits) -> "Books":
    """Two students who have claimed."""
    books = Books(hall)
    for face in ("obama", "biden"):
        student = await hall.student()
        await student.enroll_face(portraits[face])
        await books.claim(student, portraits[face])
    return books


class Books:
    """What was sent, and what was answered."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.sent: dict[str, Sent] = {}
        self.acknowledged: dict[str, str] = {}

    async def claim(self, student: Student, selfie: bytes) -> None:
        session = await self.hall.open_session(allow_parallel=True)
        record = (await student.submit(session, selfie=selfie)).record
        self.acknowledged[record.claims[0].claim_id] = record.id
        self.sent[record.claims[0].claim_id] = Sent(
            student.id, session.id, sha256(selfie).digest(), sha256(jpeg_picture(selfie)).digest()
        )

    @property
    def record_id(self) -> uuid.UUID:
        """The first student's."""
        return uuid.UUID(next(iter(self.acknowledged.values())))

    def account(self) -> Account:
        return settle(self.hall.app.outside, self.sent, self.acknowledged)

    def blob(self) -> Path:
        """The file of the first student's selfie."""
        with self.hall.app.engine.connect() as connection:
            name = connection.execute(select(images.c.blob_name).where(image_of(self.record_id))).scalar_one()
        [path] = Path(self.hall.app.settings.storage_folder).rglob(name)
        return path


# What spoils the first student's record, as statements


def image_of(record_id: uuid.UUID) -> Any:
    return images.c.id == select(claims.c.image_id).where(claims.c.record_id == record_id).scalar_subquery()


def face_of(record_id: uuid.UUID) -> Any:
    return and_(verdicts.c.record_id == record_id, verdicts.c.check_name == Check.FACE)


def no_claim(record_id: uuid.UUID) -> Executable:
    return delete(claims).where(claims.c.record_id == record_id)


def claim_of_another(record_id: uuid.UUID) -> Executable:
    return update(claims).where(claims.c.record_id == record_id).values(student_id=uuid.uuid4())


def no_image(record_id: uuid.UUID) -> Executable:
    return delete(images).where(image_of(record_id))


def image_of_another(record_id: uuid.UUID) -> Executable:
    return update(images).where(image_of(record_id)).values(sha256=bytes(32))


def no_verdict(record_id: uuid.UUID) -> Executable:
    return delete(verdicts).where(face_of(record_id))


def verdict_of_a_fault(record_id: uuid.UUID) -> Executable:
    return update(verdicts).where(face_of(record_id)).values(outcome=Outcome.INCONCLUSIVE, reason=Reason.ENGINE_FAILED)


def still_pending(record_id: uuid.UUID) -> Executable:
    return (
        update(attendance_records)
        .where(attendance_records.c.id == record_id)
        .values(status=RecordStatus.PENDING_VERIFICATION)
    )


def second_record(record_id: uuid.UUID) -> Executable:
    """Without a claim, of the first student in the second one's session."""
    session_id = select(attendance_records.c.session_id).where(attendance_records.c.id != record_id).scalar_subquery()
    other: dict[str, Any] = {"id": literal(uuid.uuid4()), "session_id": session_id}
    columns: list[Any] = [other.get(column.name, column) for column in attendance_records.c]
    row = select(*columns).where(attendance_records.c.id == record_id)
    return insert(attendance_records).from_select(attendance_records.c.keys(), row)


def queued_again(record_id: uuid.UUID) -> Executable:
    now = datetime.now(UTC)
    return insert(verifications).values(
        id=uuid.uuid4(), record_id=record_id, number=1, student_id=uuid.uuid4(), queued_at=now, due_at=now, leases=0,
        failures=0,
    )  # fmt: skip


async def test_where_nothing_is_lost_it_says_so(books: Books) -> None:
    await until_all_are_in(books.hall.app.engine, 10)
    account = books.account()
    assert account.lost == []
    assert (account.once, account.with_photograph, account.unacknowledged) == (2, 2, 0)
    assert account.faces == {"PASSED FACE_MATCHES": 2}
    assert account.records == {"CONFIRMED": 2}


async def test_a_claim_that_nobody_was_told_of_may_be_there(books: Books) -> None:
    del books.acknowledged[next(iter(books.acknowledged))]
    account = books.account()
    assert (account.lost, account.once, account.unacknowledged) == ([], 1, 1)


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        (no_claim, "claim .* is in the database 0 times"),
        (claim_of_another, "claim .* is in the database 1 times, or not as it was answered"),
        (no_image, "the photograph of claim .* is not in the database"),
        (image_of_another, "the photograph of claim .* is another than was sent"),
        (no_verdict, "the verdict on the face of claim .*: none"),
        (verdict_of_a_fault, "the verdict on the face of claim .*: INCONCLUSIVE ENGINE_FAILED"),
        (still_pending, "the record of claim .* is PENDING_VERIFICATION"),
        (second_record, "there are 3 records for 2 students in sessions"),
        (queued_again, "1 selfies still wait to be looked at"),
    ],
)
async def test_what_is_wrong_in_the_database_is_told(
    books: Books, spoilt: Callable[[uuid.UUID], Executable], told: str
) -> None:
    with books.hall.app.engine.begin() as connection:
        connection.execute(spoilt(books.record_id))
    assert any(re.search(told, lost) for lost in books.account().lost)


async def test_a_blob_that_is_gone_or_another_is_told(books: Books) -> None:
    blob = books.blob()
    content = blob.read_bytes()
    blob.unlink()
    [lost] = books.account().lost
    assert "cannot be read" in lost
    blob.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    [lost] = books.account().lost
    assert "cannot be read" in lost
    blob.write_bytes(content)
    assert books.account().lost == []
