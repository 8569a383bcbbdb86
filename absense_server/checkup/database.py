"""The database."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from absense_server.adapters.db import migrate
from absense_server.adapters.db.engine import create_engine, most_connections
from absense_server.adapters.db.errors import said
from absense_server.adapters.db.unit_of_work import SqlUnitOfWork
from absense_server.adapters.keys import KeyRing
from absense_server.adapters.passwords import Pbkdf2Passwords
from absense_server.adapters.system import SystemClock, SystemIds
from absense_server.checkup.findings import Finding
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.ports.data import UnitOfWork
from absense_server.services.readiness import read_clocks
from absense_server.services.seeding import Seeding
from absense_server.settings import Settings


def database(settings: Settings) -> Iterator[Finding]:
    """Whether it answers, its schema, and what in it or about it is amiss."""
    url = settings.database_url.get_secret_value()
    file = sqlite_file(settings)
    where = str(file.resolve()) if file else f"PostgreSQL at {_host(url)}"
    if file is not None and not file.exists():
        yield Finding(
            ok=False, text=f"database: {file.resolve()} is not there; run `absense-server migrate`", fatal=True
        )
        return
    engine = create_engine(url, pool_size=1)
    try:
        standing = migrate.standing(engine)
        if standing is not migrate.Standing.OLDER:
            is_newer = standing is migrate.Standing.NEWER
            text = "schema of a newer version, which this one works on too" if is_newer else "schema up to date"
            yield Finding(ok=True, text=f"database: {where}, {text}")
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
    known = KeyRing(settings.secret_keys[0], settings.secret_keys[1:]).key_ids
    with uow(read_only=True) as tx:
        used, begun, head = tx.images.key_ids(), tx.audit_log.sealed(0, 1), tx.audit_log.head()
    if used - known:
        yield Finding(
            ok=False,
            text="SECRET_KEY: photographs and faces are sealed under another key; list that in OLDER_SECRET_KEYS",
        )
    if head is not None and head.key_id not in known:
        yield Finding(
            ok=False,
            text="SECRET_KEY: the audit log ends under another key, and nothing more is sealed until that is listed in "
            "OLDER_SECRET_KEYS",
        )
    elif any(row.seal.key_id not in known for row in begun):
        yield Finding(
            ok=False,
            text="SECRET_KEY: the audit log begins under another key, and is verified from its beginning only while "
            "that is listed in OLDER_SECRET_KEYS",
        )


def _demo_accounts(settings: Settings, uow: UnitOfWork) -> Iterator[Finding]:
    if settings.demo_mode:
        return
    seeding = Seeding(uow, Pbkdf2Passwords(settings.password_rounds), SystemClock(), SystemIds())
    for email in seeding.open_demo_accounts():
        yield Finding(ok=False, text=f"database: everybody knows the password of {email}; use another", fatal=True)


def sqlite_file(settings: Settings) -> Path | None:
    """The database's file; None where it is no file."""
    scheme, _, rest = settings.database_url.get_secret_value().partition("://")
    return Path(rest.removeprefix("/").partition("?")[0]) if scheme.startswith("sqlite") else None
