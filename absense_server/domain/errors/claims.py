"""What can go wrong with claims, their photographs and their records."""

from absense_server.domain.errors.base import DomainError, Kind


class RecordNotFound(DomainError):
    """No such record."""

    kind = Kind.NOT_FOUND
    reason = "RECORD_NOT_FOUND"
    sentence = "There is no such attendance record."


class ImageNotFound(DomainError):
    """No such image."""

    kind = Kind.NOT_FOUND
    reason = "IMAGE_NOT_FOUND"
    sentence = "There is no such image."


class TooManyUnenrolledClaims(DomainError):
    """The student has claimed in too many courses without being on their lists today."""

    kind = Kind.PRECONDITION
    reason = "TOO_MANY_UNENROLLED_CLAIMS"
    sentence = "You are not on this course's list, and have used up today's claims for such courses. Enroll first."


class ClaimIdReused(DomainError):
    """The same claim_id came with other content."""

    kind = Kind.EXISTS
    reason = "CLAIM_ID_REUSED"
    sentence = "This claim_id was used for another claim. Use a new one for another try."


class UploadOutOfOrder(DomainError):
    """Header and chunks are not in order."""

    kind = Kind.INVALID
    reason = "UPLOAD_OUT_OF_ORDER"
    sentence = "The upload is out of order: {problem}. Send the header once, first, then the chunks it announces."

    def __init__(self, problem: str) -> None:
        super().__init__()
        self.problem = problem


class UploadSizeMismatch(DomainError):
    """More or fewer bytes came than were declared."""

    kind = Kind.INVALID
    reason = "UPLOAD_SIZE_MISMATCH"
    sentence = "{declared} bytes were announced, but {problem} came. Send the file again."

    def __init__(self, declared: int, received: int) -> None:
        super().__init__()
        self.declared = declared
        self.problem = "more" if received > declared else f"only {received}"


class UploadHashMismatch(DomainError):
    """The bytes have another SHA-256 than was declared."""

    kind = Kind.INVALID
    reason = "UPLOAD_HASH_MISMATCH"
    sentence = "The file changed on its way (its SHA-256 differs from the one announced). Send it again."


class UploadTooLarge(DomainError):
    """The declared size is above the limit."""

    kind = Kind.INVALID
    reason = "UPLOAD_TOO_LARGE"
    sentence = "The photograph is too large: at most {limit} bytes. Send a smaller one."

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class ImageNotSupported(DomainError):
    """The bytes are no photograph of an accepted type."""

    kind = Kind.INVALID
    reason = "IMAGE_NOT_SUPPORTED"
    sentence = "This is not a photograph of an accepted type ({accepted}). Take another one."

    def __init__(self, accepted: str) -> None:
        super().__init__()
        self.accepted = accepted


class ImageTooManyPixels(DomainError):
    """The photograph declares too many pixels."""

    kind = Kind.INVALID
    reason = "IMAGE_TOO_MANY_PIXELS"
    sentence = "The photograph has too many pixels: at most {limit}. Send a smaller one."

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class StatementMalformed(DomainError):
    """The signed statement cannot be read."""

    kind = Kind.INVALID
    reason = "STATEMENT_MALFORMED"
    sentence = "The signed statement is not a serialized ClaimStatement. Update the app."


class DecisionNotAllowed(DomainError):
    """The record's status does not allow this decision."""

    kind = Kind.PRECONDITION
    reason = "DECISION_NOT_ALLOWED"
    sentence = "The record is {status}: this cannot be decided on it."

    def __init__(self, status: str) -> None:
        super().__init__()
        self.status = status
