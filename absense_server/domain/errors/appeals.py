"""What can go wrong with appeals and decisions."""

from absense_server.domain.errors.base import DomainError, Kind


class SelfDecision(DomainError):
    """The record is the caller's own, or the appeal is against the caller's decision."""

    kind = Kind.FORBIDDEN
    reason = "SELF_DECISION"
    sentence = "Nobody decides their own record, or an appeal against their own decision. Ask somebody else."


class AppealNotFound(DomainError):
    """No such appeal."""

    kind = Kind.NOT_FOUND
    reason = "APPEAL_NOT_FOUND"
    sentence = "There is no such appeal."


class AppealNotAllowed(DomainError):
    """There is nothing to appeal against."""

    kind = Kind.PRECONDITION
    reason = "APPEAL_NOT_ALLOWED"
    sentence = "There is nothing to appeal against in this session."


class AppealTooLate(DomainError):
    """The 14 days are over."""

    kind = Kind.PRECONDITION
    reason = "APPEAL_TOO_LATE"
    sentence = "Appeals are taken within 14 days of the session or of the latest decision."


class AppealExists(DomainError):
    """The student has appealed in this session before."""

    kind = Kind.EXISTS
    reason = "APPEAL_EXISTS"
    sentence = "You have appealed in this session before."


class AppealDecided(DomainError):
    """The appeal was decided otherwise before."""

    kind = Kind.PRECONDITION
    reason = "APPEAL_DECIDED"
    sentence = "This appeal has been decided already."


class SelfieGone(DomainError):
    """No selfie is kept that could be looked at again."""

    kind = Kind.PRECONDITION
    reason = "SELFIE_GONE"
    sentence = "No selfie is kept of this claim any more. Decide by what else is there."


class NotExpected(DomainError):
    """The student was not enrolled, in scope, when the session opened."""

    kind = Kind.PRECONDITION
    reason = "NOT_EXPECTED"
    sentence = "This student was not enrolled for this session when it opened. Enroll the student first."
