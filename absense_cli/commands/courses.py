"""`absense courses`."""

import uuid
from datetime import tzinfo
from typing import Annotated, Any

import typer

from absense.v1 import attendance_figures_pb2, course_pb2
from absense_cli import output
from absense_cli.client import Client
from absense_cli.common import (
    AsJson,
    Limit,
    connect,
    course_id,
    enum_value,
    programme_id,
    show_list,
    term_id,
    user_id,
    zone_of,
)
from absense_cli.errors import CliError, ExitCode
from absense_cli.text import day_after, parse_time, when

courses = typer.Typer(help="Courses, who is in them, and how they attend.")
Course = Annotated[str, typer.Argument(metavar="COURSE", help="Code or id.")]
From = Annotated[str, typer.Option("--from", help="Sessions from this day or time on.")]
Until = Annotated[str, typer.Option("--until", help="Sessions up to this day or time.")]
Interval = Annotated[str, typer.Option(help="day, week or month.")]

COURSE_COLUMNS: list[output.Column] = [
    ("code", lambda course: course.code),
    ("title", lambda course: course.title),
    ("term", lambda course: course.term_name),
    ("lecturers", lambda course: ", ".join(one.full_name for one in course.lecturers)),
    ("open", lambda course: "archived" if course.archived else "yes" if course.enrollment_open else "no"),
]


def rate(figures: attendance_figures_pb2.AttendanceFigures) -> str:
    """The rate of attendance; nothing where nothing was held."""
    return f"{figures.rate:.0%}" if figures.HasField("rate") else ""


@courses.command("list")
def list_courses(
    query: Annotated[str, typer.Option("--query", "-q", help="Part of a code or title.")] = "",
    archived: Annotated[bool, typer.Option("--archived", help="Archived ones too.")] = False,
    limit: Limit = 0,
    as_json: AsJson = False,
) -> None:
    """List courses: yours, or all for administrators."""
    with connect() as client:
        show_list(
            client, "ListCourses", "courses", COURSE_COLUMNS, as_json, limit, query=query, include_archived=archived
        )


@courses.command()
def create(
    code: Annotated[str, typer.Argument(help="Such as CS101.")],
    title: Annotated[str, typer.Argument(help="Such as 'Introduction to Computing'.")],
    term: Annotated[str, typer.Option(help="Name (administrators) or id; without it, the current one.")] = "",
    level: Annotated[int, typer.Option(help="Year or level of study.")] = 0,
    lecturer: Annotated[
        list[str] | None,
        typer.Option(help="Who teaches it (administrators): id, address or number; may be repeated."),
    ] = None,
    programme: Annotated[list[str] | None, typer.Option(help="Whom it is for: code or id; may be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a course in a term."""
    with connect() as client:
        if lecturer and not client.is_admin:
            raise CliError("--lecturer is for administrators; a course that you make is yours.", ExitCode.USAGE)
        teaching = {"lecturer_ids": [user_id(client, one) for one in lecturer]} if lecturer else {}
        answer = client.call(
            "CreateCourse",
            request_id=str(uuid.uuid4()),
            code=code,
            title=title,
            term_id=term_id(client, term),
            level=level,
            programme_ids=[programme_id(client, one) for one in programme or ()],
            **teaching,
        )
        _show(client, answer.course, answer, as_json)


@courses.command()
def show(course: Course, as_json: AsJson = False) -> None:
    """Show a course."""
    with connect() as client:
        found = _course(client, course)
        _show(client, found, found, as_json)


@courses.command()
def enrollments(
    course: Course,
    ended: Annotated[bool, typer.Option("--ended", help="Those who have left too.")] = False,
    limit: Limit = 0,
    as_json: AsJson = False,
) -> None:
    """List who is in a course, since when, until when."""
    with connect() as client:
        where = zone_of(client)
        columns: list[output.Column] = [
            ("name", lambda one: one.student.full_name),
            ("number", lambda one: one.student.institution_number),
            ("from", lambda one: when(one, "from_time", where)),
            ("until", lambda one: when(one, "until_time", where)),
        ]
        show_list(
            client,
            "ListEnrollments",
            "enrollments",
            columns,
            as_json,
            limit,
            course_id=course_id(client, course),
            include_ended=ended,
        )


@courses.command()
def report(
    course: Course,
    from_: From = "",
    until: Until = "",
    interval: Interval = "",
    at_risk: Annotated[bool, typer.Option("--at-risk", help="Only students who are at risk.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show how a course is attended: each student, and over time."""
    with connect() as client:
        where = zone_of(client)
        answer = client.call(
            "GetCourseReport",
            course_id=course_id(client, course),
            from_time=parse_time(from_, where) if from_ else None,
            until_time=day_after(until, where) if until else None,
            interval=enum_value(attendance_figures_pb2.ReportInterval.DESCRIPTOR, interval),
            at_risk_only=at_risk,
        )
        if as_json:
            output.as_json(answer)
            return
        output.say(
            f"{answer.course.code} {answer.course.title}: {answer.session_count} sessions, "
            f"rate {rate(answer.figures) or '-'}; at risk below {answer.at_risk_threshold:.0%}."
        )
        output.table(
            [*PERSON_COLUMNS, *FIGURES_COLUMNS, ("", lambda one: "at risk" if one.at_risk else "")], answer.students
        )
        output.table(interval_columns(where), answer.intervals)


PERSON_COLUMNS: list[output.Column] = [
    ("name", lambda one: one.student.full_name),
    ("number", lambda one: one.student.institution_number),
]
FIGURES_COLUMNS: list[output.Column] = [
    ("held", lambda one: one.figures.held),
    ("present", lambda one: one.figures.present),
    ("late", lambda one: one.figures.late),
    ("excused", lambda one: one.figures.excused),
    ("undecided", lambda one: one.figures.undecided),
    ("absent", lambda one: one.figures.absent),
    ("rate", lambda one: rate(one.figures)),
]


def interval_columns(where: tzinfo) -> list[output.Column]:
    """Figures over time."""
    return [
        ("from", lambda one: when(one, "start_time", where, "%Y-%m-%d")),
        ("sessions", lambda one: one.session_count),
        *FIGURES_COLUMNS,
    ]


def _course(client: Client, text: str) -> course_pb2.Course:
    wanted = course_id(client, text)
    if not client.is_admin:
        answer = client.call("GetCourse", course_id=wanted)
        found: course_pb2.Course = answer.course
        return found
    for one in client.pages("ListCourses", "courses", include_archived=True).courses:
        if one.id == wanted:
            listed: course_pb2.Course = one
            return listed
    raise CliError(f"There is no course {text}.", hint="`absense courses list` shows them.")


def _show(client: Client, course: course_pb2.Course, answer: Any, as_json: bool) -> None:
    if as_json:
        output.as_json(answer)
        return
    where = zone_of(client)
    output.card(
        [
            ("Code", course.code),
            ("Title", course.title),
            ("Term", course.term_name),
            ("Level", course.level or ""),
            ("Lecturers", ", ".join(one.full_name for one in course.lecturers)),
            ("Enrollment", "open" if course.enrollment_open else "closed"),
            ("Opens", when(course, "enrollment_start_time", where)),
            ("Closes", when(course, "enrollment_end_time", where)),
            ("Archived", "yes" if course.archived else ""),
            ("Id", course.id),
        ]
    )
