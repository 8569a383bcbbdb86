"""Terms, programmes and courses."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, or_, select, update

from absense_server.adapters.db.errors import unless_taken
from absense_server.adapters.db.rows import AnyRow, AnySelect, labelled
from absense_server.adapters.db.tables import (
    course_lecturers,
    course_programmes,
    courses,
    programmes,
    terms,
    users,
)
from absense_server.adapters.db.users import person_columns, to_person
from absense_server.domain.courses import Course, Programme, Term, TermState, folded
from absense_server.domain.errors.courses import CourseCodeTaken, CourseNotFound
from absense_server.domain.ids import CourseId, ProgrammeId, TermId, UserId
from absense_server.domain.people import Person
from absense_server.ports.findings import CourseFilter, Race

COURSE_TABLES = courses.join(terms, terms.c.id == courses.c.term_id)
COURSE_COLUMNS = (*labelled("course_", courses), *labelled("term_", terms))


class SqlCourses:
    """ports.data.Courses."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_term(self, term: Term) -> None:
        self._connection.execute(
            insert(terms).values(
                id=term.id, name=term.name, starts_at=term.starts_at, ends_at=term.ends_at, state=term.state
            )
        )

    def term(self, term_id: TermId) -> Term | None:
        return self._term(select(terms).where(terms.c.id == term_id))

    def current_term(self, now: datetime) -> Term | None:
        return self._term(
            select(terms)
            .where(terms.c.state == TermState.OPEN, terms.c.starts_at <= now, terms.c.ends_at > now)
            .order_by(terms.c.starts_at.desc(), terms.c.id.desc())
            .limit(1)
        )

    def _term(self, query: AnySelect) -> Term | None:
        row = self._connection.execute(query).one_or_none()
        return None if row is None else to_term(row)

    def add_programme(self, programme: Programme) -> None:
        with unless_taken(uq_programmes_code_folded=Race):
            self._connection.execute(
                insert(programmes).values(
                    id=programme.id,
                    code=programme.code,
                    code_folded=folded(programme.code),
                    name=programme.name,
                )
            )

    def programme_by_code(self, code: str) -> Programme | None:
        row = self._connection.execute(select(programmes).where(programmes.c.code_folded == folded(code))).one_or_none()
        return None if row is None else Programme(row.id, row.code, row.name)

    def known_programmes(self, ids: Collection[ProgrammeId]) -> frozenset[ProgrammeId]:
        return frozenset(self._connection.execute(select(programmes.c.id).where(programmes.c.id.in_(ids))).scalars())

    def add(self, course: Course) -> None:
        with unless_taken(uq_courses_term_id_code_folded=CourseCodeTaken):
            self._connection.execute(
                insert(courses).values(
                    id=course.id, term_id=course.term.id, created_at=course.created_at, **_what_changes(course)
                )
            )
        self._add_lecturers(course)
        self._add_programmes(course)

    def save(self, before: Course, after: Course) -> None:
        seen = (courses.c.id == before.id, courses.c.revision == before.revision)
        with unless_taken(uq_courses_term_id_code_folded=CourseCodeTaken):
            saved = self._connection.execute(update(courses).where(*seen).values(**_what_changes(after)))
        if saved.rowcount == 0:
            raise Race
        if after.lecturers != before.lecturers:
            self._connection.execute(delete(course_lecturers).where(course_lecturers.c.course_id == after.id))
            self._add_lecturers(after)
        if after.programme_ids != before.programme_ids:
            self._connection.execute(delete(course_programmes).where(course_programmes.c.course_id == after.id))
            self._add_programmes(after)

    def _add_lecturers(self, course: Course) -> None:
        if course.lecturers:
            self._connection.execute(
                insert(course_lecturers),
                [
                    {"course_id": course.id, "lecturer_id": lecturer.id, "position": position}
                    for position, lecturer in enumerate(course.lecturers)
                ],
            )

    def _add_programmes(self, course: Course) -> None:
        if course.programme_ids:
            self._connection.execute(
                insert(course_programmes),
                [{"course_id": course.id, "programme_id": programme} for programme in course.programme_ids],
            )

    def get(self, course_id: CourseId) -> Course:
        return self._one(courses.c.id == course_id)

    def closed(self, ids: Collection[CourseId]) -> frozenset[CourseId]:
        # the state is not a condition: those that are open are held too
        held = select(courses.c.id, terms.c.state).select_from(COURSE_TABLES).where(courses.c.id.in_(ids))
        rows = self._connection.execute(held.with_for_update(read=True, of=terms))
        return frozenset(row.id for row in rows if row.state is TermState.CLOSED)

    def by_code(self, term_id: TermId, code: str) -> Course | None:
        found = self._list(courses.c.term_id == term_id, courses.c.code_folded == folded(code))
        return found[0] if found else None

    def for_lecturer(self, lecturer_id: UserId, course_id: CourseId) -> Course:
        return self._one(courses.c.id == course_id, teaches(lecturer_id, courses.c.id))

    def list_for_lecturer(
        self, lecturer_id: UserId, *, include_archived: bool, query: str = "", after: UUID | None, limit: int
    ) -> Sequence[Course]:
        conditions = [teaches(lecturer_id, courses.c.id), *_named(query)]
        if not include_archived:
            conditions.append(~courses.c.archived)
        return self._list(*conditions, after=after, limit=limit)

    def list(self, which: CourseFilter, *, after: UUID | None, limit: int) -> Sequence[Course]:
        conditions = list(_named(which.query))
        if which.term_id is not None:
            conditions.append(courses.c.term_id == which.term_id)
        if which.open_terms:
            conditions.append(terms.c.state == TermState.OPEN)
        if which.without_lecturers:
            conditions.append(~exists().where(course_lecturers.c.course_id == courses.c.id))
        if not which.include_archived:
            conditions.append(~courses.c.archived)
        return self._list(*conditions, after=after, limit=limit)

    def search(self, query: str, *, after: UUID | None, limit: int) -> Sequence[Course]:
        return self.list(CourseFilter(query=query, open_terms=True), after=after, limit=limit)

    def _one(self, *conditions: ColumnElement[bool]) -> Course:
        found = self._list(*conditions)
        if not found:
            raise CourseNotFound
        return found[0]

    def _list(
        self, *conditions: ColumnElement[bool], after: UUID | None = None, limit: int | None = None
    ) -> Sequence[Course]:
        query = select(*COURSE_COLUMNS).select_from(COURSE_TABLES).where(*conditions)
        if after is not None:
            query = query.where(courses.c.id > after)
        rows = self._connection.execute(query.order_by(courses.c.id).limit(limit)).all()
        return to_courses(self._connection, rows)


def to_term(row: AnyRow) -> Term:
    """A row of terms."""
    return Term(row.id, row.name, row.starts_at, row.ends_at, row.state)


def _what_changes(course: Course) -> dict[str, object]:
    return {
        "code": course.code,
        "title": course.title,
        "code_folded": folded(course.code),
        "title_folded": folded(course.title),
        "level": course.level,
        "archived": course.archived,
        "enrollment_open": course.enrollment_open,
        "enrollment_from_at": course.enrollment_from_at,
        "enrollment_until_at": course.enrollment_until_at,
        "revision": course.revision,
    }


def _named(query: str) -> Iterable[ColumnElement[bool]]:
    """Whether code or title contains it; nothing to ask where it is empty."""
    piece = folded(query)
    if piece:
        yield or_(
            courses.c.code_folded.contains(piece, autoescape=True),
            courses.c.title_folded.contains(piece, autoescape=True),
        )


def teaches(lecturer_id: UserId, course_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the lecturer teaches the course that `course_id` names."""
    return course_id.in_(select(course_lecturers.c.course_id).where(course_lecturers.c.lecturer_id == lecturer_id))


def taught_by(connection: Connection, lecturer_id: UserId) -> Sequence[CourseId]:
    """The courses that the lecturer teaches."""
    taught = select(course_lecturers.c.course_id).where(course_lecturers.c.lecturer_id == lecturer_id)
    return connection.execute(taught).scalars().all()


def lecturers_of(connection: Connection, course_ids: Iterable[CourseId]) -> defaultdict[CourseId, tuple[Person, ...]]:
    """The lecturers of each course, in their order."""
    found: defaultdict[CourseId, tuple[Person, ...]] = defaultdict(tuple)
    for row in connection.execute(
        select(course_lecturers.c.course_id, *person_columns(users, "lecturer"))
        .join(users, users.c.id == course_lecturers.c.lecturer_id)
        .where(course_lecturers.c.course_id.in_(set(course_ids)))
        .order_by(course_lecturers.c.position, users.c.id)
    ):
        found[row.course_id] += (to_person(row, "lecturer"),)
    return found


def to_courses(connection: Connection, rows: Sequence[AnyRow]) -> list[Course]:
    """The courses that rows show in COURSE_COLUMNS, with lecturers and programmes: two statements for all."""
    ids = {row.course_id for row in rows}
    if not ids:
        return []
    lecturers = lecturers_of(connection, ids)
    programme_ids = defaultdict(set)
    for row in connection.execute(select(course_programmes).where(course_programmes.c.course_id.in_(ids))):
        programme_ids[row.course_id].add(row.programme_id)
    return [
        Course(
            id=row.course_id,
            code=row.course_code,
            title=row.course_title,
            term=Term(row.term_id, row.term_name, row.term_starts_at, row.term_ends_at, row.term_state),
            created_at=row.course_created_at,
            level=row.course_level,
            programme_ids=frozenset(programme_ids[row.course_id]),
            lecturers=lecturers[row.course_id],
            archived=row.course_archived,
            enrollment_open=row.course_enrollment_open,
            enrollment_from_at=row.course_enrollment_from_at,
            enrollment_until_at=row.course_enrollment_until_at,
            revision=row.course_revision,
        )
        for row in rows
    ]
