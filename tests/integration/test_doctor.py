"""What the doctor says of an installation, and what it and the settings show of secrets: nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import get_args
from uuid import uuid4

import pytest
from pydantic import SecretStr

from absense_server import checkup
from absense_server import settings as settings_module
from absense_server.app import App
from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.settings import Settings
from backing.ports import free_ports
from tests.support.clock import HandClock


def test_it_shows_nothing_secret(make_settings: Callable[..., Settings]) -> None:
    port = free_ports(1)[0]
    given = {
        "demo_mode": False,
        "password_rounds": 600_000,
        "secret_key": "a-secret-key-of-nobody-but-this-test-0001",
        "older_secret_keys": "an-older-secret-key-of-nobody-else-0002",
        "database_url": f"postgresql://absense:of-the-database@127.0.0.1:{port}/absense",
        "redis_url": f"redis://:of-the-redis@127.0.0.1:{port}/0",
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_user": "absense",
        "smtp_password": "of-the-mail-server",
        "storage_backend": "s3",
        "s3_bucket": "selfies",
        "s3_region": "eu-west-1",
        "s3_endpoint_url": f"http://127.0.0.1:{port}",
        "s3_access_key": "of-the-storage-known",
        "s3_secret_key": "of-the-storage-secret",
    }
    secret = {
        name
        for name, field in Settings.model_fields.items()
        if SecretStr in (field.annotation, *get_args(field.annotation))
    }
    assert secret <= given.keys(), "give this test a value for each setting that is secret"
    settings = make_settings(**given)
    found = checkup.examine(settings)
    assert sum(not one.ok for one in found) >= 3  # nothing answers
    shown = "\n".join([repr(settings), str(settings), str(settings.model_dump()), *(one.text for one in found)])
    for words in ("of-nobody", "of-the-database", "of-the-redis", "of-the-mail-server", "of-the-storage"):
        assert words not in shown


def test_it_names_the_socket_of_postgresql(make_settings: Callable[..., Settings], tmp_path: Path) -> None:
    found = checkup.examine(make_settings(database_url=f"postgresql://absense:secret@/absense?host={tmp_path}"))
    (about,) = (one.text for one in found if one.text.startswith("database: "))
    assert f"PostgreSQL at {tmp_path} does not answer" in about
    assert "secret" not in about


def test_it_says_who_makes_the_folder_of_photographs(make_settings: Callable[..., Settings], tmp_path: Path) -> None:
    found = checkup.examine(make_settings(storage_folder=tmp_path / "blobs"))
    (about,) = (one for one in found if one.text.startswith("storage: "))
    assert about.fatal
    assert "run `absense-server migrate`, which makes it" in about.text


def test_it_notices_settings_that_anybody_can_read(
    make_settings: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert not settings_module.file_is_open()
    file = tmp_path / ".env"
    file.touch()
    for mode, is_open in ((0o600, False), (0o640, False), (0o644, True), (0o602, True)):
        file.chmod(mode)
        assert settings_module.file_is_open() is is_open
        found = checkup.examine(make_settings(), file_open=is_open)
        assert any("chmod 600 .env" in one.text for one in found) is is_open


def test_it_misses_the_key_under_which_the_audit_log_ends_or_begins(
    make_settings: Callable[..., Settings], clock: HandClock
) -> None:
    first, second, third = "1" * 40, "2" * 40, "3" * 40

    def missing(**keys: str) -> list[str]:
        found = [one.text for one in checkup.examine(make_settings(**keys)) if not one.ok]
        return [text.partition(",")[0] for text in found if "audit log" in text]

    for keys in ({"secret_key": first}, {"secret_key": second, "older_secret_keys": first}):
        assert missing(**keys) == []
        app = App(make_settings(**keys), clock=clock)
        with app.uow() as tx:
            tx.audit.add(audit.machine_event(Action.SELFIE_ERASED, clock.now(), uuid4()))
            tx.commit()
        app.use_cases.audit_log.seal()
        app.close()
    assert missing(secret_key=third, older_secret_keys=f"{first},{second}") == []
    assert missing(secret_key=third, older_secret_keys=second) == ["SECRET_KEY: the audit log begins under another key"]
    assert missing(secret_key=third, older_secret_keys=first) == ["SECRET_KEY: the audit log ends under another key"]
