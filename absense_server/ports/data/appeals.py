"""Appeals.

See absense_server.ports.data.
"""

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from absense_server.domain.appeals import Appeal
from absense_server.domain.ids import AppealId, SessionId, UserId
from absense_server.domain.records import AttendanceRecord
from absense_server.ports.findings import AppealFilter


class Appeals(Protocol):
    """What students object to."""

    def add(self, appeal: Appeal) -> None:
        """Raises Race when the student has appealed in the session."""
        ...

    def get(self, appeal_id: AppealId) -> Appeal:
        """Raises AppealNotFound."""
        ...

    def for_lecturer(self, lecturer_id: UserId, appeal_id: AppealId) -> Appeal:
        """Raises AppealNotFound, also when the lecturer does not teach the course."""
        ...

    def find(self, session_id: SessionId, student_id: UserId) -> Appeal | None: ...

    def waiting(self, records: Collection[AttendanceRecord]) -> Sequence[Appeal]:
        """Those about these records that wait to be decided, oldest first."""
        ...

    def decide(self, *decided: Appeal) -> None:
        """Write what was made of some appeals, of all the same at the same time.

        Raises Race when one of them does not wait any more.
        """
        ...

    def list(
        self, lecturer_id: UserId | None, which: AppealFilter, *, after: UUID | None, limit: int
    ) -> Sequence[Appeal]:
        """In the lecturer's courses, or everywhere; oldest first."""
        ...
