"""What docs/PARTNERS.md shows is run to the letter, against a real server."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from absense_server.app import App
from absense_server.settings import Settings
from tests.support.hall import Hall
from tests.unit.test_tokens import EDDSA, STRANGE, Kind, ed25519, pem

PAGE = Path(__file__).parents[2] / "docs" / "PARTNERS.md"


@pytest.fixture
def page() -> dict[str, Any]:
    """What the lines of the page define."""
    [lines] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(lines, PAGE, "exec"), names)  # noqa: S102 - a file of ours
    return names


async def test_a_partner_verifies_tokens(
    make_settings: Callable[..., Settings], tmp_path: Path, page: dict[str, Any]
) -> None:
    ours = Ed25519PrivateKey.generate()
    (tmp_path / "key.pem").write_bytes(pem(ours))
    # by the machine's clock, as the partner
    app = App(make_settings(algorithm="EdDSA", signing_key_file=tmp_path / "key.pem"))
    port = await app.start(with_jobs=False)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        hall = Hall(app, app.clock, channel, port)  # type: ignore[arg-type]  # nobody turns it
        app.seeding.seed_term()
        ama = await hall.student(enrolled=False, phone=False)

        def ask() -> Any:
            with grpc.insecure_channel(f"127.0.0.1:{port}") as partners:
                return page["signing_keys"](partners)

        keys = await asyncio.to_thread(ask)
    await app.stop(grace=0)
    claims = page["verified"](ama.token, keys)
    assert (claims["sub"], claims["sid"], claims["role"]) == (ama.id, ama.sign_in_id, "STUDENT")
    assert claims["exp"] - claims["iat"] == pytest.approx(15 * 60)

    kind = Kind(ed25519(ours), EDDSA.older, EDDSA.strange)
    header, payload = (part for part in (jwt.get_unverified_header(ama.token), claims))
    assert page["verified"](kind.signed(header, payload), keys) == claims
    wrong = {
        "another key": kind.signed(header, payload, EDDSA.strange),
        "a key of its own": kind.signed({**header, "kid": "mine"}, payload, ed25519(STRANGE)),
        "no signature": kind.signed({**header, "alg": "none"}, payload),
        "another type": kind.signed({**header, "typ": "JWT"}, payload),
        "another issuer": kind.signed(header, {**payload, "iss": "others"}),
        "another audience": kind.signed(header, {**payload, "aud": "others"}),
        "expired": kind.signed(header, {**payload, "exp": 1}),
        "without an end": kind.signed(header, {name: payload[name] for name in payload if name != "exp"}),
        "a refresh token": ama.refresh_token,
    }
    for name, token in wrong.items():
        with pytest.raises(jwt.InvalidTokenError):
            pytest.fail(f"{name}: {page['verified'](token, keys)}")
