"""The account in the end: what database and storage hold, beside what clients were told."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import Engine, and_, func, select

from absense_server.adapters.db.images import to_image
from absense_server.adapters.db.rows import AnyRow, labelled
from absense_server.adapters.db.tables import attendance_records, claims, images, verdicts, verifications
from absense_server.app.outside import Outside
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.domain.policy import RecordStatus
from absense_server.domain.verdicts import Check, Outcome, Reason
from absense_server.ports.outside import BlobDamaged
from absense_server.services.photographs import Photographs
from chaos.stream import Sent
from demo.camera import jpeg_picture

_READERS = 8
_PAUSE_SECONDS = 0.2
_PASSED = f"{Outcome.PASSED.value} {Reason.FACE_MATCHES.value}"
_NO_VERDICT = "none"

_FACE = and_(
    verdicts.c.record_id == claims.c.record_id,
    verdicts.c.number == claims.c.number,
    verdicts.c.check_name == Check.FACE,
)
_KEPT = (
    select(
        claims.c.claim_id,
        claims.c.student_id,
        claims.c.record_id,
        attendance_records.c.session_id,
        attendance_records.c.status,
        verdicts.c.outcome,
        verdicts.c.reason,
        *labelled("image_", images),
    )
    .select_from(claims)
    .join(attendance_records, attendance_records.c.id == claims.c.record_id)
    .outerjoin(images, images.c.id == claims.c.image_id)
    .outerjoin(verdicts, _FACE)
)
_STATUSES = select(attendance_records.c.status)
_WAITING = select(func.count()).select_from(verifications)


@dataclass
class Account:
    """What is there."""

    once: int = 0
    """Acknowledged claims that are in the database, each once and as it was answered."""
    with_photograph: int = 0
    """Those whose photograph can be read, and is the one that was sent."""
    faces: Counter[str] = field(default_factory=Counter)
    """The verdicts on their faces."""
    records: Counter[str] = field(default_factory=Counter)
    """All records by their status."""
    unacknowledged: int = 0
    """Claims in the database that nobody was told of."""
    lost: list[str] = field(default_factory=list)
    """What is not as it must be, in words."""


async def until_all_are_in(engine: Engine, seconds: float) -> None:
    """Wait until no selfie waits to be looked at, but not longer than so many seconds: the account says what does."""
    give_up = time.monotonic() + seconds
    while await asyncio.to_thread(_waiting, engine):
        if time.monotonic() > give_up:
            return
        await asyncio.sleep(_PAUSE_SECONDS)


def settle(outside: Outside, sent: Mapping[str, Sent], acknowledged: Mapping[str, str]) -> Account:
    """Hold what is kept against what was said; `acknowledged`: the record's id that each claim was answered with.

    Every selfie sent shows the enrolled face: any other verdict than that comes of a fault.
    """
    account = Account()
    kept: dict[str, list[AnyRow]] = defaultdict(list)
    with outside.engine.connect() as connection:
        for row in connection.execute(_KEPT):
            kept[str(row.claim_id)].append(row)
        account.records.update(status.value for status in connection.execute(_STATUSES).scalars())
    account.unacknowledged = len(kept.keys() - acknowledged.keys())
    there: dict[str, AnyRow] = {}
    for claim_id, record_id in acknowledged.items():
        rows, one = kept[claim_id], sent[claim_id]
        answered = (one.student_id, one.session_id, record_id)
        if [(str(row.student_id), str(row.session_id), str(row.record_id)) for row in rows] == [answered]:
            there[claim_id] = rows[0]
        else:
            account.lost.append(f"claim {claim_id} is in the database {len(rows)} times, or not as it was answered")
    account.once = len(there)
    photographs = Photographs(outside.vault, outside.blobs)
    with ThreadPoolExecutor(_READERS) as readers:
        faults = readers.map(lambda claim_id: _fault_of(there[claim_id], sent[claim_id], photographs), there)
    for (claim_id, row), fault in zip(there.items(), faults, strict=True):
        _enter(account, claim_id, row, fault)
    students = {(row.student_id, row.session_id) for rows in kept.values() for row in rows}
    if account.records.total() != len(students):
        account.lost.append(f"there are {account.records.total()} records for {len(students)} students in sessions")
    if waiting := _waiting(outside.engine):
        account.lost.append(f"{waiting} selfies still wait to be looked at")
    return account


def _enter(account: Account, claim_id: str, row: AnyRow, fault: str | None) -> None:
    """Enter a claim's photograph, face and status into the account."""
    if fault is None:
        account.with_photograph += 1
    else:
        account.lost.append(f"the photograph of claim {claim_id} {fault}")
    face = _NO_VERDICT if row.outcome is None else f"{row.outcome.value} {row.reason.value}"
    account.faces[face] += 1
    if face != _PASSED:
        account.lost.append(f"the verdict on the face of claim {claim_id}: {face}")
    elif row.status is not RecordStatus.CONFIRMED:
        account.lost.append(f"the record of claim {claim_id} is {row.status.value}")


def _fault_of(row: AnyRow, sent: Sent, photographs: Photographs) -> str | None:
    """What is wrong with a claim's photograph."""
    if row.image_id is None:
        return "is not in the database"
    if row.image_sha256 != sent.selfie_sha256:
        return "is another than was sent"
    try:
        picture = jpeg_picture(photographs.read(to_image(row, "image_")))
    except (BlobDamaged, BackendUnavailable) as error:
        return f"cannot be read: {error}"
    return None if sha256(picture).digest() == sent.picture_sha256 else "is not what was sent"


def _waiting(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(_WAITING).scalar_one()
