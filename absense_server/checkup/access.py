"""Who may connect, and with what keys."""

import stat
from collections.abc import Iterator
from pathlib import Path

from absense_server.adapters import tls
from absense_server.adapters.signing_keys import SigningKeyUnusable, ed25519_keys
from absense_server.adapters.system import SystemClock
from absense_server.checkup.findings import Finding
from absense_server.settings import DEMO_SECRET_KEY, Settings


def modes(settings: Settings) -> Iterator[Finding]:
    """What may surprise: where it listens, demo mode, browsers."""
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


def tokens(settings: Settings) -> Iterator[Finding]:
    """What signs access tokens."""
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
