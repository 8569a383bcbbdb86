"""Settings: each wrong one is named with what to do, and no secret is shown."""

from pathlib import Path
from typing import Any

import pytest

from absense_server import settings
from absense_server.settings import SettingsInvalid

GOOD_KEY = "k" * 32
S3 = {"storage_backend": "s3", "s3_bucket": "selfies", "s3_region": "eu-west-1"}


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def load(**given: Any) -> settings.Settings:
    return settings.load(_env_file=None, **given)


def problems(**given: Any) -> str:
    with pytest.raises(SettingsInvalid) as wrong:
        load(**given)
    return str(wrong.value)


def test_defaults_work_in_demo_mode() -> None:
    config = load(demo_mode=True)
    assert config.upload_max_bytes == 5 * 1024 * 1024
    assert config.upload_allowed_image_types == ("image/jpeg", "image/png")
    assert config.access_token_life.total_seconds() == 15 * 60


def test_outside_demo_mode_the_default_key_is_refused() -> None:
    assert problems().startswith("SECRET_KEY: is not set; make one with: python3 -c")


@pytest.mark.parametrize("given", [{"secret_key": "short"}, {"secret_key": GOOD_KEY, "older_secret_keys": "short"}])
def test_outside_demo_mode_a_short_key_is_refused_and_not_shown(given: dict[str, str]) -> None:
    text = problems(**given)
    assert text.startswith("SECRET_KEY: has fewer than 32 characters")
    assert "short" not in text


def test_outside_demo_mode_fast_hashes_are_refused() -> None:
    assert problems(secret_key=GOOD_KEY, password_rounds=1000).startswith("PASSWORD_ROUNDS: must be at least 600000")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"database_url": "mysql://root:hunter2@db/absense"}, "DATABASE_URL: must begin with sqlite:///"),
        *(
            (
                {"redis_url": url},
                "REDIS_URL: must be redis://HOST:PORT/NUMBER, rediss:// likewise (TLS), or unix:///PATH",
            )
            for url in (
                "redis.example.edu:6379",
                "http://:hunter2@redis.example.edu",
                "redis://",
                "redis://:hunter2@",
                "redis://:hunt/er2@redis.example.edu",
                "redis://:hunter2@redis.example.edu:66379",
                "redis://:hunter2@redis.example.edu/calls",
                "redis://:hunter2@redis.example.edu?timeout=5",
                "redis://:hunter2@redis.example.edu?ssl_ca_certs=ca.pem",
                "rediss://:hunter2@redis.example.edu?ssl_ca_certs",
                "redis://:hunter2@[2001:db8::1",
                "unix://",
                "unix:///run/redis.sock?db=one",
            )
        ),
        *(
            ({"web_url": url}, "WEB_URL: must be a URL such as https://attendance.example.edu")
            for url in (
                "attendance.example.edu",
                "javascript://x",
                "https://",
                "https://a.edu/#/app",
                "https://a.edu/ b",
            )
        ),
        *(
            ({"mail_from": sender}, "MAIL_FROM: must be an address such as Absense <absense@example.edu>")
            for sender in ("", "Absense", "a@", "a@b.edu, c@d.edu", "a@b.edu\nBcc: c@d.edu", "ä@b.edu", "a b@c.edu")
        ),
        ({"smtp_user": "absense"}, "SMTP_USER, SMTP_PASSWORD: set both"),
        ({"smtp_password": "hunter2"}, "SMTP_USER, SMTP_PASSWORD: set both"),
        ({"smtp_user": "absense", "smtp_password": "hunter2ü"}, "SMTP_USER, SMTP_PASSWORD: must be ASCII"),
        ({"smtp_security": "ssl"}, "SMTP_SECURITY: Input should be"),
        ({"listen_address": "50051"}, "LISTEN_ADDRESS: must be host:port"),
        ({"listen_address": "127.0.0.1:99999"}, "LISTEN_ADDRESS: must be host:port"),
        ({"tls_key_file": "key.pem"}, "TLS_CERTIFICATE_FILE, TLS_KEY_FILE: set both, or neither"),
        ({"tls_certificate_file": "chain.pem", "tls_key_file": ""}, "TLS_CERTIFICATE_FILE, TLS_KEY_FILE: set both"),
        *(
            ({"trusted_proxies": f"127.0.0.1, {proxy}"}, f"TRUSTED_PROXIES: {proxy} is {problem}")
            for proxy, problem in (
                ("proxy.example.edu", "no address, no network such as 10.0.0.0/8"),
                ("10.0.0.7/8", "no address, no network such as 10.0.0.0/8"),
                ("127.0.0.1:443", "no address"),
                ("[::1]", "no address"),
                ("*", "no address"),
                ("0.0.0.0/0", "everybody"),
                ("::/0", "everybody"),
                ("::ffff:10.0.0.7", "a network of IPv4"),
            )
        ),
        ({"algorithm": "none"}, "ALGORITHM: Input should be 'HS256'"),
        ({"access_token_expire_minutes": "soon"}, "ACCESS_TOKEN_EXPIRE_MINUTES: Input should be a valid number"),
        ({"access_token_expire_minutes": 0}, "ACCESS_TOKEN_EXPIRE_MINUTES: Input should be greater than 0"),
        ({"storage_backend": "tape"}, "STORAGE_BACKEND: Input should be 'local' or 's3'"),
        ({"storage_backend": "s3", "s3_bucket": "selfies"}, "S3_REGION: is needed with STORAGE_BACKEND=s3"),
        ({**S3, "s3_access_key": "known"}, "S3_ACCESS_KEY, S3_SECRET_KEY: set both, or neither"),
        ({**S3, "s3_endpoint_url": "s3.example.edu"}, "S3_ENDPOINT_URL: must be a URL such as https://"),
        ({**S3, "s3_public_endpoint_url": "ftp://s3.example.edu"}, "S3_PUBLIC_ENDPOINT_URL: must be a URL"),
        ({**S3, "s3_server_side_encryption": "rot13"}, "S3_SERVER_SIDE_ENCRYPTION: Input should be"),
        ({**S3, "blob_encryption": False}, "S3_SERVER_SIDE_ENCRYPTION: is needed with BLOB_ENCRYPTION=false"),
        ({"blob_encryption": False}, "BLOB_ENCRYPTION: may be switched off only with STORAGE_BACKEND=s3"),
        ({"upload_allowed_image_types": "image/gif"}, "UPLOAD_ALLOWED_IMAGE_TYPES: must be image/jpeg"),
        ({"upload_max_image_mb": -1}, "UPLOAD_MAX_IMAGE_MB: Input should be greater than 0"),
        ({"face_queue_in_server": "false"}, "FACE_QUEUE_IN_SERVER: with SQLite there are no workers"),
        ({"code_life_seconds": 20, "code_overlap_seconds": 11}, "CODE_OVERLAP_SECONDS: must be at most half"),
        ({"student_email_domains": "example.edu, @example.edu"}, "STUDENT_EMAIL_DOMAINS: must be domains such as"),
        ({"lecturer_email_domains": "*"}, "LECTURER_EMAIL_DOMAINS: must be domains such as"),
        ({"student_number_pattern": "S[0-9"}, "STUDENT_NUMBER_PATTERN: is not a regular expression: unterminated"),
        ({"student_number_pattern": "([A-Z0-9]+-?)+"}, "STUDENT_NUMBER_PATTERN: repeats a group that holds a repet"),
        ({"lecturer_number_pattern": "(?<n"}, "LECTURER_NUMBER_PATTERN: is not a regular expression: unknown"),
        ({"cors_allow_origins": "example.edu"}, "CORS_ALLOW_ORIGINS: must be origins such as https://"),
        ({"cors_allow_origins": "*", "cors_allow_credentials": True}, "CORS_ALLOW_CREDENTIALS: name the origins"),
    ],
)
def test_each_wrong_setting_is_named(given: dict[str, Any], said: str) -> None:
    text = problems(demo_mode=True, **given)
    assert said in text
    assert "hunt" not in text


@pytest.mark.parametrize(
    "url",
    [
        "",
        "redis://redis.example.edu",
        "redis://absense:hunter2@redis.example.edu:7000/1",
        "redis://[2001:db8::1]:6379/",
        "rediss://:p%40ss@redis.example.edu/0?ssl_ca_certs=/etc/ssl/redis.pem",
        "unix:///run/redis.sock",
        "unix://:hunter2@/run/redis.sock?db=1",
    ],
)
def test_where_redis_is_can_be_said_in_its_own_ways(url: str) -> None:
    assert load(demo_mode=True, redis_url=url).redis_url.get_secret_value() == url


def test_proxies_are_addresses_networks_or_sockets() -> None:
    listed = "127.0.0.1, ::1, 10.0.0.0/8,2001:db8::/32 ,unix"
    assert load(demo_mode=True, trusted_proxies=listed).trusted_proxies == (
        "127.0.0.1",
        "::1",
        "10.0.0.0/8",
        "2001:db8::/32",
        "unix",
    )


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"s3_access_key": "a", "s3_secret_key": "b"},
        {"s3_endpoint_url": ""},
        {"blob_encryption": False, "s3_server_side_encryption": "aws:kms"},
    ],
)
def test_s3_needs_bucket_and_region_alone(given: dict[str, Any]) -> None:
    assert load(demo_mode=True, **S3, **given).s3["bucket"] == "selfies"


def test_addresses_are_confirmed_unless_in_demo_mode_or_said_otherwise() -> None:
    def confirms(**given: Any) -> bool:
        return load(secret_key=GOOD_KEY, **given).registration_rules.confirms_email

    assert confirms()
    assert not confirms(demo_mode=True)
    assert confirms(demo_mode=True, email_confirmation="true")
    assert not confirms(email_confirmation="false")
    assert confirms(email_confirmation="")


def test_domains_and_patterns_are_those_of_their_role() -> None:
    rules = load(
        demo_mode=True, student_email_domains="Example.edu, *.EXAMPLE.edu", lecturer_number_pattern="L[0-9]+"
    ).registration_rules
    assert (rules.student.email_domains, rules.student.number_pattern) == (("example.edu", "*.example.edu"), "")
    assert (rules.lecturer.email_domains, rules.lecturer.number_pattern) == ((), "L[0-9]+")


def test_several_wrong_settings_are_all_named() -> None:
    lines = problems(demo_mode=True, algorithm="none", storage_backend="tape", log_level="LOUD").splitlines()
    assert sorted(line.split(":")[0] for line in lines) == ["ALGORITHM", "LOG_LEVEL", "STORAGE_BACKEND"]


def test_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SECRET_KEY=" + "f" * 40 + "\nUPLOAD_MAX_IMAGE_MB=3\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("SECRET_KEY", "e" * 40)
    monkeypatch.setenv("OLDER_SECRET_KEYS", "a" * 40 + ", " + "b" * 40)
    config = settings.load(_env_file=tmp_path / ".env")
    assert config.upload_max_image_mb == 3
    assert config.secret_keys == ["e" * 40, "a" * 40, "b" * 40]


def test_secrets_come_from_files_named_like_them_unless_said_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "SECRET_KEY").write_text("s" * 40 + "\n")
    (tmp_path / "database_url").write_text("postgresql://absense:hunter2@db/absense\n")
    (tmp_path / "something_else").write_text("1")
    monkeypatch.setenv("SECRETS_FOLDER", str(tmp_path))
    config = load()
    assert config.secret_keys == ["s" * 40]
    assert config.database_url.get_secret_value() == "postgresql://absense:hunter2@db/absense"
    monkeypatch.setenv("SECRET_KEY", "e" * 40)
    assert load().secret_keys == ["e" * 40]


def test_secrets_that_cannot_be_read_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRETS_FOLDER", str(tmp_path / "nowhere"))
    assert f"SECRETS_FOLDER: {tmp_path / 'nowhere'} is no folder" in problems(secret_key=GOOD_KEY)
    file = tmp_path / "secret_key"
    file.write_text("s" * 40)

    def refuse(_path: Path, **_how: object) -> str:
        raise PermissionError(13, "Permission denied", str(file))  # file modes do not stop root

    monkeypatch.setenv("SECRETS_FOLDER", str(tmp_path))
    monkeypatch.setattr(Path, "read_text", refuse)
    assert problems() == (f"SECRETS_FOLDER: {file} cannot be read: Permission denied; let the server's user read it")


def test_secrets_are_in_no_repr() -> None:
    config = load(
        secret_key="s3cr3t" * 6,
        older_secret_keys="0ld" * 12,
        s3_secret_key="hunter2",
        redis_url="redis://:hunter2@redis",
        database_url="postgresql://absense:hunter2@db/absense",
    )
    shown = f"{config!r} {config} {config.model_dump()}"
    assert not any(secret in shown for secret in ("s3cr3t", "0ld0ld", "hunter2"))
