"""A university in PostgreSQL, brought in by COPY: the same people and courses, with as much attendance as is said.

2,000 courses of 60 students, who have six courses each; a lecturer has ten. In courses that were held there were ten
sessions, a week apart, of which the last is open in one course of twenty; each has 50 records, with one claim and two
verdicts. Courses that were held are alike, however many they are.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any, TextIO, cast
from uuid import UUID

import psycopg2

COURSES = 2_000
COURSE_STUDENTS = 60
COURSE_SESSIONS = 10
SESSION_RECORDS = 50
STUDENT_COURSES = 6
LECTURER_COURSES = 10
OPEN_EVERY, OPEN_FIRST = 20, 4
_KINDS = (
    "term", "programme", "lecturer", "admin", "student", "device", "course", "enrollment", "session", "record",
    "claim", "decision", "appeal", "event", "match", "reset", "wish",
)  # fmt: skip
_PROGRAMMES = 20
_DECIDED = 11
"""Of each 25 records."""
_TEACHING = timedelta(days=5)
"""Of each week."""
_BLOCK = 1 << 20
_CHECKS = "REQUIRED", "REQUIRED", "OFF", "OFF", "2026-12", "LOOK"

_Row = Iterable[object]


def key(kind: str, number: int) -> UUID:
    """The id of a row, numbered from 0 on: of two rows the later one's is greater, as with ids made by time."""
    return UUID(int=(_KINDS.index(kind) << 96) + number)


@dataclass(frozen=True)
class University:
    """With so much attendance."""

    held: range
    """The courses that were held, of COURSES."""
    now: datetime
    password_hash: str
    """Of everybody's password."""

    students = COURSES * COURSE_STUDENTS // STUDENT_COURSES
    lecturers = COURSES // LECTURER_COURSES

    @property
    def sessions(self) -> int:
        return len(self.held) * COURSE_SESSIONS

    @property
    def records(self) -> int:
        return self.sessions * SESSION_RECORDS

    def session(self, week: int, course: int) -> int:
        """The number of a session: they are numbered week by week."""
        return week * len(self.held) + self.held.index(course)

    def course_of(self, session: int) -> int:
        """The number of its course."""
        return self.held[session % len(self.held)]

    def opens(self, session: int) -> datetime:
        """When it opens."""
        week, course = session // len(self.held), self.course_of(session)
        if week == COURSE_SESSIONS - 1 and course % OPEN_EVERY == OPEN_FIRST:
            return self.now - timedelta(minutes=10)
        # one after the other, as they are numbered: what is written later is about what happened later
        return (
            self.now - timedelta(weeks=COURSE_SESSIONS - week) + _TEACHING * (session % len(self.held)) / len(self.held)
        )

    def student_in(self, course: int, seat: int) -> int:
        """Who sits on one of the COURSE_STUDENTS seats of a course."""
        return (course + seat * COURSES) // STUDENT_COURSES

    def tables(self) -> Iterator[tuple[str, Iterator[_Row]]]:
        """Each table with its columns, and its rows."""
        yield "terms (id, name, starts_at, ends_at, state)", iter([
            (key("term", 0), "Autumn", self.now - timedelta(weeks=12), self.now + timedelta(weeks=4), "OPEN")
        ])  # fmt: skip
        yield (
            "programmes (id, code, code_folded, name)",
            ((key("programme", n), f"P{n}", f"p{n}", "Programme") for n in range(_PROGRAMMES)),
        )
        yield (
            (
                "users (id, email, institution_number, claimed_number, full_name, full_name_folded, role, state,"
                " programme_id, level, password_hash, created_at)"
            ),
            self._users(),
        )
        yield (
            "devices (id, student_id, identifier_mac, platform, model, public_key, bound_at, unbound_at)",
            (
                (key("device", n), key("student", n), _hex(n), "ANDROID", "Pixel", _hex(n), self.now, None)
                for n in range(self.students)
            ),
        )
        yield (
            "device_reset_requests (id, student_id, device_id, reason, state, created_at, note)",
            (
                (key("reset", n), key("student", n), key("device", n), "lost", "PENDING", self.now, "")
                for n in range(0, self.students, 10)
            ),
        )
        yield (
            (
                "courses (id, term_id, code, title, code_folded, title_folded, level, archived, enrollment_open,"
                " created_at, revision)"
            ),
            (
                (key("course", n), key("term", 0), f"CS{n}", "Logic", f"cs{n}", "logic", 0, False, True, self.now, 1)
                for n in range(COURSES)
            ),
        )
        yield (
            "course_lecturers (course_id, lecturer_id, position)",
            ((key("course", n), key("lecturer", n // LECTURER_COURSES), 0) for n in range(COURSES)),
        )
        yield "course_claims (id, course_id, lecturer_id, note, state, created_at, decision_note)", (
            (key("wish", n), key("course", n), key("lecturer", (n // LECTURER_COURSES + 1) % self.lecturers), "",
             "PENDING", self.now, "") for n in range(0, COURSES, 2)
        )  # fmt: skip
        yield "enrollments (id, student_id, course_id, programme_id, level, from_at, until_at)", self._enrollments()
        yield (
            (
                "attendance_sessions (id, course_id, session_code, room, opens_at, ends_at, sealed_at, policy_device,"
                " policy_location, policy_face, policy_liveness, policy_version, policy_stand_in, code_life_ms,"
                " code_overlap_ms, generation, generation_started_at, typed_code_allowed, created_at, created_by,"
                " revision)"
            ),
            self._sessions(),
        )
        yield (
            "code_generations (session_id, number, started_at)",
            ((key("session", n), 1, self.opens(n)) for n in range(self.sessions)),
        )
        yield (
            (
                "attendance_records (id, session_id, student_id, course_id, status, attention, source, late, enrolled,"
                " policy_device, policy_location, policy_face, policy_liveness, policy_version, policy_stand_in,"
                " deciding_claim_id, created_at, updated_at, revision)"
            ),
            self._records(),
        )
        yield (
            (
                "claims (record_id, number, student_id, claim_id, proof, generation, step, seen_at, received_at,"
                " fingerprint, device_bound, device_key_bound, device_identifier_given, device_identifier_matches,"
                " device_signed, device_signature_holds, device_statement_matches)"
            ),
            self._claims(),
        )
        yield "verdicts (record_id, number, check_name, outcome, reason, unit)", self._verdicts()
        yield "decisions (id, record_id, decided_by, decided_at, reason, from_status, to_status)", (
            (key("decision", n), key("record", n), key("lecturer", 0), self.now, "seen in the hall", "FLAGGED",
             "CONFIRMED") for n in range(_DECIDED, self.records, 25)
        )  # fmt: skip
        yield "appeals (id, session_id, student_id, course_id, text, state, created_at, reason)", self._appeals()
        yield (
            "verification_log (id, kind, student_id, record_id, number, at, outcome, reason, model, detector, took_ms)"
        ), (
            (key("match", n), "CLAIM", self._whose(n)[1], key("record", n), 1, self._written_at(n), "PASSED",
             "FACE_MATCHES", "SFace", "yunet", 60) for n in range(0, self.records, 5)
        )  # fmt: skip
        yield (
            "audit_events (id, action, at, actor_id, subject_id, request_id, facts)",
            (
                (
                    key("event", n),
                    "CLAIM_KEPT",
                    self._written_at(n),
                    self._whose(n)[1],
                    key("record", n),
                    "request",
                    "{}",
                )
                for n in range(0, self.records, 4)
            ),
        )

    def _users(self) -> Iterator[_Row]:
        def one(kind: str, number: int, role: str, programme: UUID | None = None) -> _Row:
            name = f"{kind.title()} {number}"
            return (
                key(kind, number), f"{kind}-{number}@example.edu", f"{kind}/{number}", "", name, name.casefold(), role,
                "ACTIVE", programme, 100 if programme else 0, self.password_hash, self.now,
            )  # fmt: skip

        yield one("admin", 0, "ADMIN")
        yield from (one("lecturer", n, "LECTURER") for n in range(self.lecturers))
        for n in range(self.students):
            yield one("student", n, "STUDENT", key("programme", n % _PROGRAMMES))

    def _enrollments(self) -> Iterator[_Row]:
        began = self.now - timedelta(weeks=11)
        for n in range(self.students * STUDENT_COURSES):
            student, course = n // STUDENT_COURSES, n % COURSES
            programme = key("programme", student % _PROGRAMMES)
            yield key("enrollment", n), key("student", student), key("course", course), programme, 100, began, None

    def _sessions(self) -> Iterator[_Row]:
        for n in range(self.sessions):
            course, opens = self.course_of(n), self.opens(n)
            ends = opens + timedelta(hours=2)
            sealed = ends if ends < self.now else None
            yield (
                key("session", n), key("course", course), f"C{n}", "Great Hall", opens, ends, sealed, *_CHECKS, 60_000,
                10_000, 1, opens, True, opens, key("lecturer", course // LECTURER_COURSES), 1,
            )  # fmt: skip

    def _at(self, record: int) -> datetime:
        return self.opens(record // SESSION_RECORDS) + timedelta(seconds=record % SESSION_RECORDS)

    def _written_at(self, record: int) -> datetime:
        """Of the logs, which are written as time goes by, and read in that order."""
        return self.now - timedelta(weeks=COURSE_SESSIONS) * (self.records - record) / self.records

    def _whose(self, record: int) -> tuple[int, UUID]:
        """Course and student."""
        session, seat = divmod(record, SESSION_RECORDS)
        course = self.course_of(session)
        return course, key("student", self.student_in(course, (seat + session // len(self.held)) % COURSE_STUDENTS))

    def _records(self) -> Iterator[_Row]:
        for n in range(self.records):
            course, student = self._whose(n)
            flagged = n % 25 == 0
            yield (
                key("record", n), key("session", n // SESSION_RECORDS), student, key("course", course),
                "FLAGGED" if flagged else "CONFIRMED", "NEEDS_LOOK" if flagged else None, "CLAIM", n % 7 == 0, True,
                *_CHECKS, key("claim", n), self._at(n), self._at(n), 2 if n % 25 == _DECIDED else 1,
            )  # fmt: skip

    def _claims(self) -> Iterator[_Row]:
        for n in range(self.records):
            at = self._at(n)
            yield (
                key("record", n), 1, self._whose(n)[1], key("claim", n), "TICKET", 1, 17, at, at, _hex(n),
                *(True,) * 7,
            )  # fmt: skip

    def _verdicts(self) -> Iterator[_Row]:
        for n in range(self.records):
            yield key("record", n), 1, "DEVICE", "PASSED", "KEY_SIGNED", ""
            inside = ("INCONCLUSIVE", "NO_FIX") if n % 25 == 0 else ("PASSED", "INSIDE")
            yield key("record", n), 1, "LOCATION", *inside, ""

    def _appeals(self) -> Iterator[_Row]:
        for n in range(0, self.records, SESSION_RECORDS):
            course, student = self._whose(n)
            if (course + n // SESSION_RECORDS // len(self.held)) % 4:
                continue
            yield (
                key("appeal", n), key("session", n // SESSION_RECORDS), student, key("course", course), "I was there",
                "PENDING", self.now, "",
            )  # fmt: skip


def load(url: str, university: University) -> float:
    """Fill a migrated database; the seconds that COPY took."""
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        # nothing is checked row by row
        cursor.execute("SET session_replication_role = replica")
        began = perf_counter()
        for table, rows in university.tables():
            cursor.copy_expert(f"COPY {table} FROM STDIN", cast("TextIO", _Lines(rows)))
        seconds = perf_counter() - began
    connection.autocommit = True
    connection.cursor().execute("VACUUM ANALYZE")
    connection.close()
    return seconds


class _Lines:
    """A file of rows in COPY's text format, made while it is read."""

    def __init__(self, rows: Iterator[_Row]) -> None:
        self._rows = rows
        self._rest = ""

    def read(self, size: int = _BLOCK) -> str:
        """The next characters."""
        pieces, have = [self._rest], len(self._rest)
        for row in self._rows:
            line = "\t".join(map(_text, row)) + "\n"
            pieces.append(line)
            have += len(line)
            if have >= size:
                break
        whole = "".join(pieces)
        self._rest = whole[size:]
        return whole[:size]


_WRITTEN: dict[type[Any], Callable[[Any], str]] = {type(None): lambda _: "\\N", datetime: datetime.isoformat}


def _text(value: object) -> str:
    return _WRITTEN.get(type(value), str)(value)


def _hex(number: int) -> str:
    return f"\\\\x{number:016x}"
