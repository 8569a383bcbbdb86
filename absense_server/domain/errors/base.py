"""What every error has: a kind, a stable reason, a sentence that tells the person what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import ClassVar


class Kind(Enum):
    """How a caller should take an error; rpc/errors maps each to one gRPC status."""

    INVALID = "INVALID"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    EXISTS = "EXISTS"
    PRECONDITION = "PRECONDITION"
    CONFLICT = "CONFLICT"
    EXHAUSTED = "EXHAUSTED"
    UNAVAILABLE = "UNAVAILABLE"
    DEADLINE = "DEADLINE"


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One field that breaks a rule; `field` is a path in the request message."""

    field: str
    description: str


class DomainError(Exception):
    """A refusal that a caller can understand. `str()` is a sentence for the person; nothing internal is in it."""

    kind: ClassVar[Kind]
    reason: ClassVar[str]
    sentence: ClassVar[str]

    def __str__(self) -> str:
        """The sentence, filled in with this error's data."""
        return self.sentence.format_map(vars(self))

    @property
    def violations(self) -> tuple[FieldViolation, ...]:
        """The fields at fault, where the error is about fields."""
        return ()

    @property
    def metadata(self) -> Mapping[str, str]:
        """More about the reason, for an app to act on."""
        return {}

    @property
    def retry_after(self) -> timedelta | None:
        """How long to wait before the same call is worth sending again; None where waiting does not help."""
        return None


class AboutFields(DomainError):
    """A refusal that names the fields at fault."""

    def __init__(self, *violations: FieldViolation) -> None:
        super().__init__()
        self._violations = violations

    @property
    def violations(self) -> tuple[FieldViolation, ...]:
        return self._violations


class RetryLater(DomainError):
    """A refusal that waiting mends."""

    def __init__(self, retry_after: timedelta = timedelta(seconds=1)) -> None:
        super().__init__()
        self._retry_after = retry_after
        self.seconds = max(1, round(retry_after.total_seconds()))

    @property
    def retry_after(self) -> timedelta:
        return self._retry_after
