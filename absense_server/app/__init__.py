"""The composition root: the only place that builds and connects things. Here: the server, started and stopped."""

import asyncio
import importlib.metadata
from dataclasses import dataclass
from datetime import timedelta

import grpc
import grpc.aio
import structlog
from grpc_health.v1 import health
from grpc_reflection.v1alpha import reflection

from absense.v1 import (
    admin_service_pb2_grpc,
    auth_service_pb2_grpc,
    lecturer_service_pb2_grpc,
    student_service_pb2_grpc,
)
from absense_server.adapters import tls
from absense_server.app.database import require_ready
from absense_server.app.faces import ConfiguredFaces
from absense_server.app.outside import Outside
from absense_server.app.use_cases import UseCases
from absense_server.jobs.alarms import Alarms
from absense_server.jobs.postman import Postman
from absense_server.jobs.pulse import Pulse
from absense_server.jobs.scheduler import Jobs
from absense_server.jobs.verifier import Verifier
from absense_server.ports.faces import FaceEngine
from absense_server.ports.outside import BlobStore, Clock
from absense_server.rpc import interceptors
from absense_server.rpc.addresses import TrustedProxies
from absense_server.rpc.admin import Admin
from absense_server.rpc.auth import Auth
from absense_server.rpc.health import Health
from absense_server.rpc.interceptors import validation
from absense_server.rpc.interceptors.lifetime import Lifetime
from absense_server.rpc.lecturer import Lecturer
from absense_server.rpc.policy import AccessPolicy, kind_of
from absense_server.rpc.server_info import ServerInfo
from absense_server.rpc.student import Student
from absense_server.settings import Settings

SERVICES = (
    "absense.v1.AuthService",
    "absense.v1.StudentService",
    "absense.v1.LecturerService",
    "absense.v1.AdminService",
)

_MESSAGE_OVERHEAD = 64 * 1024
_MAX_CONNECTION_AGE = timedelta(minutes=30)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a server process listens."""

    address: str
    """host:port."""
    own_address: str | None = None
    """The same for this process alone, where the first one is shared: a proxy reaches each process by its own."""
    shared: bool = False
    """Other processes of ours listen at the address too (SO_REUSEPORT)."""


class App:
    """One server process: built from settings, then started and stopped."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        blobs: BlobStore | None = None,
        face_engine: FaceEngine | None = None,
    ) -> None:
        """`clock`, `blobs`, `face_engine` (started, and the caller's to close): instead of those of the settings."""
        self.settings = settings
        self.outside = outside = Outside(settings, clock=clock, blobs=blobs)
        self.clock, self.ids, self.events = outside.clock, outside.ids, outside.events
        self.engine, self.uow = outside.engine, outside.uow
        self.faces = ConfiguredFaces(settings, outside.metrics)
        self.use_cases = use_cases = UseCases(
            settings, outside, face_engine or self.faces.engine, self.faces.without_engine
        )
        self.accounts, self.seeding, self.revocations = use_cases.accounts, use_cases.seeding, use_cases.revocations
        self.erasure, self.orphans = use_cases.erasure, use_cases.orphans
        self.erasing_again = use_cases.erasing_again
        self.mail_delivery = use_cases.mail_delivery
        self._lifetime = Lifetime(self.revocations, self.clock)
        outside.metrics.watch_streams(lambda: self._lifetime.open_streams)
        self.pulse = Pulse(use_cases.verification, outside.metrics)
        self.verifier = Verifier(use_cases.verification, self.events, self.clock)
        self.health = Health(SERVICES, use_cases.readiness, lambda: self.faces.well)
        self.postman = Postman(self.mail_delivery)
        self.alarms = Alarms(self.events, self.clock)
        self.jobs = Jobs(
            events=self.events,
            threads=outside.job_threads,
            revocations=self.revocations,
            sessions=use_cases.sessions,
            erasure=self.erasure,
            account_erasure=use_cases.account_erasure,
            orphans=self.orphans,
            registration=use_cases.registration,
            old_sign_ins=use_cases.old_sign_ins,
            mails=self.mail_delivery,
            audit_log=use_cases.audit_log,
            daily_figures=use_cases.daily_figures,
            housekeeping=outside.housekeeping_threads,
            on_revocations=self._lifetime.revocations_changed,
            watch_health=self.health.watch,
        )
        self._server: grpc.aio.Server | None = None
        self.own_port: int | None = None
        """Where a started server listens for itself alone, if it does."""
        self.metrics_port: int | None = None
        """Where a started server shows its metrics, if it does."""

    async def start(
        self, *, listening: Listening | None = None, with_jobs: bool = True, with_verifier: bool | None = None
    ) -> int:
        """Serve, and return the port. Without jobs nothing happens by itself: the caller turns the clock.

        `listening`: where; at the address of the settings, alone, unless said. `with_verifier`: work off the queue of
        selfies; as `with_jobs` and the settings have it unless said.

        Raises DatabaseNotReady, DemoAccountsOpen, AddressInUse, MetricsAddressInUse, TlsUnusable.
        """
        listening = listening or Listening(self.settings.listen_address)
        if with_verifier is None:
            with_verifier = with_jobs and self.settings.face_queue_in_server
        credentials = _credentials(self.settings, self.clock)
        self.require_database()
        if not self.settings.demo_mode and self.seeding.open_demo_accounts():
            raise DemoAccountsOpen
        await self.outside.db_threads.run(self.revocations.poll)
        validation.warm_up(SERVICES)
        policy = AccessPolicy.from_services(SERVICES)
        self._server = server = grpc.aio.server(
            interceptors=interceptors.chain(
                policy=policy,
                tokens=self.outside.tokens,
                revoked=self.revocations,
                rate_limits=self.outside.rate_limits,
                lifetime=self._lifetime,
                clock=self.clock,
                ids=self.ids,
                proxies=TrustedProxies(self.settings.trusted_proxies),
                metrics=self.outside.metrics.calls({method: kind_of(method) for method in policy.rules}),
            ),
            options=_server_options(self.settings, share_port=listening.shared),
        )
        self._add_servicers(server)
        self.health.add_to(server)
        reflection.enable_server_reflection([*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME], server)
        port = _listen(server, listening.address, credentials)
        if listening.own_address is not None:
            self.own_port = _listen(server, listening.own_address, credentials)
        self.metrics_port = self.outside.serve_metrics()
        self.faces.start()
        self.events.start()
        await self.health.watch()  # nobody hears SERVING before it is true
        await server.start()
        if with_verifier:
            self.verifier.start()
        if with_jobs:
            self.alarms.start()
            self.jobs.start()
            self.pulse.start()
            self.postman.start()
        return port

    def _add_servicers(self, server: grpc.aio.Server) -> None:
        use_cases, threads, clock = self.use_cases, self.outside.db_threads, self.clock
        face_model = use_cases.face_model
        auth = Auth(
            info=ServerInfo(
                version=importlib.metadata.version("absense"),
                uploads=use_cases.upload_limits,
                engines=use_cases.engines,
                consent=use_cases.consent,
                oldest_client_version=self.settings.oldest_client_version,
                registration=self.settings.registration_rules,
                time_zone=self.settings.time_zone,
                max_import_bytes=self.settings.import_max_bytes,
            ),
            accounts=use_cases.accounts,
            registration=use_cases.registration,
            confirmation=use_cases.confirmation,
            profiles=use_cases.profiles,
            passwords=use_cases.passwords,
            account_erasure=use_cases.account_erasure,
            sign_ins=use_cases.sign_ins,
            token_exchange=use_cases.token_exchange,
            own_sign_ins=use_cases.own_sign_ins,
            signing_keys=use_cases.signing_keys,
            templates=use_cases.face_templates,
            face_model=face_model,
            threads=threads,
            clock=clock,
        )
        student = Student(
            devices=use_cases.devices,
            device_resets=use_cases.device_resets,
            enrollment=use_cases.face_enrollment,
            templates=use_cases.face_templates,
            face_model=face_model,
            scans=use_cases.scans,
            check_in=use_cases.check_in,
            records=use_cases.records,
            sessions=use_cases.sessions,
            rosters=use_cases.rosters,
            appeals=use_cases.appeals,
            data_export=use_cases.data_export,
            dashboards=use_cases.dashboards,
            absences=use_cases.absences,
            report_threads=self.outside.report_threads,
            threads=threads,
            clock=clock,
        )
        lecturer = Lecturer(
            imports=use_cases.enrollment_imports,
            courses=use_cases.courses,
            course_claims=use_cases.course_claims,
            course_staff=use_cases.course_staff,
            rosters=use_cases.rosters,
            sessions=use_cases.sessions,
            session_changes=use_cases.session_changes,
            live_attendance=use_cases.live_attendance,
            qr_codes=use_cases.qr_codes,
            review=use_cases.review,
            decisions=use_cases.decisions,
            appeals=use_cases.appeals,
            reports=use_cases.reports,
            dashboards=use_cases.dashboards,
            absences=use_cases.absences,
            report_threads=self.outside.report_threads,
            attendance_export=use_cases.attendance_export,
            threads=threads,
            clock=clock,
        )
        admin = Admin(
            imports=use_cases.user_imports,
            users=use_cases.user_office,
            user_changes=use_cases.user_changes,
            device_resets=use_cases.device_resets,
            faces=use_cases.face_office,
            sessions=use_cases.session_office,
            face_model=face_model,
            account_erasure=use_cases.account_erasure,
            audit_log=use_cases.audit_log,
            report_threads=self.outside.report_threads,
            review=use_cases.review,
            decisions=use_cases.decisions,
            second_looks=use_cases.second_looks,
            appeals=use_cases.appeals,
            course_office=use_cases.course_office,
            course_claims=use_cases.course_claims,
            terms=use_cases.terms,
            programmes=use_cases.programmes,
            institution_settings=use_cases.institution,
            daily_figures=use_cases.daily_figures,
            attendance_export=use_cases.attendance_export,
            threads=threads,
        )
        auth_service_pb2_grpc.add_AuthServiceServicer_to_server(auth, server)
        student_service_pb2_grpc.add_StudentServiceServicer_to_server(student, server)
        lecturer_service_pb2_grpc.add_LecturerServiceServicer_to_server(lecturer, server)
        admin_service_pb2_grpc.add_AdminServiceServicer_to_server(admin, server)

    async def stop(self, grace: float | None = None) -> None:
        """Stop gracefully: NOT_SERVING first, streams end, claims in flight finish within `grace` seconds."""
        grace = self.settings.shutdown_grace_seconds if grace is None else grace
        await self.health.shut_down()
        if grace:
            # those who watch the health hear of it before anything ends, and send nothing new here
            await asyncio.sleep(self.settings.shutdown_notice_seconds)
        self._lifetime.shutdown()
        self.erasure.stop()
        self.use_cases.account_erasure.stop()
        self.orphans.stop()
        self.use_cases.daily_figures.stop()
        if self._server is not None:
            await self._server.stop(grace)
        await self.postman.stop()
        await self.jobs.stop()
        await self.pulse.stop()
        self.alarms.stop()
        await self.verifier.stop()
        await self.outside.rate_limits.close()
        self.close()

    def require_database(self) -> None:
        """Raise DatabaseNotReady unless the database answers and has a schema that this version works on."""
        require_ready(self.outside)

    def close(self) -> None:
        """Let go of threads and connections."""
        self.faces.close()
        self.outside.close()


class DemoAccountsOpen(Exception):
    """Outside demo mode, the database has demo accounts."""

    def __str__(self) -> str:
        """What to do."""
        return (
            "This database has demo accounts, whose passwords everybody knows. Set DATABASE_URL to another database, "
            "or DEMO_MODE=true."
        )


class AddressInUse(Exception):
    """The address cannot be listened on."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} cannot be listened on; it is probably already in use. Set LISTEN_ADDRESS.")


def _credentials(settings: Settings, clock: Clock) -> grpc.ServerCredentials | None:
    if settings.tls_files is None:
        return None
    keys = tls.read(*settings.tls_files, clock.now())
    return grpc.ssl_server_credentials([(keys.private_key, keys.chain)])


def _listen(server: grpc.aio.Server, address: str, credentials: grpc.ServerCredentials | None) -> int:
    try:
        if credentials is not None:
            return server.add_secure_port(address, credentials)
        return server.add_insecure_port(address)
    except RuntimeError as error:
        raise AddressInUse(address) from error


def _server_options(settings: Settings, *, share_port: bool) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", settings.upload_max_bytes + _MESSAGE_OVERHEAD),
        # unless it is meant, a second server on the same port is an error, not a silent share of the traffic
        ("grpc.so_reuseport", int(share_port)),
        # gRPC adds a jitter of a tenth
        ("grpc.max_connection_age_ms", int(_MAX_CONNECTION_AGE.total_seconds() * 1000)),
        ("grpc.max_connection_age_grace_ms", int(settings.shutdown_grace_seconds * 1000)),
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ]
