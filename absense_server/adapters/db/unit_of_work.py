"""Transactions: one connection each, rolled back unless committed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from psycopg2 import OperationalError
from sqlalchemy import Connection, DateTime, Engine, func, select

from absense_server.adapters.db.absences import SqlAbsences
from absense_server.adapters.db.appeals import SqlAppeals
from absense_server.adapters.db.attendance_tables import SqlAttendanceTables
from absense_server.adapters.db.audit import SqlAudit
from absense_server.adapters.db.audit_log import SqlAuditLog
from absense_server.adapters.db.chores import SqlChores
from absense_server.adapters.db.course_claims import SqlCourseClaims
from absense_server.adapters.db.courses import SqlCourses
from absense_server.adapters.db.dashboards import SqlDashboards
from absense_server.adapters.db.days import SqlDays
from absense_server.adapters.db.device_resets import SqlDeviceResets
from absense_server.adapters.db.devices import SqlDevices
from absense_server.adapters.db.engine import READ_ONLY
from absense_server.adapters.db.enrollments import SqlEnrollments
from absense_server.adapters.db.erasures import SqlErasures
from absense_server.adapters.db.errors import translated
from absense_server.adapters.db.exports import SqlExports
from absense_server.adapters.db.faces import SqlFaces
from absense_server.adapters.db.images import SqlImages
from absense_server.adapters.db.imports import SqlImports
from absense_server.adapters.db.institution import SqlInstitution
from absense_server.adapters.db.mails import SqlMails
from absense_server.adapters.db.programmes import SqlProgrammes
from absense_server.adapters.db.records import SqlRecords
from absense_server.adapters.db.reports import SqlReports
from absense_server.adapters.db.requests import SqlRequests
from absense_server.adapters.db.sessions import SqlSessions
from absense_server.adapters.db.sign_ins import SqlSignIns
from absense_server.adapters.db.terms import SqlTerms
from absense_server.adapters.db.users import SqlUsers
from absense_server.adapters.db.verifications import SqlVerifications
from absense_server.domain.errors.calls import BackendUnavailable

_NOW_AND_WHETHER_READ_ONLY = select(
    # not that of the transaction's beginning
    func.clock_timestamp(type_=DateTime(timezone=True)),
    func.pg_is_in_recovery() | (func.current_setting("default_transaction_read_only") == "on"),
)


class SqlTransaction:
    """One transaction and the collections seen through it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.users = SqlUsers(connection)
        self.sign_ins = SqlSignIns(connection)
        self.mails = SqlMails(connection)
        self.requests = SqlRequests(connection)
        self.courses = SqlCourses(connection)
        self.terms = SqlTerms(connection)
        self.programmes = SqlProgrammes(connection)
        self.course_claims = SqlCourseClaims(connection)
        self.institution = SqlInstitution(connection)
        self.enrollments = SqlEnrollments(connection)
        self.sessions = SqlSessions(connection)
        self.devices = SqlDevices(connection)
        self.device_resets = SqlDeviceResets(connection)
        self.records = SqlRecords(connection)
        self.appeals = SqlAppeals(connection)
        self.faces = SqlFaces(connection)
        self.verifications = SqlVerifications(connection)
        self.images = SqlImages(connection)
        self.reports = SqlReports(connection)
        self.dashboards = SqlDashboards(connection)
        self.absences = SqlAbsences(connection)
        self.days = SqlDays(connection)
        self.erasures = SqlErasures(connection)
        self.exports = SqlExports(connection)
        self.attendance_tables = SqlAttendanceTables(connection)
        self.chores = SqlChores(connection)
        self.imports = SqlImports(connection)
        self.audit = SqlAudit(connection)
        self.audit_log = SqlAuditLog(connection)

    def database_time(self) -> datetime | None:
        if self._connection.dialect.name == "sqlite":
            self._connection.exec_driver_sql("PRAGMA schema_version")  # reads the file
            return None
        now, takes_nothing = self._connection.execute(_NOW_AND_WHETHER_READ_ONLY).one()
        if takes_nothing:
            # another one may lead to the database that has taken its place
            self._connection.invalidate()
            raise BackendUnavailable from OperationalError("the database is a standby, or read-only")
        return now

    def commit(self) -> None:
        self._connection.commit()


class SqlUnitOfWork:
    """Opens transactions on `engine`.

    Those that only read see one moment of the database, however many statements they make.
    """

    def __init__(self, engine: Engine) -> None:
        writing = {READ_ONLY: False}
        reading: dict[str, object] = {READ_ONLY: True}
        if engine.dialect.name == "postgresql":
            reading |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._writing = engine.execution_options(**writing)
        self._reading = engine.execution_options(**reading)

    @contextmanager
    def __call__(self, *, read_only: bool = False) -> Iterator[SqlTransaction]:
        engine = self._reading if read_only else self._writing
        with translated(), engine.connect() as connection:
            connection.begin()
            yield SqlTransaction(connection)
