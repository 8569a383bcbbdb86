"""What administrators set for the whole institution."""

from sqlalchemy import Connection, select, update

from absense_server.adapters.db.conflicts import add_unless_taken
from absense_server.adapters.db.tables import institution_settings
from absense_server.domain.institution import InstitutionSettings
from absense_server.domain.policy import PolicyWishes

_THE_ROW = 1


class SqlInstitution:
    """ports.data.Institution."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self) -> InstitutionSettings:
        row = self._connection.execute(
            select(institution_settings).where(institution_settings.c.id == _THE_ROW)
        ).one_or_none()
        if row is None:
            return InstitutionSettings()
        return InstitutionSettings(
            current_term_id=row.current_term_id,
            enrollment_open=row.enrollment_open,
            selfie_retention_days=row.selfie_retention_days,
            face_retention_days=row.face_retention_days,
            at_risk_threshold=row.at_risk_threshold,
            default_policy=PolicyWishes(
                row.default_device, row.default_location, row.default_face, row.default_liveness
            ),
        )

    def hold(self) -> InstitutionSettings:
        add_unless_taken(self._connection, institution_settings, id=_THE_ROW, **_values(InstitutionSettings()))
        held = select(institution_settings.c.id).where(institution_settings.c.id == _THE_ROW).with_for_update()
        self._connection.execute(held)
        return self.get()

    def save(self, settings: InstitutionSettings) -> None:
        values = _values(settings)
        if not add_unless_taken(self._connection, institution_settings, id=_THE_ROW, **values):
            self._connection.execute(
                update(institution_settings).where(institution_settings.c.id == _THE_ROW).values(**values)
            )


def _values(settings: InstitutionSettings) -> dict[str, object]:
    policy = settings.default_policy
    return {
        "current_term_id": settings.current_term_id,
        "enrollment_open": settings.enrollment_open,
        "selfie_retention_days": settings.selfie_retention_days,
        "face_retention_days": settings.face_retention_days,
        "at_risk_threshold": settings.at_risk_threshold,
        "default_device": policy.device,
        "default_location": policy.location,
        "default_face": policy.face,
        "default_liveness": policy.liveness,
    }
