"""What the use cases need from outside, as the settings ask for it: keys, database, storage, threads."""

import importlib.metadata
import os
from datetime import timedelta
from pathlib import Path

from absense_server.adapters.blobs.folder import FolderBlobs
from absense_server.adapters.blobs.s3 import S3Blobs
from absense_server.adapters.crypto import AesGcmVault, HmacIdentifierKeys, OptionalVault, P256Signatures
from absense_server.adapters.db.engine import connections_of, create_engine
from absense_server.adapters.db.unit_of_work import SqlUnitOfWork
from absense_server.adapters.email_addresses import EmailAddresses
from absense_server.adapters.events.memory import MemoryEventBus
from absense_server.adapters.events.postgres import PostgresEventBus
from absense_server.adapters.keys import KeyRing
from absense_server.adapters.mail.outbox import OutboxFolder
from absense_server.adapters.mail.smtp import SmtpMailer
from absense_server.adapters.metrics.process import ProcessMetrics
from absense_server.adapters.metrics.server import MetricsServer
from absense_server.adapters.passwords import Pbkdf2Passwords
from absense_server.adapters.qr import QrCodeArtist
from absense_server.adapters.rate_limits.fallback import FallbackRateLimits
from absense_server.adapters.rate_limits.memory import MemoryRateLimits
from absense_server.adapters.rate_limits.redis import RedisRateLimits
from absense_server.adapters.refresh_tokens import RandomRefreshTokens
from absense_server.adapters.signing_keys import TokenKeys, ed25519_keys, secret_keys
from absense_server.adapters.system import SystemClock, SystemIds
from absense_server.adapters.threads import ThreadPool
from absense_server.adapters.tokens import JwtAccessTokens
from absense_server.adapters.workbooks import XlsxWorkbooks
from absense_server.domain.audit_chain import AuditChain
from absense_server.domain.codes import CodeKeys
from absense_server.domain.pages import PageTokens
from absense_server.domain.resume_tokens import ResumeTokens
from absense_server.domain.tickets import TicketOffice
from absense_server.ports.mail import Mailer
from absense_server.ports.outside import BlobStore, Clock
from absense_server.ports.rate_limits import RateLimits
from absense_server.settings import Settings

_CLAIM_THREADS = 1
_JOB_THREADS = 2
_HOUSEKEEPING_THREADS = 1
_REPORT_THREADS = 2
_IMPORT_THREADS = 1
_DRAWING_THREADS = 1
MAIL_THREADS = 4
_FILE_THREADS = {"local": 4, "s3": 16}
"""A disk is kept busy by few; of those that ask S3 most just wait."""


class Outside:
    """The adapters of one process."""

    def __init__(self, settings: Settings, *, clock: Clock | None, blobs: BlobStore | None) -> None:
        self.clock = clock or SystemClock()
        self.ids = SystemIds()
        self.engine = create_engine(
            settings.database_url.get_secret_value(),
            pool_size=settings.database_threads
            + sum((_CLAIM_THREADS, _JOB_THREADS, _HOUSEKEEPING_THREADS, _REPORT_THREADS, _IMPORT_THREADS)),
        )
        self.uow = SqlUnitOfWork(self.engine)
        self.events = _events(settings, self.clock)
        self.blobs = blobs or _blobs(settings)
        self.passwords = Pbkdf2Passwords(settings.password_rounds)
        self.addresses = EmailAddresses()
        self.mailer = _mailer(settings)
        self.qr_artist = QrCodeArtist()
        self.workbooks = XlsxWorkbooks()

        ring = KeyRing(settings.secret_keys[0], settings.secret_keys[1:])
        token_keys = token_keys_of(settings, ring)
        self.tokens = JwtAccessTokens(
            token_keys,
            issuer=settings.token_issuer,
            audience=settings.token_audience,
            life=settings.access_token_life,
        )
        self.signing_keys = token_keys.public
        self.refresh_tokens = RandomRefreshTokens()
        self.code_keys = CodeKeys(ring.derive("absense/qr-code/v1"))
        self.tickets = TicketOffice(ring.derive("absense/scan-ticket/v1"))
        self.audit_chain = AuditChain(ring.derive_all("absense/audit/v1"), ring.key_id)
        self.pages = PageTokens(ring.derive("absense/page-token/v1"))
        self.resumptions = ResumeTokens(ring.derive("absense/resume-token/v1"))
        self.identifiers = HmacIdentifierKeys(ring.derive_all("absense/device-identifier/v1").values())
        self.fingerprints = HmacIdentifierKeys(ring.derive_all("absense/claim-fingerprint/v1").values())
        blob_keys = AesGcmVault(ring.derive_all("absense/blob-master/v1"), ring.key_id)
        self.vault = OptionalVault(blob_keys, sealing=settings.blob_encryption)
        self.vector_vault = AesGcmVault(ring.derive_all("absense/face-vector/v1"), ring.key_id)
        self.signatures = P256Signatures()
        self.rate_limits = _rate_limits(settings, self.clock, ring)

        # waits: what a lecture hall that arrives at one instant needs, rather than a small count
        self.db_threads = ThreadPool("db", settings.database_threads, max_wait=timedelta(seconds=20))
        # claims go in batches: while one is looked up or committed, the next gathers
        self.claim_threads = ThreadPool("claims", _CLAIM_THREADS, max_wait=timedelta(seconds=20))
        # apart, so that a rush of claims does not keep the server from learning whose sign-in has ended
        self.job_threads = ThreadPool("jobs", _JOB_THREADS, max_wait=timedelta(seconds=20))
        self.housekeeping_threads = ThreadPool("housekeeping", _HOUSEKEEPING_THREADS, max_wait=timedelta(hours=1))
        # whoever reads much at a time keeps nobody waiting who wants one thing
        self.report_threads = ThreadPool("reports", _REPORT_THREADS, max_wait=timedelta(seconds=60))
        # a file takes many seconds, and reports shall not wait for it
        self.import_threads = ThreadPool("imports", _IMPORT_THREADS, max_wait=timedelta(minutes=5))
        # registering has its own, so that nobody is kept from signing in by people who register; and who sets another
        # password, with a token or the one so far, is kept from it by neither
        self.login_threads = ThreadPool("login", os.cpu_count() or 1, max_wait=timedelta(seconds=60))
        self.register_threads = ThreadPool("register", 1, max_wait=timedelta(seconds=60))
        self.password_threads = ThreadPool("password", 1, max_wait=timedelta(seconds=60))
        # codes have their own, so that the screens go on while the storage hangs
        self.drawing_threads = ThreadPool("drawing", _DRAWING_THREADS, max_wait=timedelta(seconds=20))
        file_threads = _FILE_THREADS[settings.storage_backend]
        self.file_threads = ThreadPool("files", file_threads, max_wait=timedelta(seconds=20))

        # a mail server that hangs holds up nothing but mails
        self.mail_threads = ThreadPool("mail", MAIL_THREADS, max_wait=timedelta(minutes=1))
        # storage that hangs shall hold up nothing but the question whether it does
        self.readiness_threads = ThreadPool("readiness", 1, max_wait=timedelta(seconds=20))
        self._pools = (
            self.readiness_threads,
            self.db_threads,
            self.claim_threads,
            self.job_threads,
            self.housekeeping_threads,
            self.report_threads,
            self.import_threads,
            self.login_threads,
            self.register_threads,
            self.password_threads,
            self.drawing_threads,
            self.file_threads,
            self.mail_threads,
        )
        self.metrics = ProcessMetrics(importlib.metadata.version("absense"))
        self.metrics.watch_threads({pool.name: pool for pool in self._pools})
        self.metrics.watch_connections(connections_of(self.engine))
        self._metrics_address = settings.metrics_address
        self._metrics_server: MetricsServer | None = None

    def serve_metrics(self) -> int | None:
        """Serve this process's metrics, and return the port; None where the settings name no address.

        Raises MetricsAddressInUse.
        """
        if self._metrics_address:
            self._metrics_server = MetricsServer(self.metrics.registry, self._metrics_address)
        return None if self._metrics_server is None else self._metrics_server.port

    def close(self) -> None:
        """Let go of threads, connections and the metrics' port."""
        if self._metrics_server is not None:
            self._metrics_server.close()
        self.mailer.close()
        for threads in self._pools:
            threads.close()
        self.events.stop()  # after the threads, to send what they published last
        self.engine.dispose()


def token_keys_of(settings: Settings, ring: KeyRing) -> TokenKeys:
    """The keys of access tokens.

    Raises SigningKeyUnusable.
    """
    if settings.algorithm == "HS256" or settings.signing_key_file is None:
        return secret_keys(ring)
    return ed25519_keys(settings.signing_key_file, [Path(name) for name in settings.verifying_key_files])


def _events(settings: Settings, clock: Clock) -> MemoryEventBus:
    if settings.uses_sqlite:
        return MemoryEventBus(clock)
    return PostgresEventBus(clock, settings.database_url.get_secret_value())


def _blobs(settings: Settings) -> BlobStore:
    if settings.storage_backend == "s3":
        return S3Blobs(**settings.s3)
    return FolderBlobs(Path(settings.storage_folder))


def _mailer(settings: Settings) -> Mailer:
    if settings.smtp_host:
        return SmtpMailer(sender=settings.mail_sender, **settings.smtp)
    return OutboxFolder(settings.mail_outbox_folder, settings.mail_sender)


def _rate_limits(settings: Settings, clock: Clock, ring: KeyRing) -> RateLimits:
    url = settings.redis_url.get_secret_value()
    if not url:
        return MemoryRateLimits(clock)
    return FallbackRateLimits(RedisRateLimits(url, ring.derive("absense/rate-limits/v1")), clock)
