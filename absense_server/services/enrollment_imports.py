"""Courses' lists, brought in line with files."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from absense_server.domain import audit
from absense_server.domain.audit import Action, AuditEvent
from absense_server.domain.claims import Announcement
from absense_server.domain.courses import Course
from absense_server.domain.csv_tables import Table
from absense_server.domain.enrollment_imports import (
    COLUMNS,
    EnrollmentPlan,
    EnrollmentWish,
    ListPlanner,
    Registry,
    StudentFinder,
    read_enrollments,
)
from absense_server.domain.ids import CourseId, RecordId, SessionId, UserId
from absense_server.domain.import_cells import Cells
from absense_server.domain.imports import FaultKind, Faults, Place, Reading, Report, report
from absense_server.domain.people import Caller
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.outside import Addresses, Clock, EventBus, Ids, Threads
from absense_server.services.callers import hold_caller
from absense_server.services.enrolled_records import judge_with_enrollment
from absense_server.services.import_uploads import ImportUploads
from absense_server.services.settle import settle
from absense_server.services.unhurried import unhurried
from absense_server.services.user_changes import change_event


@dataclass(frozen=True, slots=True)
class ListImport:
    """What to do with a file."""

    course_id: CourseId
    dry_run: bool = False
    end_missing: bool = False
    """End what runs of students whom the file does not name."""
    pass_over_unknown: bool = False
    """Students who are not there are reported, and keep nobody else from being enrolled."""


@dataclass(frozen=True, slots=True)
class _Done:
    report: Report
    changed: tuple[RecordId | SessionId, ...] = ()
    to_write: bool = False
    """Nothing is wrong, and something changes: what was only looked at so far shall be written."""


class EnrollmentImports:
    """Use cases of lecturers. Reading and comparing take long, and have their own threads."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        import_threads: Threads,
        uploads: ImportUploads,
        addresses: Addresses,
        zone: ZoneInfo,
        events: EventBus,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._import_threads = import_threads
        self._uploads = uploads
        self._addresses = addresses
        self._zone = zone
        self._events = events
        self._clock = clock
        self._ids = ids

    async def run(
        self, caller: Caller, asked: ListImport, announced: Announcement, chunks: AsyncIterator[bytes]
    ) -> Report:
        """Bring the course's list in line with a file, all of it or, where anything is wrong with it, nothing.

        Raises CourseNotFound, CourseArchived, TermClosed, SignInEnded, ImportMalformed, Overloaded, and what
        ImportUploads.receive raises.
        """
        await self._threads.run(self._require_course, caller, asked.course_id)
        async with self._uploads.receive(announced, chunks) as data:
            return await self._import_threads.run(self._run, caller, asked, data)

    def _require_course(self, caller: Caller, course_id: CourseId) -> None:
        with self._uow(read_only=True) as tx:
            tx.courses.for_lecturer(caller.id, course_id).require_teachable()

    def _run(self, caller: Caller, asked: ListImport, data: bytes) -> Report:
        faults = Faults()
        table = Table(data, COLUMNS, faults)
        cells = Cells(faults, self._zone, self._addresses.normalized)
        wishes = list(unhurried(read_enrollments(table, table, cells)))
        if asked.end_missing and not table.row_count:
            message = "The file names nobody, and would take everybody off the list."
            faults.add(Place(0), FaultKind.MISSING, message)
        reading = Reading(table.row_count, table.encoding, faults, table.headers)
        # first without keeping anybody from writing: of most files nothing comes, or a list of faults
        done = self._attempt(caller, asked, reading, wishes, writing=False)
        if done.to_write:
            done = settle(lambda: self._attempt(caller, asked, reading, wishes, writing=True))
        self._events.publish(*done.changed)
        return done.report

    def _attempt(
        self, caller: Caller, asked: ListImport, reading: Reading, wishes: Sequence[EnrollmentWish], *, writing: bool
    ) -> _Done:
        with self._uow(read_only=not writing) as tx:
            if writing:
                hold_caller(tx, caller)
            course = tx.courses.for_lecturer(caller.id, asked.course_id)
            course.require_teachable()
            now = self._clock.now()
            faults, passed_over = Faults(), Faults()
            comparison = _Comparison(
                course=course,
                now=now,
                end_missing=asked.end_missing and not reading.faults.count,
                faults=faults,
                unknown=passed_over if asked.pass_over_unknown else faults,
            )
            plan = self._plan(tx, comparison, wishes, hold=writing)
            applied = not (asked.dry_run or reading.faults.count or faults.count)
            done = report(reading, plan.difference, faults + passed_over, applied=applied)
            to_write = applied and bool(done.changes)
            if not (writing and to_write):
                return _Done(done, to_write=to_write)
            # whoever closes the term waits, or is waited for: enrollments judge records again
            tx.terms.share(course.term.id).require_open()
            changed = write_lists(tx, caller, {course.id: plan}, now)
            event = audit.event(Action.ENROLLMENTS_IMPORTED, caller, now, course.id, **done.facts)
            tx.audit.add(event)
            tx.commit()
        return _Done(done, changed)

    def _plan(
        self, tx: Transaction, comparison: "_Comparison", wishes: Sequence[EnrollmentWish], *, hold: bool
    ) -> EnrollmentPlan:
        course, faults = comparison.course, comparison.faults
        numbers = {wish.number for wish in wishes if wish.number}
        emails = {wish.email for wish in wishes if wish.email}
        named = {user.id for user in tx.imports.named(numbers, emails)}
        listed = {row.student_id for row in tx.imports.enrollments([course.id]).get(course.id, ())}
        users = tx.imports.users(named | (listed if comparison.end_missing else set()), hold=hold)
        registry = Registry.of((user for user in users if user.id in named), tx.imports.programmes())
        planner = ListPlanner(
            course=course.code,
            # read again: who was not held may have come or gone
            there=tx.imports.enrollments([course.id]).get(course.id, ()),
            programmes=registry.programmes,
            faults=faults,
            now=comparison.now,
            new_id=self._ids.new,
        )
        kept = plan_lines(planner, StudentFinder(registry, faults, comparison.unknown), wishes)
        if comparison.end_missing and not faults.count:
            planner.end_missing({user.id: user for user in users}, kept)
        return planner.plan


@dataclass(frozen=True, slots=True)
class _Comparison:
    course: Course
    now: datetime
    end_missing: bool
    faults: Faults
    unknown: Faults
    """Where students are noted who are not there."""


def plan_lines(planner: ListPlanner, finder: StudentFinder, wishes: Sequence[EnrollmentWish]) -> set[UserId]:
    """Plan what lines ask for; returns students who are named by lines that are passed over."""
    kept: set[UserId] = set()
    for wish in wishes:
        before = len(finder.vouched)
        student = finder.find(wish)
        if student is None:
            names = (finder.registry.by_number.get(wish.number or ""), finder.registry.by_email.get(wish.email or ""))
            kept |= {user.id for user in names if user is not None}
            continue
        planner.add(wish, student, vouched=len(finder.vouched) > before)
    planner.plan.vouched = finder.vouched
    return kept


def write_lists(
    tx: Transaction, caller: Caller, plans: Mapping[CourseId, EnrollmentPlan], now: datetime
) -> tuple[RecordId | SessionId, ...]:
    """Write what was planned, and judge again what it comes to cover; returns whose watchers want to hear of it.

    Raises Race.
    """
    if vouched := [pair for plan in plans.values() for pair in plan.vouched]:
        tx.imports.save_users([after for _, after in vouched])
        tx.audit.add(*(change_event(caller, now, before, after, 0) for before, after in vouched))
    if saved := [after for plan in plans.values() for _, after in plan.saved]:
        tx.imports.save_enrollments(saved)
    if new := {course_id: plan.new for course_id, plan in plans.items() if plan.new}:
        tx.imports.add_enrollments(new)
    if events := [event for course_id, plan in plans.items() for event in _events(caller, course_id, plan, now)]:
        tx.audit.add(*events)
    widened = {student_id for plan in plans.values() for student_id in plan.widened}
    if not widened:
        return ()
    return judge_with_enrollment(tx, caller, tx.imports.unenrolled(sorted(plans), sorted(widened)), now)


def _events(caller: Caller, course_id: CourseId, plan: EnrollmentPlan, now: datetime) -> Iterator[AuditEvent]:
    for before, after in plan.saved:
        action = Action.ENROLLMENT_ENDED if after.end < before.end else Action.ENROLLED
        yield audit.event(action, caller, now, after.id, course=str(course_id), source="import")
    for enrolled in plan.new:
        yield audit.event(Action.ENROLLED, caller, now, enrolled.id, course=str(course_id), source="import")
