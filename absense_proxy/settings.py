"""Where Envoy listens and what it stands before: read from the environment and `.env`, nowhere else in this package."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

DEFAULTS = {
    "PROXY_LISTEN_ADDRESS": "127.0.0.1:8080",
    "PROXY_UPSTREAMS": "127.0.0.1:50051",
    "PROXY_TLS_CERTIFICATE_FILE": "",
    "PROXY_TLS_KEY_FILE": "",
    "PROXY_ADMIN_ADDRESS": "127.0.0.1:9901",
    "PROXY_CONCURRENCY": "2",
    # the server's settings too, for whose sake they are here
    "CORS_ALLOW_ORIGINS": "",
    "CORS_ALLOW_CREDENTIALS": "false",
    "S3_PUBLIC_ENDPOINT_URL": "",
}
_LAST_PORT = 65535
_ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")


class SettingsInvalid(Exception):
    """A setting is wrong; `str()` says which, and what it has to be."""


@dataclass(frozen=True, slots=True)
class Address:
    """A host, by name or address, and a port; port 0 to listen at is any."""

    host: str
    port: int

    @classmethod
    def of(cls, text: str) -> "Address":
        """Read host:port, [address]:port for IPv6; raises ValueError."""
        host, colon, port = text.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not (colon and host and port.isascii() and port.isdecimal() and int(port) <= _LAST_PORT):
            msg = f"{text!r} is not host:port, such as 127.0.0.1:8080 or [::]:8080"
            raise ValueError(msg)
        return cls(host, int(port))


@dataclass(frozen=True, slots=True)
class Settings:
    """What is put into envoy.yaml."""

    listen: Address = Address("127.0.0.1", 8080)
    admin: Address = Address("127.0.0.1", 9901)
    upstreams: tuple[Address, ...] = (Address("127.0.0.1", 50051),)
    """Every server process; a name may stand for several."""
    origins: tuple[str, ...] = ()
    """Pages of other origins that may call; "*": any."""
    credentials: bool = False
    certificate: Path | None = None
    key: Path | None = None
    images: str = ""
    """Where photographs come from by link, beside through here: a URL."""
    concurrency: int = 2
    """Envoy's threads."""
    calls_from: str = ""
    """Address of this machine that the processes see calls come from; the system's choice when empty."""
    page: Path | None = Path(__file__).parent / "page"
    """Folder of the built page; None: gRPC alone."""


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings: of the environment and of the `.env` file that the server reads too, unless some are given.

    Raises SettingsInvalid.
    """
    if environment is None:
        file = {name: value for name, value in dotenv_values(".env").items() if value is not None}
        environment = {**file, **os.environ}
    read = _Reader(environment)
    settings = Settings(
        listen=read.address("PROXY_LISTEN_ADDRESS"),
        admin=read.address("PROXY_ADMIN_ADDRESS"),
        upstreams=read.addresses("PROXY_UPSTREAMS"),
        origins=read.origins("CORS_ALLOW_ORIGINS"),
        credentials=read.flag("CORS_ALLOW_CREDENTIALS"),
        certificate=read.file("PROXY_TLS_CERTIFICATE_FILE"),
        key=read.file("PROXY_TLS_KEY_FILE"),
        images=read.url("S3_PUBLIC_ENDPOINT_URL"),
        concurrency=read.count("PROXY_CONCURRENCY"),
    )
    if (settings.certificate is None) != (settings.key is None):
        raise SettingsInvalid("PROXY_TLS_CERTIFICATE_FILE, PROXY_TLS_KEY_FILE: set both, or neither")
    if settings.credentials and "*" in settings.origins:
        raise SettingsInvalid("CORS_ALLOW_CREDENTIALS: name the origins instead of * when credentials are allowed")
    return settings


class _Reader:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, name: str) -> str:
        return self._environment.get(name, "").strip() or DEFAULTS[name]

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.text(name).split(",") if part.strip())

    def flag(self, name: str) -> bool:
        known = {"false": False, "0": False, "no": False, "true": True, "1": True, "yes": True}
        try:
            return known[self.text(name).lower()]
        except KeyError:
            raise SettingsInvalid(f"{name}: must be true or false") from None

    def count(self, name: str) -> int:
        text = self.text(name)
        if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 256):  # noqa: PLR2004 - as WORKERS
            raise SettingsInvalid(f"{name}: must be a number from 1 to 256")
        return int(text)

    def address(self, name: str) -> Address:
        found = self.addresses(name)
        if len(found) > 1:
            raise SettingsInvalid(f"{name}: name one address only")
        return found[0]

    def addresses(self, name: str) -> tuple[Address, ...]:
        try:
            found = tuple(map(Address.of, self.texts(name)))
        except ValueError as error:
            raise SettingsInvalid(f"{name}: {error}") from None
        if not found:
            raise SettingsInvalid(f"{name}: must be host:port, such as {DEFAULTS[name]}")
        return found

    def origins(self, name: str) -> tuple[str, ...]:
        for origin in (found := self.texts(name)):
            # what a browser sends is compared letter by letter
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise SettingsInvalid(
                    f"{name}: {origin} is not an origin such as https://page.example.edu, without a path"
                )
        return found

    def file(self, name: str) -> Path | None:
        text = self.text(name)
        if not text:
            return None
        path = Path(text).absolute()
        if not path.is_file():
            raise SettingsInvalid(f"{name}: {text} is not there")
        return path

    def url(self, name: str) -> str:
        text = self.text(name)
        url = urlsplit(text)
        # it becomes part of a header that all visitors read: host and port, no password
        if text and not _ORIGIN.fullmatch(f"{url.scheme}://{url.netloc}".lower()):
            raise SettingsInvalid(f"{name}: must be a URL such as https://s3.example.edu")
        return text
