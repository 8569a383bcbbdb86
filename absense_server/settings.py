"""Settings: read from the environment, a `.env` file and files of secrets, checked at once.

The only place that reads any of them.
"""

import os
import re
import stat
from collections.abc import Sequence
from datetime import timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from absense_server.domain.registration import RegistrationRule, RegistrationRules, is_domain, is_quick
from absense_server.setting_texts import (
    LAST_PORT,
    address,
    is_base_url,
    is_host_and_port,
    is_http_url,
    is_origin,
    is_redis,
    require_proxy,
)

DEMO_SECRET_KEY = "demo-mode-only-do-not-use-in-production-0000"  # noqa: S105 - refused outside demo mode
MIN_SECRET_LENGTH = 32
CONNECTIONS_BESIDE = 8
"""Connections of a server process beside DATABASE_THREADS.

For claims, two for jobs, for housekeeping, two for reports and exports, for imports, for events.
"""
MIN_PASSWORD_ROUNDS = 600_000
"""OWASP Password Storage Cheat Sheet, PBKDF2-HMAC-SHA256."""

_SECRETS_FOLDER = Path("/run/secrets")
"""Where Docker and Podman put them."""

Listed = Annotated[tuple[str, ...], NoDecode]
"""Given as text, separated by commas."""


class SettingsInvalid(Exception):
    """One or more settings are wrong; `str()` has a line for each, without the values."""


class S3Options(TypedDict):
    """Keywords of adapters.blobs.s3.S3Blobs."""

    bucket: str
    region: str
    access_key: str
    secret_key: str
    endpoint_url: str
    public_endpoint_url: str
    server_side_encryption: str


class SmtpOptions(TypedDict):
    """Keywords of adapters.mail.smtp.SmtpMailer."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    user: str
    password: str


class Settings(BaseSettings):
    """Everything that can be set. `.env.example` explains each."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    demo_mode: bool = False
    secrets_folder: Path = _SECRETS_FOLDER
    listen_address: str = "127.0.0.1:50051"
    tls_certificate_file: Path | None = None
    tls_key_file: Path | None = None
    trusted_proxies: Listed = ()
    workers: int | None = Field(None, ge=1, le=256)
    process_ports_from: int | None = Field(None, ge=0, le=LAST_PORT)
    shutdown_notice_seconds: float = Field(0.2, ge=0, le=600)
    shutdown_grace_seconds: float = Field(10, ge=0, le=600)

    database_url: SecretStr = SecretStr("sqlite:///var/absense.db")
    database_threads: int = Field(8, ge=1, le=64)

    redis_url: SecretStr = SecretStr("")

    secret_key: SecretStr = SecretStr(DEMO_SECRET_KEY)
    older_secret_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    algorithm: Literal["HS256", "EdDSA"] = "HS256"
    signing_key_file: Path | None = None
    verifying_key_files: Listed = ()
    token_issuer: str = Field("absense", min_length=1, max_length=200)
    token_audience: str = Field("absense", min_length=1, max_length=200)
    access_token_expire_minutes: float = Field(15, gt=0, le=24 * 60)
    refresh_token_expire_days: float = Field(30, gt=0, le=366)
    sign_in_expire_days: float = Field(180, gt=0, le=3660)
    password_rounds: int = Field(MIN_PASSWORD_ROUNDS, ge=1, le=100_000_000)

    email_confirmation: bool | None = None
    student_email_domains: Listed = ()
    lecturer_email_domains: Listed = ()
    student_number_pattern: str = ""
    lecturer_number_pattern: str = ""

    mail_from: str = "Absense <absense@localhost>"
    mail_outbox_folder: Path = Path("var/outbox")
    smtp_host: str = ""
    smtp_port: int = Field(587, ge=1, le=LAST_PORT)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    web_url: str = ""

    time_zone: str = "UTC"
    import_max_mb: float = Field(16, gt=0, le=256)

    storage_backend: Literal["local", "s3"] = "local"
    storage_folder: Path = Path("var/blobs")
    s3_bucket: str = ""
    s3_region: str = ""
    s3_access_key: SecretStr = SecretStr("")
    s3_secret_key: SecretStr = SecretStr("")
    s3_endpoint_url: str = ""
    s3_public_endpoint_url: str = ""
    s3_server_side_encryption: Literal["", "AES256", "aws:kms"] = ""
    blob_encryption: bool = True

    cors_allow_origins: Listed = ()
    cors_allow_credentials: bool = False

    upload_max_image_mb: float = Field(5, gt=0, le=50)
    upload_allowed_image_types: Listed = ("image/jpeg", "image/png")
    upload_max_megapixels: float = Field(50, gt=0, le=200)
    upload_stall_seconds: float = Field(30, gt=0, le=600)

    face_verification_enabled: bool = False
    face_models_folder: Path = Path("var/models")
    face_model: str = Field("SFace", min_length=1)
    face_detector: str = Field("yunet", min_length=1)
    face_threshold: float | None = Field(None, gt=0, lt=2)
    face_workers: int = Field(2, ge=1, le=64)
    face_queue_in_server: bool = True
    face_timeout_seconds: float = Field(10, ge=1, le=120)
    face_worker_photographs: int = Field(2000, ge=1)
    face_worker_memory_mb: int = Field(1024, ge=256)
    face_first_enrollment: Literal["trusted", "look"] = "trusted"
    face_opt_out: Literal["look", "signed_device"] = "look"
    selfie_retention_days: int = Field(30, ge=1, le=3650)
    face_retention_days: int = Field(365, ge=1, le=3650)

    code_life_seconds: float = Field(60, ge=5, le=300)
    code_overlap_seconds: float = Field(10, ge=0, le=150)

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["console", "json"] = "console"
    metrics_address: str = ""
    oldest_client_version: str = ""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - knows no folder that is itself a setting
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Files of secrets come last, where there is a folder of them."""
        before = (init_settings, env_settings, dotenv_settings)
        folder = next((told for source in before if (told := source().get("secrets_folder"))), _SECRETS_FOLDER)
        return (*before, SecretsSettingsSource(settings_cls, folder)) if Path(folder).is_dir() else before

    @field_validator(
        "older_secret_keys",
        "verifying_key_files",
        "trusted_proxies",
        "student_email_domains",
        "lecturer_email_domains",
        "cors_allow_origins",
        "upload_allowed_image_types",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator(
        "face_threshold",
        "workers",
        "process_ports_from",
        "signing_key_file",
        "tls_certificate_file",
        "tls_key_file",
        "email_confirmation",
        mode="before",
    )
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr) -> SecretStr:
        if urlsplit(value.get_secret_value()).scheme not in {"sqlite", "postgresql", "postgresql+psycopg2"}:
            msg = "must begin with sqlite:/// or postgresql://"
            raise ValueError(msg)
        return value

    @field_validator("redis_url")
    @classmethod
    def _known_redis(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not is_redis(value.get_secret_value()):
            msg = "must be redis://HOST:PORT/NUMBER, rediss:// likewise (TLS), or unix:///PATH"
            raise ValueError(msg)
        return value

    @field_validator("listen_address", "metrics_address")
    @classmethod
    def _host_and_port(cls, value: str, info: ValidationInfo) -> str:
        if not value and info.field_name == "metrics_address":
            return value
        if not is_host_and_port(value):
            msg = "must be host:port, such as 127.0.0.1:50051 or [::]:50051"
            raise ValueError(msg)
        return value

    @field_validator("s3_endpoint_url", "s3_public_endpoint_url")
    @classmethod
    def _http_url(cls, value: str) -> str:
        if value and not is_http_url(value):
            msg = "must be a URL such as https://s3.example.edu"
            raise ValueError(msg)
        return value

    @field_validator("student_email_domains", "lecturer_email_domains")
    @classmethod
    def _domains(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        folded = tuple(domain.lower() for domain in value)
        if not all(map(is_domain, folded)):
            msg = "must be domains such as example.edu or *.example.edu (every domain below it), separated by commas"
            raise ValueError(msg)
        return folded

    @field_validator("student_number_pattern", "lecturer_number_pattern")
    @classmethod
    def _pattern(cls, value: str) -> str:
        try:
            re.compile(value, re.ASCII)
        except re.error as error:
            msg = f"is not a regular expression: {error}"
            raise ValueError(msg) from None
        if not is_quick(value):
            msg = "repeats a group that holds a repetition or a choice, and could take for ever: write it without"
            raise ValueError(msg)
        return value

    @field_validator("time_zone")
    @classmethod
    def _is_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError):
            raise ValueError('has to be a name of the IANA time zone database, such as "Africa/Accra"') from None
        return name

    @field_validator("web_url")
    @classmethod
    def _base_url(cls, value: str) -> str:
        if value and not is_base_url(value):
            msg = "must be a URL such as https://attendance.example.edu, to which links in mails add a page"
            raise ValueError(msg)
        return value

    @field_validator("mail_from")
    @classmethod
    def _an_address(cls, value: str) -> str:
        try:
            address(value)
        except (HeaderParseError, IndexError, ValueError):  # what the parser says of text that is no address
            msg = "must be an address such as Absense <absense@example.edu>"
            raise ValueError(msg) from None
        return value

    @field_validator("cors_allow_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(map(is_origin, value)):
            msg = "must be origins such as https://lecturers.example.edu, without a path, separated by commas"
            raise ValueError(msg)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in value:
            require_proxy(proxy)
        return value

    @field_validator("upload_allowed_image_types")
    @classmethod
    def _types(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or not set(value) <= {"image/jpeg", "image/png"}:
            msg = "must be image/jpeg, image/png or both, separated by a comma"
            raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def _fit_together(self) -> "Settings":
        problems = [*self._production_problems(), *self._storage_problems(), *self._mail_problems()]
        if self.secrets_folder != _SECRETS_FOLDER and not self.secrets_folder.is_dir():
            problems.append(f"SECRETS_FOLDER: {self.secrets_folder} is no folder, so that no secret was read from it")
        if (self.tls_certificate_file is None) != (self.tls_key_file is None):
            problems.append(
                "TLS_CERTIFICATE_FILE, TLS_KEY_FILE: set both, or neither for a proxy in front that encrypts"
            )
        if self.algorithm == "EdDSA" and self.signing_key_file is None:
            problems.append("SIGNING_KEY_FILE: is needed with ALGORITHM=EdDSA; .env.example says how to make one")
        if self.own_port(self.processes - 1) > LAST_PORT:
            problems.append(f"PROCESS_PORTS_FROM: leaves no ports for {self.processes} processes")
        if self.uses_sqlite and (self.workers or 1) > 1:
            problems.append("WORKERS: SQLite is for one server process; set DATABASE_URL to PostgreSQL for more")
        if self.uses_sqlite and not self.face_queue_in_server:
            problems.append("FACE_QUEUE_IN_SERVER: with SQLite there are no workers to leave selfies to; leave it true")
        if self.code_overlap_seconds > self.code_life_seconds / 2:
            problems.append("CODE_OVERLAP_SECONDS: must be at most half of CODE_LIFE_SECONDS")
        if self.cors_allow_credentials and "*" in self.cors_allow_origins:
            problems.append("CORS_ALLOW_CREDENTIALS: name the origins instead of * when credentials are allowed")
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _production_problems(self) -> list[str]:
        if self.demo_mode:
            return []
        problems = []
        keys = [
            self.secret_key.get_secret_value(),
            *(key.get_secret_value() for key in self.older_secret_keys),
        ]
        make_one = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        if DEMO_SECRET_KEY in keys or not keys[0]:
            problems.append(f"SECRET_KEY: is not set; {make_one} (or set DEMO_MODE=true to try things out)")
        elif any(len(key) < MIN_SECRET_LENGTH for key in keys):
            problems.append(f"SECRET_KEY: has fewer than {MIN_SECRET_LENGTH} characters; {make_one}")
        if self.password_rounds < MIN_PASSWORD_ROUNDS:
            problems.append(f"PASSWORD_ROUNDS: must be at least {MIN_PASSWORD_ROUNDS} outside demo mode")
        return problems

    def _storage_problems(self) -> list[str]:
        if self.storage_backend == "local":
            whole = "BLOB_ENCRYPTION: may be switched off only with STORAGE_BACKEND=s3, which can encrypt by itself"
            return [] if self.blob_encryption else [whole]
        needed = {"S3_BUCKET": self.s3_bucket, "S3_REGION": self.s3_region}
        problems = [f"{name}: is needed with STORAGE_BACKEND=s3" for name, value in needed.items() if not value]
        if bool(self.s3["access_key"]) != bool(self.s3["secret_key"]):
            problems.append("S3_ACCESS_KEY, S3_SECRET_KEY: set both, or neither to use what the machine is given")
        if not (self.blob_encryption or self.s3_server_side_encryption):
            # what students consent to says that photographs are kept encrypted
            problems.append("S3_SERVER_SIDE_ENCRYPTION: is needed with BLOB_ENCRYPTION=false, such as AES256")
        return problems

    def _mail_problems(self) -> list[str]:
        user, password = self.smtp_user, self.smtp_password.get_secret_value()
        if bool(user) != bool(password):
            return ["SMTP_USER, SMTP_PASSWORD: set both, or neither for a server that takes mails from anybody here"]
        if not (user + password).isascii():
            return ["SMTP_USER, SMTP_PASSWORD: must be ASCII, as mail servers want them"]
        return []

    @property
    def s3(self) -> S3Options:
        """What the client of S3 is made with."""
        return {
            "bucket": self.s3_bucket,
            "region": self.s3_region,
            "access_key": self.s3_access_key.get_secret_value(),
            "secret_key": self.s3_secret_key.get_secret_value(),
            "endpoint_url": self.s3_endpoint_url,
            "public_endpoint_url": self.s3_public_endpoint_url,
            "server_side_encryption": self.s3_server_side_encryption,
        }

    @property
    def tls_files(self) -> tuple[Path, Path] | None:
        """The certificates and their key; None: no TLS here."""
        if self.tls_certificate_file is None or self.tls_key_file is None:
            return None
        return self.tls_certificate_file, self.tls_key_file

    @property
    def is_open_to_others(self) -> bool:
        """Whether other machines can connect."""
        host = self.listen_address.rpartition(":")[0].strip("[]")
        try:
            return not ip_address(host).is_loopback
        except ValueError:
            return host != "localhost"

    @property
    def mail_sender(self) -> Address:
        """Who mails are from."""
        return address(self.mail_from)

    @property
    def smtp(self) -> SmtpOptions:
        """Where the mail server is, and who we are there."""
        return {
            "host": self.smtp_host,
            "port": self.smtp_port,
            "security": self.smtp_security,
            "user": self.smtp_user,
            "password": self.smtp_password.get_secret_value(),
        }

    @property
    def uses_sqlite(self) -> bool:
        """Whether the database is a file of this machine, for one process."""
        return urlsplit(self.database_url.get_secret_value()).scheme == "sqlite"

    @property
    def processes(self) -> int:
        """How many server processes `serve` starts."""
        return self.workers or (1 if self.uses_sqlite else _cores())

    @property
    def connections(self) -> int:
        """Connections that a server process may open to PostgreSQL."""
        return self.database_threads + CONNECTIONS_BESIDE

    def own_port(self, number: int) -> int:
        """The port that process `number` has to itself; 0: any."""
        port = int(self.listen_address.rpartition(":")[2])
        first = self.process_ports_from if self.process_ports_from is not None else port and port + 1
        return first and first + number

    def of_process(self, number: int) -> "Settings":
        """The settings of process `number`, which has its share of the workers that look at faces: one at least."""
        share, rest = divmod(self.face_workers, self.processes)
        return self.model_copy(update={"face_workers": max(1, share + (number < rest))})

    @property
    def secret_keys(self) -> Sequence[str]:
        """The key in use first, then those that are only read with."""
        return [key.get_secret_value() for key in (self.secret_key, *self.older_secret_keys)]

    @property
    def access_token_life(self) -> timedelta:
        """How long an access token is good."""
        return timedelta(minutes=self.access_token_expire_minutes)

    @property
    def registration_rules(self) -> RegistrationRules:
        """What is demanded of those who register."""
        return RegistrationRules(
            student=RegistrationRule(self.student_email_domains, self.student_number_pattern),
            lecturer=RegistrationRule(self.lecturer_email_domains, self.lecturer_number_pattern),
            confirms_email=not self.demo_mode if self.email_confirmation is None else self.email_confirmation,
        )

    @property
    def upload_max_bytes(self) -> int:
        """Largest photograph."""
        return int(self.upload_max_image_mb * 1024 * 1024)

    @property
    def import_max_bytes(self) -> int:
        """IMPORT_MAX_MB in bytes."""
        return int(self.import_max_mb * 1024 * 1024)

    @property
    def zone(self) -> ZoneInfo:
        """The institution's time zone."""
        return ZoneInfo(self.time_zone)


def _cores() -> int:
    """Those that this process may use, where the system says."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load(**given: Any) -> Settings:
    """The settings of this process; `given` goes before the environment.

    Raises SettingsInvalid.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            name = "_".join(str(part) for part in problem["loc"][:1]).upper()
            text = problem["msg"].removeprefix("Value error, ")
            lines.append(f"{name}: {text}" if name else text)
        raise SettingsInvalid("\n".join(lines)) from None
    except SettingsError as error:
        cause = error.__cause__  # of a file of secrets
        raise SettingsInvalid(
            f"SECRETS_FOLDER: {cause.filename} cannot be read: {cause.strerror}; let the server's user read it"
            if isinstance(cause, OSError)
            else f"SECRETS_FOLDER: {error}"
        ) from None


def unknown_names() -> list[str]:
    """Names in the `.env` file that are no settings: probably misspelt. PROXY_... are absense-proxy's."""
    known = {name.upper() for name in Settings.model_fields}
    return [name for name in dotenv_values(".env") if name.upper() not in known and not name.startswith("PROXY_")]


def file_is_open() -> bool:
    """Whether every user of the machine can read or write the `.env` file, where there is one."""
    file = Path(".env")
    return file.exists() and bool(file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH))
