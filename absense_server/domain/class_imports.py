"""Terms, courses and who teaches them, as bundles have them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from absense_server.domain.courses import Course, Term, TermState, folded
from absense_server.domain.ids import CourseId, TermId, UserId
from absense_server.domain.imports import Change, ChangeKind, FaultKind, Faults, Place, Subject
from absense_server.domain.oneroster import ClassWish, SeatWish, TermWish
from absense_server.domain.people import Role, User


@dataclass(slots=True)
class ClassPlan:
    """What an import does to terms, courses and who teaches them."""

    terms: dict[str, Term] = field(default_factory=dict)
    """By what the source system calls them."""
    new_terms: list[Term] = field(default_factory=list)
    saved_terms: list[tuple[Term, Term]] = field(default_factory=list)
    """Before and after."""
    courses: dict[str, Course] = field(default_factory=dict)
    """By what the source system calls them."""
    new_courses: list[Course] = field(default_factory=list)
    saved_courses: list[tuple[Course, Course]] = field(default_factory=list)
    """Before and after."""
    lecturers: dict[CourseId, list[UserId]] = field(default_factory=dict)
    """Of courses of which others teach than before."""
    added: list[tuple[CourseId, UserId]] = field(default_factory=list)
    removed: list[tuple[CourseId, UserId]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0


class ClassPlanner:
    """Compares what a bundle says of terms and classes with what is there."""

    def __init__(self, *, faults: Faults, now: datetime, new_id: Callable[[], UUID]) -> None:
        self._faults = faults
        self._now = now
        self._new_id = new_id
        self.plan = ClassPlan()

    def add_terms(self, wishes: Iterable[TermWish], there: Iterable[Term], known: Mapping[str, UUID]) -> None:
        """A term is found as the source system calls it, else by its name."""
        terms = list(there)
        by_id: dict[UUID, Term] = {term.id: term for term in terms}
        by_name = {folded(term.name): term for term in terms}
        for wish in wishes:
            found = (by_id.get(known[wish.source_id]) if wish.source_id in known else None) or by_name.get(
                folded(wish.name)
            )
            if found is None:
                found = Term(TermId(self._new_id()), wish.name, wish.starts_at, wish.ends_at)
                by_name[folded(wish.name)] = found
                self.plan.new_terms.append(found)
                self._note(Subject.TERM, ChangeKind.CREATED, wish.name, wish.place)
            else:
                found = self._change_term(wish, found)
            self.plan.terms[wish.source_id] = found

    def _change_term(self, wish: TermWish, found: Term) -> Term:
        after = replace(found, name=wish.name, starts_at=wish.starts_at, ends_at=wish.ends_at)
        fields = tuple(
            name for name in ("name", "starts_at", "ends_at") if getattr(found, name) != getattr(after, name)
        )
        if not fields:
            self.plan.unchanged += 1
        elif not self._is_closed(wish.place, found, archived=False):
            self.plan.saved_terms.append((found, after))
            self._note(Subject.TERM, ChangeKind.CHANGED, wish.name, wish.place, fields)
        return after

    def add_classes(self, wishes: Iterable[ClassWish], there: Iterable[Course], known: Mapping[str, UUID]) -> None:
        """A course is found as the source system calls it, else by its code in its term."""
        courses = list(there)
        by_id: dict[UUID, Course] = {course.id: course for course in courses}
        by_code = {(course.term.id, folded(course.code)): course for course in courses}
        lines: dict[tuple[TermId, str], Place] = {}
        for wish in wishes:
            term = self.plan.terms.get(wish.term)
            if term is None:
                continue
            key = term.id, folded(wish.code)
            if key in lines:
                message = f"Line {lines[key].line} has this code in this term: give each class a classCode."
                self._fault(wish.place, FaultKind.DUPLICATE, message, "classCode", wish.code)
                continue
            lines[key] = wish.place
            found = by_id.get(known[wish.source_id]) if wish.source_id in known else None
            holder = by_code.get(key)
            if found is not None and holder is not None and holder.id != found.id:
                message = "Another course has this code in this term."
                self._fault(wish.place, FaultKind.CONFLICT, message, "classCode", wish.code)
                continue
            found = found or holder
            if found is None:
                self._make(wish, term)
            else:
                self._change(wish, term, found)

    def _make(self, wish: ClassWish, term: Term) -> None:
        if self._is_closed(wish.place, term, archived=False):
            return
        course = Course(CourseId(self._new_id()), wish.code, wish.title, term, self._now)
        self.plan.courses[wish.source_id] = course
        self.plan.new_courses.append(course)
        self._note(Subject.COURSE, ChangeKind.CREATED, f"{wish.code} {wish.title}", wish.place)

    def _change(self, wish: ClassWish, term: Term, found: Course) -> None:
        if found.term.id != term.id:
            message = "This course is in another term, and stays there. Give the class another sourcedId."
            self._fault(wish.place, FaultKind.CONFLICT, message, "termSourcedIds", wish.term)
            return
        self.plan.courses[wish.source_id] = found
        fields = tuple(name for name in ("code", "title") if getattr(found, name) != getattr(wish, name))
        if not fields:
            self.plan.unchanged += 1
        elif not self._is_closed(wish.place, found.term, archived=found.archived):
            after = replace(found, code=wish.code, title=wish.title, revision=found.revision + 1)
            self.plan.courses[wish.source_id] = after
            self.plan.saved_courses.append((found, after))
            self._note(Subject.COURSE, ChangeKind.CHANGED, f"{wish.code} {wish.title}", wish.place, fields)

    def _is_closed(self, place: Place, term: Term, *, archived: bool) -> bool:
        closed = archived or term.state is TermState.CLOSED
        if closed:
            message = "This term is closed, or the course archived; nothing of it changes any more."
            self._fault(place, FaultKind.CONFLICT, message)
        return closed

    def require_teachable(self, place: Place, course: Course) -> None:
        """Note where nobody comes or goes any more."""
        self._is_closed(place, course.term, archived=course.archived)

    def add_teachers(self, course: Course, seats: Iterable[tuple[SeatWish, User]]) -> None:
        """Who teaches a course from now on, besides those who do."""
        teaching = [lecturer.id for lecturer in course.lecturers]
        before, place = list(teaching), Place(0)
        for seat, user in seats:
            if user.role is not Role.LECTURER:
                message = "This person's role in roles.csv is not teacher."
                self._fault(seat.place, FaultKind.CONFLICT, message, "role", seat.user_id)
            elif seat.enrollment.end == (user.id not in teaching):
                self.plan.unchanged += 1
            elif seat.enrollment.end:
                teaching.remove(user.id)
                self.plan.removed.append((course.id, user.id))
                self._note(Subject.LECTURER, ChangeKind.ENDED, f"{user.full_name} in {course.code}", seat.place)
            else:
                teaching.append(user.id)
                self.plan.added.append((course.id, user.id))
                self._note(Subject.LECTURER, ChangeKind.CREATED, f"{user.full_name} in {course.code}", seat.place)
            place = seat.place
        if before and not teaching:
            self._fault(place, FaultKind.CONFLICT, "This course would have no lecturer left.", "status")
        if teaching != before:
            self.plan.lecturers[course.id] = teaching
            self.require_teachable(place, course)

    def _note(self, subject: Subject, kind: ChangeKind, name: str, place: Place, fields: tuple[str, ...] = ()) -> None:
        self.plan.changes.append(Change(subject, kind, name, place, fields))

    def _fault(self, place: Place, kind: FaultKind, message: str, column: str = "", value: str = "") -> None:
        self._faults.add(place, kind, message, column, value)
