"""What administrators set for the whole institution while the server runs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.courses import Term
from absense_server.domain.errors.base import FieldViolation
from absense_server.domain.errors.calls import InvalidRequest
from absense_server.domain.errors.courses import TermNotFound
from absense_server.domain.institution import InstitutionSettings
from absense_server.domain.people import Caller
from absense_server.domain.policy import Engines, Policy, PolicyWishes, StandIn, policy_for
from absense_server.ports.data import UnitOfWork
from absense_server.ports.outside import Clock
from absense_server.services.administrators import require_admin
from absense_server.services.course_changes import current_term
from absense_server.services.settle import settle


@dataclass(frozen=True, slots=True)
class Promises:
    """What the consent promises, and no setting outlasts."""

    selfie_days: int
    face_days: int

    def kept_by(self, settings: InstitutionSettings) -> InstitutionSettings:
        """The settings as they take effect, with every number told."""
        return replace(
            settings,
            selfie_retention_days=min(settings.selfie_retention_days or self.selfie_days, self.selfie_days),
            face_retention_days=min(settings.face_retention_days or self.face_days, self.face_days),
        )

    def require_kept_by(self, fields: Mapping[str, Any]) -> None:
        """Raise InvalidRequest where a setting is longer than what was promised."""
        limits = {"selfie_retention_days": self.selfie_days, "face_retention_days": self.face_days}
        violations = [
            FieldViolation(f"settings.{name}", f"the consent promises at most {days} days")
            for name, days in limits.items()
            if fields.get(name, 0) > days
        ]
        if violations:
            raise InvalidRequest(*violations)


@dataclass(frozen=True, slots=True)
class Effective:
    """The settings, and what they come to now."""

    settings: InstitutionSettings
    current_term: Term | None
    policy: Policy
    """Of a new session with a place."""
    promises: Promises


class Institution:
    """Use cases of the institution's settings."""

    def __init__(
        self, *, uow: UnitOfWork, promises: Promises, engines: Engines, stand_in: StandIn, clock: Clock
    ) -> None:
        self._uow = uow
        self._promises = promises
        self._engines = engines
        self._stand_in = stand_in
        self._clock = clock

    def get(self) -> Effective:
        """The settings as they take effect."""
        with self._uow(read_only=True) as tx:
            settings = tx.institution.get()
            term = current_term(tx, self._clock.now())
        policy = policy_for(
            PolicyWishes(),
            has_place=True,
            engines=self._engines,
            stand_in=self._stand_in,
            default=settings.default_policy,
        )
        return Effective(self._promises.kept_by(settings), term, policy, self._promises)

    def update(self, caller: Caller, fields: Mapping[str, Any]) -> InstitutionSettings:
        """Make of the settings what `fields` has of them, by name.

        Raises InvalidRequest, TermNotFound, TermClosed, SignInEnded.
        """
        self._promises.require_kept_by(fields)

        def attempt() -> InstitutionSettings:
            with self._uow() as tx:
                require_admin(tx, caller)
                before = tx.institution.hold()
                after = replace(before, **fields)
                if after == before:
                    return before
                if after.current_term_id is not None and after.current_term_id != before.current_term_id:
                    if tx.courses.term(after.current_term_id) is None:
                        raise TermNotFound
                    tx.terms.share(after.current_term_id).require_open()
                tx.institution.save(after)
                changed = sorted(name for name in fields if getattr(before, name) != getattr(after, name))
                facts = {f"{name}_after": _fact(getattr(after, name)) for name in changed}
                now = self._clock.now()
                tx.audit.add(
                    audit.event(Action.SETTINGS_CHANGED, caller, now, None, changed=" ".join(changed), **facts)
                )
                tx.commit()
            return after

        return self._promises.kept_by(settle(attempt))


def _fact(value: object) -> str:
    if isinstance(value, PolicyWishes):
        weights = (value.device, value.location, value.face, value.liveness)
        return " ".join("-" if weight is None else weight.value for weight in weights)
    return "" if value is None else str(value)
