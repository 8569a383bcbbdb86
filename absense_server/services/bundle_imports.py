"""Whole schools from OneRoster bundles: accounts, terms, courses, who teaches and who is enrolled."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.class_imports import ClassPlan, ClassPlanner
from absense_server.domain.courses import Course, Term
from absense_server.domain.enrollment_imports import EnrollmentPlan, ListPlanner
from absense_server.domain.ids import CourseId, RecordId, SessionId, UserId
from absense_server.domain.import_bundles import UNPACKED_FACTOR, unpacked
from absense_server.domain.import_cells import Cells
from absense_server.domain.imports import Difference, FaultKind, Faults, Reading, Report, SourceKind, report
from absense_server.domain.oneroster import COLUMN_NAMES, WANTED, Bundle, BundleReader, SeatWish
from absense_server.domain.people import Caller, Role, User, UserState
from absense_server.domain.user_imports import UserPlan, UserPlanner
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import Race
from absense_server.ports.outside import Addresses, Clock, EventBus, Ids
from absense_server.services.administrators import require_admin
from absense_server.services.enrollment_imports import write_lists
from absense_server.services.mails import Mails
from absense_server.services.settle import settle
from absense_server.services.unhurried import unhurried
from absense_server.services.user_import_writing import UserImport, registry_of, write_users

_TAUGHT = frozenset({UserState.ACTIVE, UserState.INVITED})


@dataclass(frozen=True, slots=True)
class _Plan:
    users: UserPlan
    classes: ClassPlan
    lists: Mapping[CourseId, EnrollmentPlan]
    new_ids: Mapping[SourceKind, Mapping[str, UUID]]
    """What the source system calls things that it has not named before."""

    @property
    def difference(self) -> Difference:
        changes = [*self.users.changes, *self.classes.changes]
        unchanged = self.users.unchanged + self.classes.unchanged
        for plan in self.lists.values():
            changes += plan.changes
            unchanged += plan.unchanged
        return Difference(changes, unchanged)


@dataclass(frozen=True, slots=True)
class _Done:
    report: Report
    changed: tuple[RecordId | SessionId, ...] = ()
    to_write: bool = False
    """Nothing is wrong, and something changes: what was only looked at so far shall be written."""


class BundleImports:
    """Compares bundles with what is there, and writes the difference."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        addresses: Addresses,
        mails: Mails,
        zone: ZoneInfo,
        max_bytes: int,
        events: EventBus,
        clock: Clock,
        ids: Ids,
    ) -> None:
        """`max_bytes`: of a file that is imported; unpacked, UNPACKED_FACTOR times as much."""
        self._uow = uow
        self._addresses = addresses
        self._mails = mails
        self._zone = zone
        self._limit = UNPACKED_FACTOR * max_bytes
        self._events = events
        self._clock = clock
        self._ids = ids

    def run(self, caller: Caller, asked: UserImport, data: bytes) -> Report:
        """Import a bundle, all of it or, where anything is wrong with it, nothing. It takes long.

        Raises SignInEnded, ImportMalformed, ImportTooLarge.
        """
        files = unpacked(data, WANTED, self._limit)
        faults = Faults()
        cells = Cells(faults, self._zone, self._addresses.normalized)
        bundle = BundleReader(files, cells, unhurried).read()
        reading = Reading(bundle.rows, bundle.encoding, faults, COLUMN_NAMES)
        # first without keeping anybody from writing: of many files nothing comes, or a list of faults
        done = self._attempt(caller, asked, reading, bundle, writing=False)
        if done.to_write:
            done = settle(lambda: self._attempt(caller, asked, reading, bundle, writing=True))
        self._events.publish(*done.changed)
        return done.report

    def _attempt(self, caller: Caller, asked: UserImport, reading: Reading, bundle: Bundle, *, writing: bool) -> _Done:
        with self._uow(read_only=not writing) as tx:
            require_admin(tx, caller)
            now = self._clock.now()
            faults = Faults()
            plan = self._plan(tx, bundle, faults, now, hold=writing)
            applied = not (asked.dry_run or reading.faults.count or faults.count)
            done = report(reading, plan.difference, faults, applied=applied, order=WANTED)
            to_write = applied and bool(done.changes or any(plan.new_ids.values()))
            if not (writing and to_write):
                return _Done(done, to_write=to_write)
            changed = self._write(tx, caller, plan, now, invite=asked.send_invitations)
            facts = {**done.facts, "passed_over": str(bundle.passed_over)}
            tx.audit.add(audit.event(Action.USERS_IMPORTED, caller, now, None, format=asked.format.value, **facts))
            tx.commit()
        return _Done(done, changed)

    def _plan(self, tx: Transaction, bundle: Bundle, faults: Faults, now: datetime, *, hold: bool) -> _Plan:
        wanted = {
            SourceKind.USER: [wish.source_id for wish in bundle.users],
            SourceKind.TERM: [wish.source_id for wish in bundle.terms],
            SourceKind.CLASS: [wish.source_id for wish in bundle.classes],
        }
        known = {kind: tx.imports.source_ids(kind, names) for kind, names in wanted.items()}
        others = [UserId(user_id) for user_id in known[SourceKind.USER].values()]
        registry = registry_of(tx, bundle.users, hold=hold, others=others)
        by_id: dict[UUID, User] = {user.id: user for user in registry.users}
        by_source = {name: by_id[key] for name, key in known[SourceKind.USER].items() if key in by_id}
        people = UserPlanner(registry=registry, faults=faults, now=now, new_id=self._ids.new, known=by_source)
        for wish in bundle.users:
            people.add(wish)

        classes = ClassPlanner(faults=faults, now=now, new_id=self._ids.new)
        classes.add_terms(bundle.terms, tx.imports.terms(), known[SourceKind.TERM])
        course_ids = [CourseId(course_id) for course_id in known[SourceKind.CLASS].values()]
        term_ids = {term.id for term in classes.plan.terms.values()}
        classes.add_classes(bundle.classes, tx.imports.courses(course_ids, term_ids), known[SourceKind.CLASS])
        lists = self._lists(tx, bundle, people.plan, classes, faults, now)

        found: dict[SourceKind, Mapping[str, UUID]] = {
            SourceKind.USER: {name: user.id for name, user in people.plan.by_source.items()},
            SourceKind.TERM: {name: term.id for name, term in classes.plan.terms.items()},
            SourceKind.CLASS: {name: course.id for name, course in classes.plan.courses.items()},
        }
        new_ids = {
            kind: {name: key for name, key in ids.items() if name not in known[kind]} for kind, ids in found.items()
        }
        return _Plan(people.plan, classes.plan, lists, new_ids)

    def _lists(  # noqa: PLR0917 - what is compared, and with what
        self, tx: Transaction, bundle: Bundle, people: UserPlan, classes: ClassPlanner, faults: Faults, now: datetime
    ) -> dict[CourseId, EnrollmentPlan]:
        students: defaultdict[str, list[tuple[SeatWish, User]]] = defaultdict(list)
        teachers: defaultdict[str, list[tuple[SeatWish, User]]] = defaultdict(list)
        for seat in bundle.seats:
            user = people.by_source.get(seat.user_id)
            if user is None:
                continue  # noted with the account
            (teachers if seat.role is Role.LECTURER else students)[seat.class_id].append((seat, user))
        courses = classes.plan.courses
        there = tx.imports.enrollments([courses[name].id for name in students if name in courses])
        lists: dict[CourseId, EnrollmentPlan] = {}
        for name, course in courses.items():
            if name in teachers:
                classes.add_teachers(course, teachers[name])
            if name in students:
                planner = ListPlanner(
                    course=course.code,
                    there=there.get(course.id, ()),
                    programmes={},
                    faults=faults,
                    now=now,
                    new_id=self._ids.new,
                )
                for seat, user in students[name]:
                    if _is_student(seat, user, faults):
                        planner.add(seat.enrollment, user)
                lists[course.id] = planner.plan
                _require_teachable(classes, course, planner.plan)
        return lists

    def _write(
        self, tx: Transaction, caller: Caller, plan: _Plan, now: datetime, *, invite: bool
    ) -> tuple[RecordId | SessionId, ...]:
        classes = plan.classes
        write_users(tx, caller, plan.users, self._mails, now, invite=invite)
        _write_terms(tx, classes)
        if classes.new_courses:
            tx.imports.add_courses(classes.new_courses)
        if classes.saved_courses:
            tx.imports.save_courses([after for _, after in classes.saved_courses])
        if classes.lecturers:
            tx.imports.set_lecturers(classes.lecturers)
        done = [
            *((Action.TERM_CREATED, term.id, {}) for term in classes.new_terms),
            *(
                (Action.TERM_CHANGED, after.id, {"changed": " ".join(_changed(before, after))})
                for before, after in classes.saved_terms
            ),
            *((Action.COURSE_CREATED, course.id, {}) for course in classes.new_courses),
            *((Action.COURSE_CHANGED, course.id, {}) for _, course in classes.saved_courses),
            *((Action.LECTURER_ADDED, course_id, {"lecturer": str(user)}) for course_id, user in classes.added),
            *((Action.LECTURER_REMOVED, course_id, {"lecturer": str(user)}) for course_id, user in classes.removed),
        ]
        if done:
            tx.audit.add(
                *(audit.event(action, caller, now, key, source="import", **facts) for action, key, facts in done)
            )
        for kind, ids in plan.new_ids.items():
            if ids:
                tx.imports.add_source_ids(kind, ids)
        return write_lists(tx, caller, plan.lists, now)


def _write_terms(tx: Transaction, classes: ClassPlan) -> None:
    """Raises Race where one was changed or closed since it was read."""
    before = {term.id: term for term, _ in classes.saved_terms}
    after = {term.id: term for _, term in classes.saved_terms}
    new = {term.id for term in classes.new_terms}
    for term in sorted(classes.terms.values(), key=lambda term: term.id):
        if term.id in new:
            continue
        # whoever closes the term waits, or is waited for: enrollments judge records again
        there = tx.terms.hold(term.id) if term.id in after else tx.terms.share(term.id)
        if there != before.get(term.id, term):
            raise Race
        if term.id in after:
            tx.terms.save(term)
    for term in classes.new_terms:
        tx.courses.add_term(term)


def _changed(before: Term, after: Term) -> list[str]:
    return [name for name in ("ends_at", "name", "starts_at") if getattr(before, name) != getattr(after, name)]


def _is_student(seat: SeatWish, user: User, faults: Faults) -> bool:
    if user.role is not Role.STUDENT:
        message = "This person's role in roles.csv is not student."
        faults.add(seat.place, FaultKind.CONFLICT, message, "role", seat.user_id)
        return False
    if user.state not in _TAUGHT:
        message = "This account cannot be enrolled: its address is not confirmed, or it is not approved."
        faults.add(seat.place, FaultKind.UNKNOWN, message, "userSourcedId", seat.user_id)
        return False
    return True


def _require_teachable(classes: ClassPlanner, course: Course, plan: EnrollmentPlan) -> None:
    if plan.changes:
        classes.require_teachable(plan.changes[0].place, course)
