"""What the doctor and the settings show of secrets: nothing."""

from collections.abc import Callable
from typing import get_args

from pydantic import SecretStr

from absense_server import checkup
from absense_server.settings import Settings
from backing.ports import free_ports


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
