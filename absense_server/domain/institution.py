"""What administrators set for the whole institution while the server runs."""

from dataclasses import dataclass, field

from absense_server.domain.ids import TermId
from absense_server.domain.policy import PolicyWishes

DEFAULT_AT_RISK_THRESHOLD = 0.75


@dataclass(frozen=True, slots=True)
class InstitutionSettings:
    """There is one; None: what the server was started with."""

    current_term_id: TermId | None = None
    enrollment_open: bool = True
    selfie_retention_days: int | None = None
    face_retention_days: int | None = None
    at_risk_threshold: float = DEFAULT_AT_RISK_THRESHOLD
    default_policy: PolicyWishes = field(default_factory=PolicyWishes)
