"""The connection to a server: where it goes, what secures it, and what never leaves over it."""

import ipaddress
from pathlib import Path

import grpc

from absense_cli.errors import CliError, ExitCode
from absense_cli.profiles import Profile

PLAIN_PORT, TLS_PORT = 50051, 443
_OPTIONS = [
    # a connection that died silently under a watch is noticed
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
]


def with_port(address: str, *, tls: bool) -> str:
    """The address with its port; without one, the usual one."""
    host, port = split(address)
    shown = f"[{host}]" if ":" in host else host
    return f"{shown}:{port or (TLS_PORT if tls else PLAIN_PORT)}"


def split(address: str) -> tuple[str, int | None]:
    """Host and port of `host`, `host:port`, `[v6]` or `[v6]:port`."""
    text = address.strip()
    host, port = text, ""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") == 1:
        host, port = text.split(":")
    if not host or "/" in host or not (port == "" or port.isdigit()):
        raise CliError(f"{address} is no address: give HOST or HOST:PORT.", ExitCode.USAGE)
    return host, int(port) if port else None


def is_loopback(address: str) -> bool:
    """Whether the address never leaves this machine."""
    host, _ = split(address)
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def open_channel(profile: Profile) -> grpc.Channel:
    """Connect; passwords and tokens go in plain text to this machine only, unless that was asked for."""
    loopback = is_loopback(profile.server)
    options = [*_OPTIONS, *([("grpc.enable_http_proxy", 0)] if loopback else [])]
    if profile.tls:
        return grpc.secure_channel(profile.server, grpc.ssl_channel_credentials(_authorities(profile)), options)
    if not (loopback or profile.insecure):
        raise CliError(
            f"Passwords and tokens would go to {profile.server} in plain text, readable on the way.",
            ExitCode.USAGE,
            "Use --tls; or, on a network you trust, `absense login --plaintext --insecure`.",
        )
    return grpc.insecure_channel(profile.server, options)


def _authorities(profile: Profile) -> bytes | None:
    if not profile.ca_file:
        return None
    try:
        return Path(profile.ca_file).read_bytes()
    except OSError as error:
        raise CliError(f"The CA file {profile.ca_file} cannot be read: {error.strerror}.", ExitCode.USAGE) from None
