"""The table of scenes: what was done, what should have come of it, and what did."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from absense.v1 import attendance_record_pb2, attendance_session_pb2, verdict_pb2

_CHECKS = (
    (verdict_pb2.CHECK_QR_CODE, "code"),
    (verdict_pb2.CHECK_DEVICE, "phone"),
    (verdict_pb2.CHECK_LOCATION, "place"),
    (verdict_pb2.CHECK_ENROLLMENT, "list"),
    (verdict_pb2.CHECK_LIVENESS, "alive"),
    (verdict_pb2.CHECK_FACE, "face"),
)
_WORDS = {
    verdict_pb2.OUTCOME_PASSED: "ok",
    verdict_pb2.OUTCOME_FAILED: "FAIL",
    verdict_pb2.OUTCOME_INCONCLUSIVE: "?",
    verdict_pb2.OUTCOME_SKIPPED: "-",
}
LEGEND = """\
Checks: ok passed, FAIL failed, ? could not tell, - not judged; those of the claim that decided.
A face is not judged where none is enrolled; whether it is alive, nothing here can judge."""
_WIDTHS = (4, 28, 24, 24)
_GAP = "  "


@dataclass(frozen=True)
class Row:
    """One scene played."""

    done: str
    expected: str
    got: str
    record: attendance_record_pb2.AttendanceRecord | None = None

    @property
    def as_expected(self) -> bool:
        """Whether what came is what should have come."""
        return self.got == self.expected


def exit_code(rows: Sequence[Row]) -> int:
    """0 when something was played and all of it went as it should, else 1."""
    return 0 if rows and all(row.as_expected for row in rows) else 1


def render(rows: Sequence[Row]) -> str:
    """The table as text, in aligned columns; a `!` marks what differs from what it should be."""
    heading = _lines(("", "what was done", "expected", "got"), [name for _, name in _CHECKS])
    ruled = "-" * max(map(len, heading))
    lines = [*heading, ruled]
    for number, row in enumerate(rows, 1):
        mark = f"{number:2}" if row.as_expected else f"{number:2} !"
        lines += _lines((mark, row.done, row.expected, row.got), _verdicts(row.record))
    good = sum(row.as_expected for row in rows)
    return "\n".join([*lines, ruled, f"{good} of {len(rows)} scenes went as they should."])


def standing(record: attendance_record_pb2.AttendanceRecord) -> str:
    """Where a record stands, with the required checks that flagged it: "FLAGGED: LOCATION OUTSIDE"."""
    status = status_name(record.status)
    if record.status != attendance_record_pb2.RECORD_STATUS_FLAGGED:
        return status
    faults = [
        f"{_short(verdict_pb2.Check, verdict.check)} {_short(verdict_pb2.VerdictReason, verdict.reason)}"
        for verdict in _deciding(record)
        if _stands_against(record, verdict) and _required(record.policy, verdict.check)
    ]
    return f"{status}: {', '.join(faults)}"


def status_name(status: attendance_record_pb2.RecordStatus) -> str:
    """A status in short."""
    return _short(attendance_record_pb2.RecordStatus, status)


def attention_name(record: attendance_record_pb2.AttendanceRecord) -> str:
    """What kind of look a flagged record needs, in short."""
    return _short(attendance_record_pb2.Attention, record.attention)


def reason_for(record: attendance_record_pb2.AttendanceRecord, check: verdict_pb2.Check) -> str:
    """Why a check of the deciding claim found what it found."""
    for verdict in _deciding(record):
        if verdict.check == check:
            return _short(verdict_pb2.VerdictReason, verdict.reason)
    return "(not judged)"


def _deciding(record: attendance_record_pb2.AttendanceRecord) -> Sequence[verdict_pb2.Verdict]:
    for claim in record.claims:
        if claim.claim_id == record.deciding_claim_id:
            return claim.verdicts
    return ()


def _stands_against(record: attendance_record_pb2.AttendanceRecord, verdict: verdict_pb2.Verdict) -> bool:
    """Whether the verdict flags, if its check is required: a face not enrolled does where nothing stands in for it."""
    if verdict.reason == verdict_pb2.VERDICT_REASON_NO_CONSENT:
        signed_stands_in = record.policy.face_stand_in == attendance_session_pb2.FACE_STAND_IN_SIGNED_DEVICE
        return not (signed_stands_in and reason_for(record, verdict_pb2.CHECK_DEVICE) == "KEY_SIGNED")
    return verdict.outcome in {verdict_pb2.OUTCOME_FAILED, verdict_pb2.OUTCOME_INCONCLUSIVE}


def _required(policy: attendance_session_pb2.CheckPolicy, check: verdict_pb2.Check) -> bool:
    weighed = {
        verdict_pb2.CHECK_DEVICE: policy.device,
        verdict_pb2.CHECK_LOCATION: policy.location,
        verdict_pb2.CHECK_FACE: policy.face,
        verdict_pb2.CHECK_LIVENESS: policy.liveness,
    }
    always = attendance_session_pb2.REQUIREMENT_REQUIRED
    return weighed.get(check, always) == attendance_session_pb2.REQUIREMENT_REQUIRED


def _verdicts(record: attendance_record_pb2.AttendanceRecord | None) -> list[str]:
    found = {verdict.check: _WORDS.get(verdict.outcome, "") for verdict in _deciding(record)} if record else {}
    return [found.get(check, "") for check, _ in _CHECKS]


def _lines(texts: Sequence[str], checks: Sequence[str]) -> list[str]:
    """One row, over as many lines as its longest cell needs."""
    cells = [textwrap.wrap(text, width) for text, width in zip(texts, _WIDTHS, strict=True)]
    height = max(map(len, cells))
    checked = " ".join(word.ljust(len(name)) for word, (_, name) in zip(checks, _CHECKS, strict=True))
    lines = []
    for at in range(height):
        columns = [
            (cell[at] if at < len(cell) else "").ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)
        ]
        lines.append(_GAP.join([*columns, checked if at == 0 else ""]).rstrip())
    return lines


def _short(enum: Any, number: int) -> str:
    """The name of an enum's value without the prefix that all its values share."""
    name: str = enum.Name(number)
    prefix: str = enum.Name(0).removesuffix("UNSPECIFIED")
    return name.removeprefix(prefix)
