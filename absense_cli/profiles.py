"""What is kept between commands, one profile for a server: where it is, who is signed in, and the tokens.

In the user's configuration folder (XDG_CONFIG_HOME counts), for the user alone: the folder 0700, the files 0600.
"""

import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from urllib.parse import quote, unquote

import typer

from absense_cli.errors import CliError, ExitCode

if sys.platform != "win32":
    import fcntl

CURRENT = "current"


@dataclass
class Profile:
    """A server and who is signed in there."""

    name: str
    server: str
    tls: bool = False
    ca_file: str = ""
    insecure: bool = False
    user_id: str = ""
    email: str = ""
    full_name: str = ""
    role: str = ""
    access_token: str = field(default="", repr=False)
    access_token_expires: float = 0.0
    """Seconds since 1970, by the server's clock."""
    refresh_token: str = field(default="", repr=False)
    request_id: str = ""
    """Of an exchange of the refresh token that was begun; with it a lost answer is asked for again."""
    clock_ahead: float = 0.0
    """How far the server's clock is ahead of this machine's, in seconds."""
    time_zone: str = "UTC"

    @property
    def signed_in(self) -> bool:
        return bool(self.refresh_token)

    def now(self) -> float:
        """The server's clock, as well as it is known here."""
        return time.time() + self.clock_ahead

    def forget_tokens(self) -> None:
        self.access_token = self.refresh_token = self.request_id = ""
        self.access_token_expires = 0.0


class Profiles:
    """The folder they are in."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(typer.get_app_dir("absense"))

    def current(self) -> str:
        """The name of the profile that was signed in last; empty: none was."""
        try:
            return (self._folder / CURRENT).read_text(encoding="utf-8").strip()
        except OSError:
            return ""

    def names(self) -> list[str]:
        return sorted(unquote(path.stem) for path in self._folder.glob("*.json"))

    def load(self, name: str) -> Profile | None:
        try:
            content = json.loads(self._path(name).read_bytes())
            known = {one.name for one in fields(Profile)}
            return Profile(**{key: value for key, value in content.items() if key in known})
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, AttributeError):
            raise CliError(
                f"{self._path(name)} cannot be read.", ExitCode.NOT_SIGNED_IN, "Delete it and run `absense login`."
            ) from None

    def save(self, profile: Profile, *, make_current: bool = False) -> None:
        self._write(self._path(profile.name), json.dumps(asdict(profile), indent=1))
        if make_current:
            self._write(self._folder / CURRENT, profile.name)

    @contextlib.contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """One `absense` at a time; what was read before is read again inside."""
        self._make_folder()
        descriptor = os.open(self._path(name).with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if sys.platform != "win32":
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _path(self, name: str) -> Path:
        return self._folder / f"{quote(name, safe='')}.json"

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
        except OSError as error:
            raise CliError(f"{self._folder} cannot be made: {error.strerror}.") from None

    def _write(self, path: Path, text: str) -> None:
        """Whole or not at all; mkstemp makes the file 0600."""
        self._make_folder()
        descriptor, temporary = tempfile.mkstemp(dir=self._folder, prefix=".new-")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
