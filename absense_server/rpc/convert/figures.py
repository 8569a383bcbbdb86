"""Reports: what they are asked for, and what they say."""

from collections.abc import Iterable
from typing import Any, Protocol

from google.protobuf import timestamp_pb2

from absense.v1 import admin_service_pb2, attendance_figures_pb2, lecturer_service_pb2, student_service_pb2
from absense_server.domain.arrivals import ArrivalStep
from absense_server.domain.figures import Mark, Tally, mark_of
from absense_server.domain.intervals import Bounds, Interval, IntervalTally
from absense_server.domain.people import Caller
from absense_server.ports.figures import Absentee, VerdictCount
from absense_server.rpc.convert import from_proto, pairs, records, to_proto
from absense_server.services.absences import HistoryEntry
from absense_server.services.dashboards import CourseSummary, LecturerDashboard, StudentDashboard
from absense_server.services.day_figures import Analytics
from absense_server.services.reports import CourseReport, SessionAnalytics


class _Bounded(Protocol):
    @property
    def from_time(self) -> timestamp_pb2.Timestamp: ...
    @property
    def until_time(self) -> timestamp_pb2.Timestamp: ...
    def HasField(self, field_name: Any, /) -> bool: ...


def bounds(request: _Bounded) -> Bounds:
    """Of which sessions."""
    return Bounds(
        from_proto.time(request.from_time, "from_time") if request.HasField("from_time") else None,
        from_proto.time(request.until_time, "until_time") if request.HasField("until_time") else None,
    )


def interval(number: int) -> Interval:
    """How finely; by week unless said."""
    return pairs.INTERVAL.member(number) or Interval.WEEK


def tally(value: Tally) -> attendance_figures_pb2.AttendanceFigures:
    """What attendance comes to."""
    return attendance_figures_pb2.AttendanceFigures(
        held=value.held,
        present=value.present,
        late=value.late,
        excused=value.excused,
        undecided=value.undecided,
        absent=value.absent,
        rate=value.rate,
    )


def session_analytics(value: SessionAnalytics) -> lecturer_service_pb2.GetSessionAnalyticsResponse:
    """A report on one session."""
    return lecturer_service_pb2.GetSessionAnalyticsResponse(
        session=to_proto.session(value.session),
        figures=None if value.tally is None else tally(value.tally),
        expected_count=value.expected,
        arrivals=[_arrivals(step) for step in value.arrivals],
        verdicts=_verdicts(value.verdicts),
    )


def course_report(value: CourseReport) -> lecturer_service_pb2.GetCourseReportResponse:
    """A report on one course."""
    return lecturer_service_pb2.GetCourseReportResponse(
        course=to_proto.course(value.course),
        session_count=value.sessions,
        figures=tally(value.tally),
        intervals=_intervals(value.intervals),
        students=[
            attendance_figures_pb2.StudentFigures(
                student=to_proto.person(one.student),
                figures=tally(one.tally),
                at_risk=one.at_risk,
                enrolled=one.enrolled,
            )
            for one in value.students
        ],
        at_risk_threshold=value.threshold,
    )


def lecturer_dashboard(value: LecturerDashboard) -> lecturer_service_pb2.LecturerServiceGetDashboardResponse:
    """What a lecturer sees first."""
    return lecturer_service_pb2.LecturerServiceGetDashboardResponse(
        courses=[_course(one) for one in value.courses],
        sessions=[to_proto.session(one) for one in value.sessions],
        flagged_count=value.flagged,
        pending_appeal_count=value.pending_appeals,
    )


def student_dashboard(value: StudentDashboard) -> student_service_pb2.StudentServiceGetDashboardResponse:
    """What a student sees first."""
    return student_service_pb2.StudentServiceGetDashboardResponse(
        courses=[_course(one) for one in value.courses],
        open_session_count=value.open_sessions,
        at_risk_threshold=value.threshold,
    )


def analytics(value: Analytics) -> admin_service_pb2.GetAnalyticsResponse:
    """A report on everything."""
    return admin_service_pb2.GetAnalyticsResponse(
        session_count=value.sessions,
        figures=tally(value.tally),
        intervals=_intervals(value.intervals),
        verdicts=_verdicts(value.verdicts),
        refresh_time=to_proto.time(value.made_at),
    )


def _course(value: CourseSummary) -> attendance_figures_pb2.CourseFigures:
    return attendance_figures_pb2.CourseFigures(
        course=to_proto.course(value.course),
        session_count=value.sessions,
        figures=tally(value.tally),
        at_risk=value.at_risk,
        at_risk_count=value.at_risk_count,
        flagged_count=value.flagged,
        pending_appeal_count=value.pending_appeals,
    )


def _intervals(values: Iterable[IntervalTally]) -> list[attendance_figures_pb2.IntervalFigures]:
    return [
        attendance_figures_pb2.IntervalFigures(
            start_time=to_proto.time(one.start_at),
            end_time=to_proto.time(one.end_at),
            session_count=one.sessions,
            figures=tally(one.tally),
        )
        for one in values
    ]


def _verdicts(values: Iterable[VerdictCount]) -> list[attendance_figures_pb2.VerdictCount]:
    return [
        attendance_figures_pb2.VerdictCount(
            check=pairs.CHECK.number(one.check), outcome=pairs.OUTCOME.number(one.outcome), count=one.number
        )
        for one in values
    ]


def _arrivals(value: ArrivalStep) -> attendance_figures_pb2.ArrivalCount:
    return attendance_figures_pb2.ArrivalCount(
        start_time=to_proto.time(value.start_at),
        end_time=to_proto.time(value.end_at),
        count=value.count,
        total_count=value.total,
    )


def absentee(value: Absentee, caller: Caller) -> lecturer_service_pb2.Absentee:
    """Who is absent."""
    return lecturer_service_pb2.Absentee(
        student=to_proto.person(value.student),
        record_id=to_proto.ident(value.record_id),
        revision=value.revision,
        appeal=None if value.appeal is None else records.appeal(value.appeal, caller),
    )


def past_session(value: HistoryEntry) -> student_service_pb2.PastSession:
    """A session that is over."""
    past = value.past
    return student_service_pb2.PastSession(
        session=to_proto.context(past.session, value.now),
        record_status=pairs.STATUS.number(past.status),
        late=past.late and mark_of(past.status) is Mark.PRESENT,
        record_id=to_proto.ident(past.record_id),
        absent=value.absent,
        appeal=None if past.appeal is None else records.own_appeal(past.appeal),
        appeal_end_time=to_proto.time(value.appeal_until),
    )
