"""What can go wrong with courses and enrollments."""

from collections.abc import Mapping

from absense_server.domain.errors.base import AboutFields, DomainError, Kind


class CourseNotFound(DomainError):
    """No such course."""

    kind = Kind.NOT_FOUND
    reason = "COURSE_NOT_FOUND"
    sentence = "There is no such course among yours."


class TermNotFound(DomainError):
    """No such term."""

    kind = Kind.NOT_FOUND
    reason = "TERM_NOT_FOUND"
    sentence = "There is no such term."


class ProgrammeNotFound(DomainError):
    """No such programme."""

    kind = Kind.NOT_FOUND
    reason = "PROGRAMME_NOT_FOUND"
    sentence = "There is no such programme."


class CourseCodeTaken(DomainError):
    """The term has a course with this code."""

    kind = Kind.EXISTS
    reason = "COURSE_CODE_TAKEN"
    sentence = "This term has a course with this code already."


class NoCurrentTerm(DomainError):
    """No term covers the present."""

    kind = Kind.PRECONDITION
    reason = "NO_CURRENT_TERM"
    sentence = "There is no term at the moment. An administrator has to open one."


class TermClosed(DomainError):
    """The term is closed."""

    kind = Kind.PRECONDITION
    reason = "TERM_CLOSED"
    sentence = "This term is closed."


class CourseArchived(DomainError):
    """The course is archived."""

    kind = Kind.PRECONDITION
    reason = "COURSE_ARCHIVED"
    sentence = "This course is archived."


class EnrollmentClosed(DomainError):
    """Students cannot change their enrollment now."""

    kind = Kind.PRECONDITION
    reason = "ENROLLMENT_CLOSED"
    sentence = "Enrollment is closed for this course. Ask its lecturer."


class WrongProgrammeOrLevel(DomainError):
    """The course is for others."""

    kind = Kind.PRECONDITION
    reason = "WRONG_PROGRAMME_OR_LEVEL"
    sentence = "This course is for another programme or level. Ask its lecturer if you belong there."


class NotEnrolled(DomainError):
    """The student is not enrolled."""

    kind = Kind.PRECONDITION
    reason = "NOT_ENROLLED"
    sentence = "You are not enrolled in this course."


class CourseHasLecturers(DomainError):
    """The course has lecturers."""

    kind = Kind.PRECONDITION
    reason = "COURSE_HAS_LECTURERS"
    sentence = "This course has lecturers. Ask one of them to add you."


class CourseClaimNotFound(DomainError):
    """No such wish to teach a course."""

    kind = Kind.NOT_FOUND
    reason = "COURSE_CLAIM_NOT_FOUND"
    sentence = "There is no such request to teach a course."


class CourseClaimDecided(DomainError):
    """The wish was decided otherwise before."""

    kind = Kind.PRECONDITION
    reason = "COURSE_CLAIM_DECIDED"
    sentence = "This request to teach the course has been decided already."


class LastLecturer(DomainError):
    """There would be no lecturer left."""

    kind = Kind.PRECONDITION
    reason = "LAST_LECTURER"
    sentence = "This course would have no lecturer left. Add another one first."


class NotALecturer(DomainError):
    """The user is no active lecturer."""

    kind = Kind.PRECONDITION
    reason = "NOT_A_LECTURER"
    sentence = "This person is no active lecturer."


class ProgrammeCodeTaken(DomainError):
    """There is a programme with this code."""

    kind = Kind.EXISTS
    reason = "PROGRAMME_CODE_TAKEN"
    sentence = "There is a programme with this code already."


class ProgrammeInUse(DomainError):
    """Something names the programme."""

    kind = Kind.PRECONDITION
    reason = "PROGRAMME_IN_USE"
    sentence = "Courses, sessions, enrollments or people name this programme, so it has to stay."


class TermHasUndecided(DomainError):
    """Something in the term waits to be decided or has not ended."""

    kind = Kind.PRECONDITION
    reason = "TERM_HAS_UNDECIDED"
    sentence = (
        "This term has {records} undecided records, {appeals} undecided appeals and {sessions} sessions that are not "
        "over. Decide and close them first."
    )

    def __init__(self, records: int, appeals: int, sessions: int) -> None:
        super().__init__()
        self.records, self.appeals, self.sessions = records, appeals, sessions

    @property
    def metadata(self) -> Mapping[str, str]:
        return {
            "undecided_record_count": str(self.records),
            "pending_appeal_count": str(self.appeals),
            "unfinished_session_count": str(self.sessions),
        }


class TermDatesInvalid(AboutFields):
    """The term's dates do not fit together."""

    kind = Kind.INVALID
    reason = "TERM_DATES_INVALID"
    sentence = "The dates of this term do not fit together."


class EnrollmentWindowInvalid(AboutFields):
    """The times between which students may enroll are the wrong way round."""

    kind = Kind.INVALID
    reason = "ENROLLMENT_WINDOW_INVALID"
    sentence = "The times between which students may enroll are the wrong way round."
