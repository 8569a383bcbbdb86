"""The composition root: the only place that builds and connects things."""

import asyncio
import importlib.metadata
import os
from datetime import timedelta
from pathlib import Path

import grpc.aio
import structlog
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from absense.v1 import auth_service_pb2_grpc, lecturer_service_pb2_grpc, student_service_pb2_grpc
from absense_server.adapters.blobs.folder import FolderBlobs
from absense_server.adapters.blobs.s3 import S3Blobs
from absense_server.adapters.crypto import AesGcmVault, HmacIdentifierKeys, P256Signatures
from absense_server.adapters.db import migrate
from absense_server.adapters.db.engine import create_engine
from absense_server.adapters.db.unit_of_work import SqlUnitOfWork
from absense_server.adapters.events.memory import MemoryEventBus
from absense_server.adapters.keys import KeyRing
from absense_server.adapters.passwords import Pbkdf2Passwords
from absense_server.adapters.qr import QrCodeArtist
from absense_server.adapters.system import SystemClock, SystemIds
from absense_server.adapters.threads import ThreadPool
from absense_server.adapters.tokens import JwtAccessTokens
from absense_server.domain import consent
from absense_server.domain.codes import CodeKeys
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.domain.images import MediaType
from absense_server.domain.pages import PageTokens
from absense_server.domain.policy import Engines
from absense_server.domain.tickets import TicketOffice
from absense_server.jobs.scheduler import Jobs
from absense_server.ports.outside import BlobStore, Clock
from absense_server.rpc import interceptors
from absense_server.rpc.auth import Auth
from absense_server.rpc.interceptors import validation
from absense_server.rpc.interceptors.lifetime import Lifetime
from absense_server.rpc.lecturer import Lecturer
from absense_server.rpc.policy import AccessPolicy
from absense_server.rpc.rate_limits import MemoryRateLimits
from absense_server.rpc.server_info import ServerInfo
from absense_server.rpc.student import Student
from absense_server.services.accounts import Accounts
from absense_server.services.check_in import CheckIn
from absense_server.services.claim_phones import ClaimPhones
from absense_server.services.code_proofs import CodeProofs
from absense_server.services.courses import Courses
from absense_server.services.devices import Devices
from absense_server.services.qr_codes import QrCodes
from absense_server.services.records import Records
from absense_server.services.review import Review
from absense_server.services.revocations import Revocations
from absense_server.services.rosters import Rosters
from absense_server.services.scans import Scans
from absense_server.services.seeding import Seeding
from absense_server.services.sessions import SessionDefaults, Sessions
from absense_server.services.sign_ins import SignIns
from absense_server.services.uploads import UploadLimits, Uploads
from absense_server.settings import Settings

SERVICES = ("absense.v1.AuthService", "absense.v1.StudentService", "absense.v1.LecturerService")
ENGINES = Engines(face=False, liveness=False)

_MESSAGE_OVERHEAD = 64 * 1024
_MAX_CONNECTION_AGE = timedelta(minutes=30)
_JOB_THREADS = 2
_FILE_THREADS = 4
_NOTICE_SECONDS = 0.2
_UPLOAD_MEMORY = 256 * 1024 * 1024

log = structlog.get_logger()


class App:
    """One server process: built from settings, then started and stopped."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None, blobs: BlobStore | None = None) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self.ids = SystemIds()
        self.engine = create_engine(
            settings.database_url.get_secret_value(), pool_size=settings.database_threads + _JOB_THREADS
        )
        self.uow = SqlUnitOfWork(self.engine)
        self.events = MemoryEventBus(self.clock)
        self.blobs = blobs or _blobs(settings)
        self.passwords = Pbkdf2Passwords(settings.password_rounds)
        self.qr_artist = QrCodeArtist()
        # waits: what a lecture hall that arrives at one instant needs, rather than a small count
        self._db_threads = ThreadPool("db", settings.database_threads, max_wait=timedelta(seconds=20))
        # apart, so that a rush of claims does not keep the server from learning whose sign-in has ended
        self._job_threads = ThreadPool("jobs", _JOB_THREADS, max_wait=timedelta(seconds=20))
        # registering has its own, so that nobody is kept from signing in by people who register
        self._login_threads = ThreadPool("login", os.cpu_count() or 1, max_wait=timedelta(seconds=60))
        self._register_threads = ThreadPool("register", 1, max_wait=timedelta(seconds=60))
        self._file_threads = ThreadPool("files", _FILE_THREADS, max_wait=timedelta(seconds=20))

        ring = KeyRing(settings.secret_keys[0], settings.secret_keys[1:])
        self.tokens = JwtAccessTokens(ring)
        self.code_keys = CodeKeys(ring.derive("absense/qr-code/v1"))
        self.tickets = TicketOffice(ring.derive("absense/scan-ticket/v1"))
        pages = PageTokens(ring.derive("absense/page-token/v1"))
        identifiers = HmacIdentifierKeys(ring.derive_all("absense/device-identifier/v1").values())
        vault = AesGcmVault(ring.derive_all("absense/blob-master/v1"), ring.key_id)
        signatures = P256Signatures()
        limits = UploadLimits(
            max_bytes=settings.upload_max_bytes,
            types=frozenset(MediaType(text) for text in settings.upload_allowed_image_types),
            max_pixels=int(settings.upload_max_megapixels * 1_000_000),
            stall=timedelta(seconds=settings.upload_stall_seconds),
            memory=max(_UPLOAD_MEMORY, settings.upload_max_bytes),
        )

        self.accounts = Accounts(
            uow=self.uow,
            threads=self._db_threads,
            hashing_threads=self._register_threads,
            passwords=self.passwords,
            clock=self.clock,
            ids=self.ids,
        )
        self.seeding = Seeding(self.uow, self.passwords, self.clock, self.ids)
        self.revocations = Revocations(self.uow, self.clock, settings.access_token_life)
        sign_ins = SignIns(
            uow=self.uow,
            threads=self._db_threads,
            hashing_threads=self._login_threads,
            passwords=self.passwords,
            tokens=self.tokens,
            clock=self.clock,
            ids=self.ids,
            access_token_life=settings.access_token_life,
        )
        sessions = Sessions(
            uow=self.uow,
            events=self.events,
            clock=self.clock,
            ids=self.ids,
            pages=pages,
            engines=ENGINES,
            defaults=SessionDefaults(
                timedelta(seconds=settings.code_life_seconds),
                timedelta(seconds=settings.code_overlap_seconds),
            ),
        )
        qr_codes = QrCodes(
            uow=self.uow,
            threads=self._db_threads,
            drawing_threads=self._file_threads,
            keys=self.code_keys,
            artist=self.qr_artist,
            events=self.events,
            clock=self.clock,
        )
        proofs = CodeProofs(self.uow, self.code_keys, self.tickets)
        check_in = CheckIn(
            uow=self.uow,
            threads=self._db_threads,
            proofs=proofs,
            uploads=Uploads(
                limits=limits,
                threads=self._file_threads,
                vault=vault,
                blobs=self.blobs,
                clock=self.clock,
                ids=self.ids,
            ),
            phones=ClaimPhones(identifiers, signatures),
            events=self.events,
            clock=self.clock,
            ids=self.ids,
        )
        review = Review(
            uow=self.uow,
            threads=self._db_threads,
            blob_threads=self._file_threads,
            vault=vault,
            blobs=self.blobs,
            events=self.events,
            clock=self.clock,
            ids=self.ids,
            pages=pages,
        )
        self._auth = Auth(
            info=ServerInfo(
                version=importlib.metadata.version("absense"),
                uploads=limits,
                engines=ENGINES,
                consent_version=consent.VERSION,
                consent_text=consent.TEXT,
                oldest_client_version=settings.oldest_client_version,
            ),
            accounts=self.accounts,
            sign_ins=sign_ins,
            threads=self._db_threads,
            clock=self.clock,
        )
        self._student = Student(
            devices=Devices(self.uow, identifiers, signatures, self.clock, self.ids),
            scans=Scans(self.uow, proofs, self.tickets, self.clock),
            check_in=check_in,
            records=Records(self.uow, self._db_threads, self.events),
            sessions=sessions,
            rosters=Rosters(self.uow, self.events, self.clock, self.ids, pages),
            threads=self._db_threads,
            clock=self.clock,
        )
        self._lecturer = Lecturer(
            courses=Courses(self.uow, self.clock, self.ids, pages),
            sessions=sessions,
            qr_codes=qr_codes,
            review=review,
            threads=self._db_threads,
            clock=self.clock,
        )
        self._lifetime = Lifetime(self.revocations, self.clock)
        self.jobs = Jobs(
            events=self.events,
            threads=self._job_threads,
            clock=self.clock,
            revocations=self.revocations,
            sessions=sessions,
            on_revocations=self._lifetime.revocations_changed,
        )
        self._health = health.aio.HealthServicer()
        self._server: grpc.aio.Server | None = None

    async def start(self, *, address: str | None = None, with_jobs: bool = True) -> int:
        """Serve, and return the port. Without jobs nothing happens by itself: the caller turns the clock.

        Raises DatabaseNotReady, DemoAccountsOpen, AddressInUse.
        """
        self.require_database()
        if not self.settings.demo_mode and self.seeding.open_demo_accounts():
            raise DemoAccountsOpen
        await self._db_threads.run(self.revocations.poll)
        validation.warm_up(SERVICES)
        self._server = server = grpc.aio.server(
            interceptors=interceptors.chain(
                policy=AccessPolicy.from_services(SERVICES),
                tokens=self.tokens,
                revoked=self.revocations,
                rate_limits=MemoryRateLimits(self.clock),
                lifetime=self._lifetime,
                clock=self.clock,
                ids=self.ids,
            ),
            options=_server_options(self.settings),
        )
        auth_service_pb2_grpc.add_AuthServiceServicer_to_server(self._auth, server)
        student_service_pb2_grpc.add_StudentServiceServicer_to_server(self._student, server)
        lecturer_service_pb2_grpc.add_LecturerServiceServicer_to_server(self._lecturer, server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        reflection.enable_server_reflection([*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME], server)
        address = address or self.settings.listen_address
        try:
            port = server.add_insecure_port(address)
        except RuntimeError as error:
            raise AddressInUse(address) from error
        await server.start()
        if with_jobs:
            self.events.on_alarm = self.jobs.arm
            self.jobs.start()
        for service in ("", *SERVICES):
            await self._health.set(service, health_pb2.HealthCheckResponse.SERVING)
        return port

    async def stop(self, grace: float | None = None) -> None:
        """Stop gracefully: NOT_SERVING first, streams end, claims in flight finish within `grace` seconds."""
        grace = self.settings.shutdown_grace_seconds if grace is None else grace
        await self._health.enter_graceful_shutdown()
        if grace:
            # those who watch the health hear of it before anything ends, and send nothing new here
            await asyncio.sleep(_NOTICE_SECONDS)
        self._lifetime.shutdown()
        self.jobs.stop()
        if self._server is not None:
            await self._server.stop(grace)
        self.close()

    def require_database(self) -> None:
        """Raise DatabaseNotReady unless the database answers and has the schema of this version."""
        try:
            current = migrate.is_current(self.engine)
        except BackendUnavailable as error:
            raise DatabaseNotReady("The database does not answer. Check DATABASE_URL.") from error
        if not current:
            raise DatabaseNotReady("The database is not up to date. Run `absense-server migrate` first.")

    def close(self) -> None:
        """Let go of threads and connections."""
        for threads in (
            self._db_threads,
            self._job_threads,
            self._login_threads,
            self._register_threads,
            self._file_threads,
        ):
            threads.close()
        self.engine.dispose()


class DatabaseNotReady(Exception):
    """The database does not answer, or its schema is not the one this version needs."""


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


def _blobs(settings: Settings) -> BlobStore:
    if settings.storage_backend == "s3":
        return S3Blobs(
            settings.s3_bucket,
            settings.s3_region,
            settings.s3_access_key.get_secret_value(),
            settings.s3_secret_key.get_secret_value(),
            settings.s3_endpoint_url or None,
        )
    return FolderBlobs(Path(settings.storage_folder))


def _server_options(settings: Settings) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", settings.upload_max_bytes + _MESSAGE_OVERHEAD),
        # a second server on the same port must be an error, not a silent share of the traffic
        ("grpc.so_reuseport", 0),
        # gRPC adds a jitter of a tenth
        ("grpc.max_connection_age_ms", int(_MAX_CONNECTION_AGE.total_seconds() * 1000)),
        ("grpc.max_connection_age_grace_ms", int(settings.shutdown_grace_seconds * 1000)),
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ]
