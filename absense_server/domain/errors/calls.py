"""What can go wrong with any call."""

from absense_server.domain.errors.base import AboutFields, DomainError, Kind, RetryLater


class InvalidRequest(AboutFields):
    """Fields break rules that need no data to check."""

    kind = Kind.INVALID
    reason = "INVALID_REQUEST"

    def __str__(self) -> str:
        """Each field with its rule."""
        return "The request is not valid: " + "; ".join(f"{v.field}: {v.description}" for v in self.violations) + "."


class PageTokenInvalid(DomainError):
    """The page token is not ours or belongs to another list or filter."""

    kind = Kind.INVALID
    reason = "PAGE_TOKEN_INVALID"
    sentence = "This page token does not belong to this list with this filter. Start again without a token."


class RequestIdReused(DomainError):
    """The same request_id came with other content."""

    kind = Kind.EXISTS
    reason = "REQUEST_ID_REUSED"
    sentence = "This request_id was used for another request. Use a new one."


class RevisionMismatch(DomainError):
    """The resource changed since the caller read it."""

    kind = Kind.CONFLICT
    reason = "REVISION_MISMATCH"
    sentence = "This has changed since you read it. Read it again and decide on what it says now."


class RateLimited(RetryLater):
    """Too many calls."""

    kind = Kind.EXHAUSTED
    reason = "RATE_LIMITED"
    sentence = "Too many tries. Wait {seconds} s and try again."


class Overloaded(RetryLater):
    """More work waits than can be done in time."""

    kind = Kind.EXHAUSTED
    reason = "OVERLOADED"
    sentence = "The server is busy. Try again in {seconds} s; nothing is lost."


class BackendUnavailable(RetryLater):
    """Database, storage or the like does not answer."""

    kind = Kind.UNAVAILABLE
    reason = "BACKEND_UNAVAILABLE"
    sentence = "The server cannot do this right now. Try again in {seconds} s; nothing is lost."


class ShuttingDown(RetryLater):
    """The server is stopping."""

    kind = Kind.UNAVAILABLE
    reason = "SHUTTING_DOWN"
    sentence = "The server is stopping; reconnect."


class DeadlinePassed(DomainError):
    """The caller's deadline left no time to do the work, or passed while an upload stood still."""

    kind = Kind.DEADLINE
    reason = "DEADLINE_PASSED"
    sentence = "The deadline passed before this was done. Send it again with more time."
