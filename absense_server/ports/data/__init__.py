"""What the use cases need from the database: a unit of work and the collections in it.

Every method is one statement or a few; they return domain objects. Lists return at most `limit` rows, those after
the key `after`.
"""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from absense_server.ports.data.appeals import Appeals
from absense_server.ports.data.attendance import Faces, Images, Records, Verifications
from absense_server.ports.data.people import DeviceResets, Devices, Mails, Requests, SignIns, Users
from absense_server.ports.data.teaching import (
    CourseClaims,
    Courses,
    Enrollments,
    Institution,
    Programmes,
    Sessions,
    Terms,
)
from absense_server.ports.data.upkeep import Audit, AuditLog, Chores, Erasures, Exports


class Transaction(Protocol):
    """One transaction; without `commit` nothing is kept."""

    @property
    def users(self) -> Users: ...
    @property
    def sign_ins(self) -> SignIns: ...
    @property
    def mails(self) -> Mails: ...
    @property
    def requests(self) -> Requests: ...
    @property
    def courses(self) -> Courses: ...
    @property
    def terms(self) -> Terms: ...
    @property
    def programmes(self) -> Programmes: ...
    @property
    def course_claims(self) -> CourseClaims: ...
    @property
    def institution(self) -> Institution: ...
    @property
    def enrollments(self) -> Enrollments: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def devices(self) -> Devices: ...
    @property
    def device_resets(self) -> DeviceResets: ...
    @property
    def records(self) -> Records: ...
    @property
    def appeals(self) -> Appeals: ...
    @property
    def faces(self) -> Faces: ...
    @property
    def verifications(self) -> Verifications: ...
    @property
    def images(self) -> Images: ...
    @property
    def erasures(self) -> Erasures: ...
    @property
    def exports(self) -> Exports: ...
    @property
    def chores(self) -> Chores: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def audit_log(self) -> AuditLog: ...

    def database_time(self) -> datetime | None:
        """What the database's clock says; None where it has none of its own. It is asked something in any case.

        Raises BackendUnavailable where nothing can be written: it is a standby, or read-only.
        """
        ...

    def commit(self) -> None: ...


class UnitOfWork(Protocol):
    """Opens transactions. Every one may raise BackendUnavailable when the database does not answer."""

    def __call__(self, *, read_only: bool = False) -> AbstractContextManager[Transaction]: ...
