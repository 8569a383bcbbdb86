"""Reports, through the contract: that each of them counts the same, and what else they say."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import grpc
import pytest
from sqlalchemy import update

from absense.v1 import (
    admin_service_pb2,
    attendance_figures_pb2,
    lecturer_service_pb2,
    student_service_pb2,
    verdict_pb2,
)
from absense_server.adapters.db.tables import attendance_sessions
from absense_server.domain.courses import Course, Enrollment
from absense_server.domain.ids import CourseId, ProgrammeId, SessionId, UserId
from absense_server.domain.people import User
from absense_server.domain.policy import Attention, RecordStatus
from absense_server.domain.records import AttendanceRecord, ProofKind, Sighting
from absense_server.domain.sessions import AttendanceSession
from absense_server.services.day_figures import DailyFigures
from absense_server.settings import Settings
from tests.integration.db.world import VERDICTS, World, a_claim
from tests.support.hall import Admin, Hall, Lecturer, Student, reason_of, seconds, timestamp

NEW_YORK = ZoneInfo("America/New_York")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
THRESHOLD = 0.75
Figures = attendance_figures_pb2.AttendanceFigures


@pytest.fixture
def make_settings(make_settings: Callable[..., Settings]) -> Callable[..., Settings]:
    """Settings of a server where the clocks change."""
    return lambda **given: make_settings(**{"time_zone": NEW_YORK.key, **given})


async def course_report(
    who: Lecturer | Admin, course_id: object, **fields: Any
) -> lecturer_service_pb2.GetCourseReportResponse:
    request = lecturer_service_pb2.GetCourseReportRequest(course_id=str(course_id), **fields)
    report: lecturer_service_pb2.GetCourseReportResponse = await lecturers(who.hall).GetCourseReport(
        request, metadata=who.metadata
    )
    return report


async def session_analytics(
    who: Lecturer | Admin, session_id: object, **fields: Any
) -> lecturer_service_pb2.GetSessionAnalyticsResponse:
    request = lecturer_service_pb2.GetSessionAnalyticsRequest(session_id=str(session_id), **fields)
    analytics: lecturer_service_pb2.GetSessionAnalyticsResponse = await lecturers(who.hall).GetSessionAnalytics(
        request, metadata=who.metadata
    )
    return analytics


async def analytics(admin: Admin, **fields: Any) -> admin_service_pb2.GetAnalyticsResponse:
    return await admin.stub.GetAnalytics(admin_service_pb2.GetAnalyticsRequest(**fields), metadata=admin.metadata)


async def dashboard(who: Lecturer) -> lecturer_service_pb2.LecturerServiceGetDashboardResponse:
    request = lecturer_service_pb2.LecturerServiceGetDashboardRequest()
    return await who.stub.GetDashboard(request, metadata=who.metadata)


async def own_dashboard(who: Student) -> student_service_pb2.StudentServiceGetDashboardResponse:
    return await who.stub.GetDashboard(student_service_pb2.StudentServiceGetDashboardRequest(), metadata=who.metadata)


async def absentees(who: Lecturer, session_id: object) -> list[str]:
    """The ids of the students, page by page."""
    found, token = [], ""
    while True:
        request = lecturer_service_pb2.ListAbsenteesRequest(session_id=str(session_id), page_size=2, page_token=token)
        page = await who.stub.ListAbsentees(request, metadata=who.metadata)
        found += [one.student.user_id for one in page.absentees]
        token = page.next_page_token
        if not token:
            return found


async def past_sessions(who: Student, **fields: Any) -> list[student_service_pb2.PastSession]:
    """Page by page."""
    found: list[student_service_pb2.PastSession] = []
    token = ""
    while True:
        request = student_service_pb2.ListAttendanceHistoryRequest(page_size=7, page_token=token, **fields)
        page = await who.stub.ListAttendanceHistory(request, metadata=who.metadata)
        found += page.sessions
        token = page.next_page_token
        if not token:
            return found


def lecturers(hall: Hall) -> Any:
    return hall.teacher.stub


def numbers(figures: Figures) -> Counter[str]:
    """What is not zero of some figures; that they add up is looked at on the way."""
    f = figures
    assert f.held == f.present + f.excused + f.undecided + f.absent
    known = f.present + f.absent
    assert (f.rate if f.HasField("rate") else None) == (f.present / known if known else None)
    return +Counter(present=f.present, late=f.late, excused=f.excused, undecided=f.undecided, absent=f.absent)


def summed(figures: Iterable[Figures]) -> Counter[str]:
    return sum((numbers(one) for one in figures), Counter())


def verdict_numbers(found: Iterable[attendance_figures_pb2.VerdictCount]) -> Counter[tuple[str, str]]:
    return +Counter({
        (
            verdict_pb2.Check.Name(one.check).removeprefix("CHECK_"),
            verdict_pb2.Outcome.Name(one.outcome).removeprefix("OUTCOME_"),
        ): one.count
        for one in found
    })  # fmt: skip


@dataclass
class History:
    """Two lecturers' courses over some weeks, as chance made them, with a count of its own: slow and simple."""

    hall: Hall
    chance: Random
    students: Sequence[Student] = ()
    users: dict[UserId, User] = field(default_factory=dict)
    teachers: Sequence[Lecturer] = ()
    courses: list[Course] = field(default_factory=list)
    enrollments: list[Enrollment] = field(default_factory=list)
    sessions: list[AttendanceSession] = field(default_factory=list)
    records: list[AttendanceRecord] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.hall.clock.now()

    async def happen(self) -> None:
        world = World(self.hall.app.uow)
        self.students = [await self.hall.student(enrolled=False, phone=False) for _ in range(5)]
        self.teachers = [await self.hall.lecturer() for _ in range(2)]
        with world.uow(read_only=True) as tx:
            found = [tx.users.get(UserId(UUID(person.id))) for person in [*self.students, *self.teachers]]
            term = tx.courses.current_term(self.now)
        people = [user for user in found if user is not None]
        self.users = {user.id: user for user in people[:5]}
        programmes = [world.programme().id for _ in range(2)]
        for lecturers in (people[5:6], people[5:], people[6:]):
            course = world.course(*lecturers, term=term)
            self.courses.append(course)
            self._sessions(world, course, lecturers[0], programmes)
            for user in self.users.values():
                self._enrollments(world, course, user, programmes)
        for session in self.sessions:
            for user in self.users.values():
                self._record(world, session, user)

    def _instant(self, days: int = 40) -> datetime:
        """Some time ago, about the time when a local day ends."""
        ago = timedelta(days=self.chance.randint(1, days), minutes=self.chance.randint(-90, 90))
        return self.now.replace(hour=4, minute=30) - ago

    def _sessions(self, world: World, course: Course, lecturer: User, programmes: Sequence[ProgrammeId]) -> None:
        opened = [self._instant() for _ in range(6)] + [self.now - 5 * MINUTE, self.now + 60 * MINUTE]
        for number, opens_at in enumerate(opened):
            fields: dict[str, Any] = {"programme_id": self.chance.choice([None, None, *programmes])}
            if number in {0, 5}:
                fields["closed_at"] = opens_at + 3 * MINUTE
            if number == 1:
                fields["cancelled_at"] = opens_at + 2 * MINUTE
            self.sessions.append(
                world.session(course, lecturer, opens_at=opens_at, ends_at=opens_at + 15 * MINUTE, **fields)
            )

    def _enrollments(self, world: World, course: Course, user: User, programmes: Sequence[ProgrammeId]) -> None:
        """None at all, one that runs, one that ended, or several in different programmes, with gaps and without."""
        instants = sorted(self._instant(50) for _ in range(self.chance.randint(0, 4)))
        for start, end in zip(instants, [*instants[1:], None], strict=False):
            if self.chance.random() < 0.8:
                ended = end or self.chance.choice([None, self.now - DAY])
                if ended is not None and ended <= start:
                    continue
                programme = self.chance.choice([None, *programmes])
                self.enrollments.append(
                    world.enrollment(user, course, from_at=start, until_at=ended, programme_id=programme)
                )

    def _record(self, world: World, session: AttendanceSession, user: User) -> None:
        status = self.chance.choice([None, *RecordStatus])
        if status is not None and session.opens_at <= self.now:
            claim = a_claim(1, sighting=Sighting(ProofKind.TICKET, 1, 1, session.opens_at + MINUTE))
            self.records.append(
                world.record(
                    session,
                    user,
                    status=status,
                    attention=Attention.NEEDS_LOOK if status is RecordStatus.FLAGGED else None,
                    late=self.chance.random() < 0.4,
                    enrolled=self.expected(session, user.id),
                    claims=(claim,),
                    deciding_claim_id=claim.claim_id,
                )
            )

    def expected(self, session: AttendanceSession, user_id: UserId) -> bool:
        return any(
            one.student.id == user_id
            and one.course.id == session.course.id
            and one.from_at <= session.opens_at
            and (one.until_at is None or session.opens_at < one.until_at)
            and session.programme_id in {None, one.programme_id}
            for one in self.enrollments
        )

    @property
    def held(self) -> list[AttendanceSession]:
        return [one for one in self.sessions if one.cancelled_at is None and self.now >= one.end]

    def count(
        self, *, course: CourseId | None = None, session: object = None, user: UserId | None = None
    ) -> Counter[str]:
        found: Counter[str] = Counter()
        for one in self.held:
            for user_id in self.users:
                if (
                    course in {None, one.course.id}
                    and session in {None, one.id}
                    and user in {None, user_id}
                    and self.expected(one, user_id)
                ):
                    found.update(self._marks(one, user_id))
        return found

    def _marks(self, session: AttendanceSession, user_id: UserId) -> list[str]:
        for record in self.records:
            if record.session_id == session.id and record.student.id == user_id:
                match record.status:
                    case RecordStatus.CONFIRMED:
                        return ["present", "late"] if record.late else ["present"]
                    case RecordStatus.EXCUSED:
                        return ["excused"]
                    case RecordStatus.FLAGGED | RecordStatus.PENDING_VERIFICATION:
                        return ["undecided"]
        return ["absent"]

    def absentees(self, session: AttendanceSession) -> list[str]:
        return [
            str(user)
            for user in self.users
            if self.expected(session, user) and self._marks(session, user) == ["absent"]
        ]

    def past(self, user: UserId) -> list[AttendanceSession]:
        recorded = {record.session_id for record in self.records if record.student.id == user}
        over = [one for one in self.sessions if self.now >= one.end]
        return [one for one in over if one.id in recorded or self.expected(one, user)]

    def at_risk(self, course: CourseId, user: UserId) -> bool:
        count = self.count(course=course, user=user)
        known = count["present"] + count["absent"]
        return known > 0 and count["present"] / known < THRESHOLD

    def enrolled_now(self, course: CourseId) -> set[UserId]:
        return {one.student.id for one in self.enrollments if one.course.id == course and one.until_at is None}


@pytest.fixture
async def history(hall: Hall, seed: int) -> History:
    history = History(hall, Random(seed))
    await history.happen()
    return history


@pytest.mark.parametrize("seed", range(3))
async def test_every_report_counts_the_same(hall: Hall, history: History) -> None:
    admin = await hall.admin()
    await erase(admin, history, history.students[0])
    reports = {str(course.id): await course_report(admin, course.id) for course in history.courses}
    for report in reports.values():
        courses_agree(history, report)
    analysed = {one.id: await session_analytics(admin, one.id) for one in history.sessions}
    for session in history.sessions:
        sessions_agree(history, session, analysed[session.id])
    assert summed(one.figures for one in analysed.values()) == history.count()
    taught = history.teachers[1]
    for session in history.held:
        if session.course.id != history.courses[0].id:
            absent = await absentees(taught, session.id)
            assert len(absent) == numbers(analysed[session.id].figures)["absent"]
            assert absent == sorted(history.absentees(session))
    for student in history.students[1:]:
        past_agrees(history, UserId(UUID(student.id)), await past_sessions(student))
        own_agree(history, UserId(UUID(student.id)), (await own_dashboard(student)).courses, reports)
    for teacher in history.teachers:
        dashboards_agree(history, (await dashboard(teacher)).courses, reports)
    hall.app.use_cases.daily_figures.refresh()
    days_agree(history, await analytics(admin, interval=attendance_figures_pb2.REPORT_INTERVAL_DAY), analysed)


async def erase(admin: Admin, history: History, student: Student) -> None:
    """Erase a student: they leave every course, and stay in what has been."""
    request = admin_service_pb2.EraseUserRequest(user_id=student.id, reason="asked")
    await admin.stub.EraseUser(request, metadata=admin.metadata)
    history.enrollments = [
        replace(one, until_at=history.now) if one.until_at is None and str(one.student.id) == student.id else one
        for one in history.enrollments
    ]


def courses_agree(history: History, report: lecturer_service_pb2.GetCourseReportResponse) -> None:
    course_id = CourseId(UUID(report.course.id))
    whole = history.count(course=course_id)
    assert numbers(report.figures) == whole
    assert summed(one.figures for one in report.students) == whole
    assert summed(one.figures for one in report.intervals) == whole
    held = [one for one in history.held if one.course.id == course_id]
    assert report.session_count == sum(one.session_count for one in report.intervals) == len(held)
    enrolled = {UserId(UUID(one.student.user_id)) for one in report.students if one.enrolled}
    assert enrolled == history.enrolled_now(course_id)
    for one in report.students:
        user = UserId(UUID(one.student.user_id))
        assert numbers(one.figures) == history.count(course=course_id, user=user)
        assert one.at_risk is history.at_risk(course_id, user)


def sessions_agree(
    history: History, session: AttendanceSession, found: lecturer_service_pb2.GetSessionAnalyticsResponse
) -> None:
    came = [one for one in history.records if one.session_id == session.id]
    came = [one for one in came if history.expected(session, one.student.id)]
    assert found.expected_count == sum(history.expected(session, user) for user in history.users)
    assert sum(one.count for one in found.arrivals) == len(came)
    assert verdict_numbers(found.verdicts) == +Counter({(v.check.value, v.outcome.value): len(came) for v in VERDICTS})
    assert found.HasField("figures") is (session in history.held)
    if session in history.held:
        assert numbers(found.figures) == history.count(session=session.id)
        assert found.expected_count == found.figures.held


def own_agree(
    history: History,
    user: UserId,
    own: Iterable[attendance_figures_pb2.CourseFigures],
    reports: Mapping[str, lecturer_service_pb2.GetCourseReportResponse],
) -> None:
    assert {one.course.id for one in own} == {str(e.course.id) for e in history.enrollments if e.student.id == user}
    for one in own:
        assert numbers(one.figures) == history.count(course=CourseId(UUID(one.course.id)), user=user)
        assert one.session_count == reports[one.course.id].session_count
        in_report = [row for row in reports[one.course.id].students if row.student.user_id == str(user)]
        assert one.at_risk is any(row.at_risk for row in in_report)


def past_agrees(history: History, user: UserId, found: Sequence[student_service_pb2.PastSession]) -> None:
    ids = [str(one.id) for one in history.past(user)]
    assert [one.session.session_id for one in found] == sorted(ids, reverse=True)
    absent = sorted(one.session.session_id for one in found if one.absent)
    assert absent == sorted(str(one.id) for one in history.held if str(user) in history.absentees(one))


def dashboards_agree(
    history: History,
    courses: Iterable[attendance_figures_pb2.CourseFigures],
    reports: Mapping[str, lecturer_service_pb2.GetCourseReportResponse],
) -> None:
    for one in courses:
        report = reports[one.course.id]
        assert (one.figures, one.session_count) == (report.figures, report.session_count)
        assert one.at_risk_count == sum(student.at_risk and student.enrolled for student in report.students)
        flagged = [record for record in history.records if record.status is RecordStatus.FLAGGED]
        assert one.flagged_count == sum(str(record.course_id) == one.course.id for record in flagged)


def days_agree(
    history: History,
    everything: admin_service_pb2.GetAnalyticsResponse,
    analysed: Mapping[SessionId, lecturer_service_pb2.GetSessionAnalyticsResponse],
) -> None:
    assert numbers(everything.figures) == history.count() == summed(one.figures for one in everything.intervals)
    days = Counter(one.opens_at.astimezone(NEW_YORK).date() for one in history.held)
    assert {
        one.start_time.ToDatetime(UTC).astimezone(NEW_YORK).date(): one.session_count for one in everything.intervals
    } == days
    checked = (verdict_numbers(analysed[one.id].verdicts) for one in history.held)
    assert verdict_numbers(everything.verdicts) == sum(checked, Counter())
    assert everything.refresh_time.ToDatetime(UTC) == history.now


async def test_one_session_from_its_opening_to_a_decision(hall: Hall) -> None:
    """Who is absent, when students came, and until when an appeal is taken."""
    admin, teacher = await hall.admin(), hall.teacher
    early, tardy, absent = [await hall.student() for _ in range(3)]
    await hall.turn(1)
    session = await hall.open_session(late_after=seconds(300))
    await hall.turn(1)
    await hall.student()  # enrolled too late to have been expected
    await hall.turn(30)
    await early.submit(session)
    await hall.turn(370)
    await tardy.submit(session)
    found = await session_analytics(teacher, session.id)
    assert (found.expected_count, found.HasField("figures")) == (3, False)
    assert [one.total_count for one in found.arrivals] == [0, *[1] * 12, 2]
    assert await absentees(teacher, session.id) == [absent.id]
    assert await past_sessions(absent) == []
    assert (await own_dashboard(absent)).open_session_count == 1
    assert [one.id for one in (await dashboard(teacher)).sessions] == [session.id]

    await hall.turn(10)
    await session.close()
    step = await session_analytics(admin, session.id, step=seconds(3600))
    assert numbers(step.figures) == Counter(present=2, late=1, absent=1)
    assert ([one.count for one in step.arrivals], step.arrivals[0].end_time) == ([2], timestamp(hall.clock.now()))
    (past,) = await past_sessions(absent, course_id=hall.course.id)
    assert (past.absent, past.late, past.record_id) == (True, False, "")
    assert past.appeal_end_time.ToDatetime(UTC) == hall.clock.now() + 14 * DAY
    (came,) = await past_sessions(tardy)
    assert (came.absent, came.late, came.HasField("appeal_end_time")) == (False, True, False)

    appeal = student_service_pb2.FileAppealRequest(session_id=session.id, text="I was ill")
    await absent.stub.FileAppeal(appeal, metadata=absent.metadata)
    (past,) = await past_sessions(absent, appealed_only=True)
    assert (past.appeal.text, past.HasField("appeal_end_time")) == ("I was ill", False)
    assert await past_sessions(early, appealed_only=True) == []
    request = lecturer_service_pb2.ListAbsenteesRequest(session_id=session.id)
    (one,) = (await teacher.stub.ListAbsentees(request, metadata=teacher.metadata)).absentees
    assert (one.student.user_id, one.appeal.text, one.appeal.decidable) == (absent.id, "I was ill", True)
    board = await dashboard(teacher)
    assert (board.pending_appeal_count, board.courses[0].pending_appeal_count, board.flagged_count) == (1, 1, 0)
    at_risk = await course_report(teacher, hall.course.id, at_risk_only=True)
    assert [(row.student.user_id, row.at_risk) for row in at_risk.students] == [(absent.id, True)]
    assert numbers(at_risk.figures) == numbers(step.figures)
    nothing = await course_report(teacher, hall.course.id, until_time=found.session.open_time)
    assert (nothing.session_count, len(nothing.students)) == (0, 4)
    for who, bounds in ((teacher, "from"), (await hall.lecturer(), "whose")):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await course_report(
                who, hall.course.id, from_time=timestamp(hall.clock.now() + DAY), until_time=timestamp(hall.clock.now())
            )
        assert reason_of(refused.value) == ("REPORT_RANGE_INVALID" if bounds == "from" else "COURSE_NOT_FOUND")


async def test_days_follow_what_becomes_of_their_sessions(hall: Hall) -> None:
    """Made every ten minutes; a cancelled session leaves its day, another time zone moves it."""
    figures = hall.app.use_cases.daily_figures
    await hall.student()
    await hall.turn(1)
    session = await hall.open_session()
    await session.close()
    assert figures.refresh() > 3  # all days, the first time
    assert (await analytics(await hall.admin())).session_count == 1
    assert figures.refresh() == 0
    kathmandu = ZoneInfo("Asia/Kathmandu")
    await hall.turn(600)
    assert DailyFigures(hall.app.uow, hall.clock, kathmandu).refresh() > 0
    assert (await analytics(await hall.admin())).session_count == 0, "not in New York's days"
    await hall.turn(600)
    figures.refresh()
    (day,) = (await analytics(await hall.admin(), interval=attendance_figures_pb2.REPORT_INTERVAL_DAY)).intervals
    assert day.start_time.ToDatetime(UTC).astimezone(NEW_YORK).hour == 0
    with hall.app.engine.begin() as connection:
        connection.execute(update(attendance_sessions).values(cancelled_at=hall.clock.now()))
    await hall.turn(600)
    assert figures.refresh() == 3
    found = await analytics(await hall.admin())
    assert (found.session_count, found.HasField("refresh_time"), len(found.verdicts)) == (0, False, 0)
