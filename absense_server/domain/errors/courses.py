"""What can go wrong with courses and enrollments."""

from absense_server.domain.errors.base import DomainError, Kind


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
