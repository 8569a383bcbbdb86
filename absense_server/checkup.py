"""Looks an installation over: what is configured, what is missing, what to do about it."""

import asyncio
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from absense_server.adapters import tls
from absense_server.adapters.blobs.s3 import S3Blobs
from absense_server.adapters.db import migrate
from absense_server.adapters.db.engine import create_engine, most_connections
from absense_server.adapters.db.errors import said
from absense_server.adapters.db.unit_of_work import SqlUnitOfWork
from absense_server.adapters.extras import ExtraMissing
from absense_server.adapters.face import weights
from absense_server.adapters.face.models import face_model
from absense_server.adapters.keys import KeyRing
from absense_server.adapters.mail.smtp import SmtpMailer
from absense_server.adapters.passwords import Pbkdf2Passwords
from absense_server.adapters.rate_limits.redis import RedisRateLimits
from absense_server.adapters.signing_keys import SigningKeyUnusable, ed25519_keys
from absense_server.adapters.system import SystemClock, SystemIds
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.ports.data import UnitOfWork
from absense_server.ports.rate_limits import Limit
from absense_server.services.readiness import read_clocks
from absense_server.services.seeding import Seeding
from absense_server.settings import DEMO_SECRET_KEY, Settings

_LITTLE_SPACE = 1024**3
_PATIENCE = 10.0
"""Seconds that a mail server has to answer."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. A fatal one that is not ok keeps the server from serving."""

    ok: bool
    text: str
    fatal: bool = False


class FolderNotMade(Exception):
    """A folder that the settings name cannot be made."""

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(f"The folder {folder} cannot be made: {error.strerror}. Make it, or name another.")


def prepare_folders(settings: Settings) -> None:
    """Make the folders that the settings name.

    Raises FolderNotMade.
    """
    database = _sqlite_file(settings)
    if database is not None:
        _make(database.parent)
    if settings.storage_backend == "local":
        _make(settings.storage_folder)
    if not settings.smtp_host:
        _make(settings.mail_outbox_folder)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise FolderNotMade(folder, error) from error


def examine(settings: Settings, *, unknown: Iterable[str] = (), file_open: bool = False) -> list[Finding]:
    """Everything worth knowing before serving; no secret is in it.

    `unknown`: names in `.env` that are no settings; `file_open`: whether anybody on the machine can read or write it.
    """
    strangers = [Finding(ok=False, text=f".env: {name} is no setting of ours; misspelt?") for name in unknown]
    if file_open:
        strangers.append(
            Finding(ok=False, text=".env: every user of this machine can read or write it; chmod 600 .env")
        )
    return [
        *_modes(settings),
        *who_connects(settings),
        *_tokens(settings),
        *strangers,
        *_database(settings),
        *_storage(settings),
        *_mail(settings),
        *_calls(settings),
        *_faces(settings),
    ]


def _modes(settings: Settings) -> Iterator[Finding]:
    yield Finding(ok=True, text=f"listens on {settings.listen_address}")
    where = f"at http://{settings.metrics_address}/metrics" if settings.metrics_address else "nowhere (METRICS_ADDRESS)"
    yield Finding(ok=True, text=f"shows metrics {where}")
    if settings.demo_mode:
        yield Finding(ok=False, text="DEMO_MODE is on: everybody knows the demo passwords; never in production")
    if settings.secret_keys[0] == DEMO_SECRET_KEY:
        yield Finding(ok=False, text="SECRET_KEY is the demo key, which everybody knows; set your own")
    else:
        older = len(settings.secret_keys) - 1
        yield Finding(ok=True, text=f"SECRET_KEY is set, with {older} older ones for reading")
    if settings.cors_allow_origins:
        yield Finding(ok=True, text=f"browsers may call from {', '.join(settings.cors_allow_origins)}")


def who_connects(settings: Settings) -> Iterator[Finding]:
    """Whether they are served with TLS, and whose word is taken for where they are."""
    if settings.tls_files is not None:
        yield from _tls(*settings.tls_files)
    elif settings.is_open_to_others and not settings.trusted_proxies:
        yield Finding(
            ok=False,
            text=f"{settings.listen_address} can be reached from other machines, without TLS: passwords and tokens "
            "travel in the clear. Set TLS_CERTIFICATE_FILE and TLS_KEY_FILE, or TRUSTED_PROXIES to the proxy in front "
            "that encrypts",
        )
    else:
        where = "a proxy in front may" if settings.is_open_to_others else "only this machine connects"
        yield Finding(ok=True, text=f"no TLS here: {where}")
    if settings.trusted_proxies:
        yield Finding(ok=True, text=f"x-forwarded-for is believed of {', '.join(settings.trusted_proxies)}")


def _tls(certificate_file: Path, key_file: Path) -> Iterator[Finding]:
    now = SystemClock().now()
    try:
        keys = tls.read(certificate_file, key_file, now)
    except tls.TlsUnusable as error:
        yield Finding(ok=False, text=str(error), fatal=True)
        return
    soon = keys.expires_soon(now)
    text = f"TLS: the certificate expires on {keys.expires_at:%Y-%m-%d}"
    yield Finding(ok=not soon, text=text + ("; renew it, then send SIGHUP" if soon else ""))
    if keys.readable_by_anyone:
        yield Finding(ok=False, text=f"TLS_KEY_FILE: every user of this machine can read or write {key_file}")


def _tokens(settings: Settings) -> Iterator[Finding]:
    if settings.algorithm == "HS256" or settings.signing_key_file is None:
        unused = bool(settings.signing_key_file or settings.verifying_key_files)
        text = "access tokens: HS256, for this server alone"
        yield Finding(ok=not unused, text=text + ("; SIGNING_KEY_FILE waits for ALGORITHM=EdDSA" if unused else ""))
        return
    try:
        keys = ed25519_keys(settings.signing_key_file, [Path(name) for name in settings.verifying_key_files])
    except SigningKeyUnusable as error:
        yield Finding(ok=False, text=str(error), fatal=True)
        return
    count = len(keys.public)
    how = f"signed with {keys.key_id}, verified with {count} {'key' if count == 1 else 'keys'}"
    yield Finding(ok=True, text=f"access tokens: EdDSA, {how}")
    if settings.signing_key_file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
        file = settings.signing_key_file
        yield Finding(ok=False, text=f"SIGNING_KEY_FILE: every user of this machine can read or write {file}")


def _database(settings: Settings) -> Iterator[Finding]:
    url = settings.database_url.get_secret_value()
    file = _sqlite_file(settings)
    where = str(file.resolve()) if file else f"PostgreSQL at {_host(url)}"
    if file is not None and not file.exists():
        yield Finding(
            ok=False, text=f"database: {file.resolve()} is not there; run `absense-server migrate`", fatal=True
        )
        return
    engine = create_engine(url, pool_size=1)
    try:
        if migrate.is_current(engine):
            yield Finding(ok=True, text=f"database: {where}, schema up to date")
            yield from _connections(settings, most_connections(engine))
            yield from _clock(SqlUnitOfWork(engine))
            yield from _demo_accounts(settings, SqlUnitOfWork(engine))
            yield from _keys(settings, SqlUnitOfWork(engine))
        else:
            yield Finding(
                ok=False,
                text=f"database: {where} has another schema; run `absense-server migrate`",
                fatal=True,
            )
    except migrate.SchemaNewer:
        yield Finding(ok=False, text=f"database: {where} has the schema of a newer version; install it", fatal=True)
    except BackendUnavailable as error:
        text = f"database: {where} does not answer; check DATABASE_URL ({said(error)})"
        yield Finding(ok=False, text=text, fatal=True)
    finally:
        engine.dispose()


def _host(url: str) -> str:
    """Where PostgreSQL is, by name, address or the folder of its socket; nothing else of the URL."""
    there = urlsplit(url)
    return there.hostname or ", ".join(parse_qs(there.query).get("host", ["this machine's socket"]))


def _connections(settings: Settings, most: int | None) -> Iterator[Finding]:
    if most is None:
        return
    ours = settings.processes * settings.connections
    yield Finding(
        ok=ours <= most,
        text=f"connections: {settings.processes} processes here open up to {ours} of the {most} that the database has "
        "for all machines" + ("" if ours <= most else "; raise its max_connections, or lower DATABASE_THREADS"),
    )


def _clock(uow: UnitOfWork) -> Iterator[Finding]:
    reading = read_clocks(uow, SystemClock())
    if reading.problem is not None:
        yield Finding(ok=False, text=f"clock: {reading.problem}; set it by NTP, here and there", fatal=True)
    elif reading.theirs is not None:
        yield Finding(ok=True, text=f"clock: {reading.offset.total_seconds():+.1f} s from the database's")


def _keys(settings: Settings, uow: UnitOfWork) -> Iterator[Finding]:
    with uow(read_only=True) as tx:
        used = tx.images.key_ids()
    if used - KeyRing(settings.secret_keys[0], settings.secret_keys[1:]).key_ids:
        yield Finding(
            ok=False,
            text="SECRET_KEY: photographs and faces are sealed under another key; list that in OLDER_SECRET_KEYS",
        )


def _demo_accounts(settings: Settings, uow: UnitOfWork) -> Iterator[Finding]:
    if settings.demo_mode:
        return
    seeding = Seeding(uow, Pbkdf2Passwords(settings.password_rounds), SystemClock(), SystemIds())
    for email in seeding.open_demo_accounts():
        yield Finding(ok=False, text=f"database: everybody knows the password of {email}; use another", fatal=True)


def _storage(settings: Settings) -> Iterator[Finding]:
    if settings.storage_backend == "s3":
        yield from _s3(settings)
        return
    folder = settings.storage_folder.resolve()
    try:
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except FileNotFoundError:
        text = f"storage: {folder} is not there; run `absense-server migrate`, which makes it, or set STORAGE_FOLDER"
        yield Finding(ok=False, text=text, fatal=True)
        return
    except OSError as error:
        reason = error.strerror or "cannot be written"
        yield Finding(ok=False, text=f"storage: {folder}: {reason}; make it, or set STORAGE_FOLDER", fatal=True)
        return
    yield Finding(ok=free >= _LITTLE_SPACE, text=f"storage: folder {folder}, {free // 1024**2} MiB free")


def _s3(settings: Settings) -> Iterator[Finding]:
    bucket = f"bucket {settings.s3_bucket}"
    try:
        problem = S3Blobs(**settings.s3).problem()
    except ExtraMissing as error:
        yield Finding(ok=False, text=f"storage: {error}", fatal=True)
        return
    if problem is None:
        yield Finding(ok=True, text=f"storage: {bucket}, where blobs can be written, listed, read and deleted")
    else:
        yield Finding(ok=False, text=f"storage: {bucket}: {problem} Check the S3_ settings.", fatal=True)
    if not settings.blob_encryption:
        by = settings.s3_server_side_encryption
        yield Finding(
            ok=False,
            text=f"BLOB_ENCRYPTION is off: photographs are left to the storage's encryption ({by}), whose operator can "
            "see them, and erasing them reaches no backup; docs/PRIVACY.md",
        )


def _mail(settings: Settings) -> Iterator[Finding]:
    yield from _mail_server(settings) if settings.smtp_host else _outbox(settings)
    if not settings.web_url:
        yield Finding(ok=True, text="mail: holds codes to be typed; with WEB_URL, links")
    elif _in_the_open(urlsplit(settings.web_url).scheme == "http", urlsplit(settings.web_url).hostname):
        yield Finding(ok=False, text="WEB_URL is not https: whoever is on the way can take the links in mails over")


def _outbox(settings: Settings) -> Iterator[Finding]:
    folder = settings.mail_outbox_folder.resolve()
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except FileNotFoundError:
        text = f"mail: {folder} is not there; run `absense-server migrate`, which makes it, or set SMTP_HOST"
        yield Finding(ok=False, text=text)
        return
    except OSError as error:
        reason = error.strerror or "cannot be written"
        yield Finding(ok=False, text=f"mail: {folder}: {reason}; make it, or set MAIL_OUTBOX_FOLDER or SMTP_HOST")
        return
    text = f"mail: is put into the folder {folder} and reaches nobody; set SMTP_HOST"
    yield Finding(ok=settings.demo_mode, text=text)


def _mail_server(settings: Settings) -> Iterator[Finding]:
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        SmtpMailer(sender=settings.mail_sender, patience=_PATIENCE, **settings.smtp).check()
    except BackendUnavailable as error:
        text = f"mail: {where}: {error.__cause__}; check the SMTP_ settings: mails wait, for a day at most"
        yield Finding(ok=False, text=text)
    else:
        how = {"starttls": "STARTTLS", "tls": "TLS", "none": "no encryption"}[settings.smtp_security]
        who = "signed in" if settings.smtp_user else "not signed in"
        yield Finding(ok=True, text=f"mail: {where} answers, with {how}, {who}")
    if _in_the_open(settings.smtp_security == "none", settings.smtp_host):
        what = "SMTP_PASSWORD and the tokens in mails" if settings.smtp_user else "the tokens in mails"
        yield Finding(ok=False, text=f"SMTP_SECURITY is none: {what} can be read by whoever is on the way")
    if settings.mail_sender.domain == "localhost":
        yield Finding(ok=False, text=f"MAIL_FROM is {settings.mail_sender}, which other mail servers refuse; set it")


def _in_the_open(plain: bool, host: str | None) -> bool:
    """Whether something goes over a network unencrypted."""
    return plain and host not in {"localhost", "127.0.0.1", "::1"}


def _calls(settings: Settings) -> Iterator[Finding]:
    url = settings.redis_url.get_secret_value()
    if not url:
        if settings.processes == 1:
            yield Finding(ok=True, text="rate limits: calls are counted in this one process")
        else:
            text = (
                f"rate limits: each of {settings.processes} processes counts calls alone; set REDIS_URL to share them"
            )
            yield Finding(ok=False, text=text)
        return
    try:
        counts = RedisRateLimits(url, key=b"doctor")
    except ExtraMissing as error:
        yield Finding(ok=False, text=f"rate limits: {error}", fatal=True)
        return
    try:
        asyncio.run(_count_once(counts))
    except BackendUnavailable as error:
        cause = type(error.__cause__).__name__
        text = (
            f"rate limits: Redis at {counts.host} does not count ({cause}): each process does, alone; check REDIS_URL"
        )
        yield Finding(ok=False, text=text)
    else:
        yield Finding(ok=True, text=f"rate limits: calls are counted in Redis at {counts.host}")


async def _count_once(counts: RedisRateLimits) -> None:
    try:
        await counts.hit("doctor", Limit(1000, timedelta(seconds=1)))
    finally:
        await counts.close()


def _faces(settings: Settings) -> Iterator[Finding]:
    missing = weights.check(settings.face_models_folder, settings.face_model, settings.face_detector)
    if not settings.face_verification_enabled:
        ready = "what it needs is there" if not missing else "what it needs is not there"
        text = f"faces: the check is off (FACE_VERIFICATION_ENABLED), FACE verdicts say ENGINE_OFF; {ready}"
        yield Finding(ok=True, text=text)
        return
    if not missing:
        try:
            model = face_model(settings.face_model, settings.face_detector, settings.face_threshold)
        except ValueError as error:
            missing = [f"{error} Set FACE_THRESHOLD."]
        else:
            how = f"threshold {model.threshold} ({model.threshold_origin}), {settings.face_workers} processes"
            yield Finding(ok=True, text=f"faces: {model.name} with {model.detector}, {how}")
            if not settings.face_queue_in_server:
                text = "faces: selfies of claims wait for an `absense-server worker`; see to it that one runs"
                yield Finding(ok=False, text=text)
            return
    for text in missing:
        yield Finding(ok=False, text=f"faces: {text}")
    yield Finding(
        ok=False,
        text="faces: nobody's is checked, FACE verdicts say ENGINE_MISSING, and new sessions do not require FACE; "
        "`absense-server models fetch` gets SFace and yunet",
    )


def _sqlite_file(settings: Settings) -> Path | None:
    scheme, _, rest = settings.database_url.get_secret_value().partition("://")
    return Path(rest.removeprefix("/").partition("?")[0]) if scheme.startswith("sqlite") else None


def what_to_try(port: int, *, with_tls: bool) -> str:
    """What somebody who has just started a demo server can do next."""
    how = "-cacert ROOT.pem" if with_tls else "-plaintext"
    call = f"grpcurl {how} localhost:{port}"
    login = '\'{"login": "lecturer@absense.com", "password": "lecturer123"}\''
    return f"""
Absense is serving on localhost:{port} (demo mode). Try, in another terminal:

  make grpcurl && export PATH="$PWD/.venv/bin:$PATH"
  {call} list
  {call} absense.v1.AuthService/GetServerInfo
  {call.replace(how, f"{how} -d {login}")} absense.v1.AuthService/Login

  make demo      plays a whole lecture against a server of its own
  README.md      has the five-minute tour: open a session, watch codes, submit a claim

Stop with Ctrl-C.
"""
