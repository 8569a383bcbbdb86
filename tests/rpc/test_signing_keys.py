"""Keys of access tokens, through the contract: published ahead, changed without signing anyone out."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from absense.v1 import auth_service_pb2 as pb
from absense_server import checkup, settings
from absense_server.adapters.signing_keys import SigningKeyUnusable, thumbprint
from absense_server.app import App
from absense_server.app.worker import Worker, WorkerUseless
from absense_server.settings import Settings, SettingsInvalid
from tests.rpc.test_accounts import current
from tests.rpc.test_sign_ins import why_not
from tests.support.clock import HandClock
from tests.support.hall import Hall
from tests.unit.test_tokens import pem, public_pem

MakeSettings = Callable[..., Settings]
INVALID = (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID")


class Keys:
    """Three keys in files, each with its public half."""

    def __init__(self, folder: Path) -> None:
        made = {name: Ed25519PrivateKey.generate() for name in "abc"}
        self.ids = {name: thumbprint(key.public_key()) for name, key in made.items()}
        self.files = {name: folder / f"{name}.pem" for name in made}
        self.public = {name: folder / f"{name}-public.pem" for name in made}
        for name, key in made.items():
            self.files[name].write_bytes(pem(key))
            self.files[name].chmod(0o600)
            self.public[name].write_bytes(public_pem(key))

    def of(self, signing: str, *others: str) -> dict[str, Any]:
        """The settings of a server that signs with one and names the others."""
        verifying = ",".join(str(self.public[name]) for name in others)
        return {"algorithm": "EdDSA", "signing_key_file": self.files[signing], "verifying_key_files": verifying}


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


@asynccontextmanager
async def serving(settings: Settings, clock: HandClock) -> AsyncIterator[Hall]:
    """A server as it comes up with these settings."""
    app = App(settings, clock=clock)
    port = await app.start(with_jobs=False)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Hall(app, clock, channel, port)
    await app.stop(grace=0)


async def listed(hall: Hall) -> list[tuple[str, bool]]:
    answer = await hall.auth.ListSigningKeys(pb.ListSigningKeysRequest())
    return [(key.key_id, key.current) for key in answer.keys]


async def test_with_a_secret_there_are_no_keys_to_tell(hall: Hall) -> None:
    assert await hall.auth.ListSigningKeys(pb.ListSigningKeysRequest()) == pb.ListSigningKeysResponse()


async def test_keys_are_told_as_json_web_keys_in_pages(
    make_settings: MakeSettings, clock: HandClock, keys: Keys
) -> None:
    async with serving(make_settings(**keys.of("a", "c", "b")), clock) as hall:
        page = await hall.auth.ListSigningKeys(pb.ListSigningKeysRequest(page_size=2))
        assert [key.key_id for key in page.keys] == [keys.ids["a"], keys.ids["c"]]
        rest = pb.ListSigningKeysRequest(page_size=2, page_token=page.next_page_token)
        [last] = (await hall.auth.ListSigningKeys(rest)).keys
        assert (last.key_id, last.current) == (keys.ids["b"], False)
        first = page.keys[0]
        assert (first.algorithm, first.current) == ("EdDSA", True)
        assert json.loads(first.jwk).keys() == {"kty", "crv", "x", "kid", "use", "alg"}
        ama = await hall.student(enrolled=False, phone=False)
        key, options = jwt.PyJWK.from_json(first.jwk), {"verify_exp": False, "verify_iat": False}
        claims = jwt.decode(ama.token, key, ["EdDSA"], audience="absense", options=options)  # type: ignore[arg-type]
        assert claims["sub"] == ama.id
        request = pb.ListSigningKeysRequest(page_token="A" * 43)
        assert (await why_not(hall.auth.ListSigningKeys(request)))[1] == "PAGE_TOKEN_INVALID"


async def test_another_key_signs_nobody_out(make_settings: MakeSettings, clock: HandClock, keys: Keys) -> None:
    async with serving(make_settings(**keys.of("a", "b")), clock) as before:
        assert await listed(before) == [(keys.ids["a"], True), (keys.ids["b"], False)]  # a while ahead
        ama = await before.student(enrolled=False, phone=False)
        # both at once, while one server after the other is restarted
        async with serving(make_settings(**keys.of("b", "a")), clock) as after:
            assert await listed(after) == [(keys.ids["b"], True), (keys.ids["a"], False)]
            for hall in (before, after):
                assert (await current(hall, ama.token)).id == ama.id
            ama.hall = after
            old, _ = ama.token, await ama.refresh()
            assert jwt.get_unverified_header(ama.token)["kid"] == keys.ids["b"]
            for hall in (before, after):
                assert (await current(hall, ama.token)).id == ama.id
    # without the old one its tokens are nobody's, and the sign-in goes on
    async with serving(make_settings(**keys.of("b")), clock) as hall:
        assert await why_not(current(hall, old)) == INVALID
        assert (await current(hall, ama.token)).id == ama.id
    async with serving(make_settings(**keys.of("c")), clock) as hall:
        assert await why_not(current(hall, ama.token)) == INVALID
        ama.hall = hall
        await ama.refresh()
        assert (await current(hall, ama.token)).id == ama.id


async def test_another_secret_signs_nobody_out(make_settings: MakeSettings, clock: HandClock) -> None:
    old, new = "k" * 40, "n" * 40
    async with serving(make_settings(secret_key=old), clock) as hall:
        ama = await hall.student(enrolled=False, phone=False)
    before = ama.token
    async with serving(make_settings(secret_key=new, older_secret_keys=old), clock) as hall:
        ama.hall = hall
        assert (await current(hall, before)).id == ama.id
        await ama.refresh()
    async with serving(make_settings(secret_key=new), clock) as hall:
        assert await why_not(current(hall, before)) == INVALID
        assert (await current(hall, ama.token)).id == ama.id


async def test_another_algorithm_takes_no_token_of_the_other(
    make_settings: MakeSettings, clock: HandClock, keys: Keys
) -> None:
    async with serving(make_settings(), clock) as hall:
        ama = await hall.student(enrolled=False, phone=False)
    for given in (keys.of("a"), {}):
        async with serving(make_settings(**given), clock) as hall:
            assert await why_not(current(hall, ama.token)) == INVALID
            ama.hall = hall
            await ama.refresh()
            assert (await current(hall, ama.token)).id == ama.id


async def test_who_issues_tokens_and_whom_they_are_for_are_settings(
    make_settings: MakeSettings, clock: HandClock
) -> None:
    named = make_settings(token_issuer="https://absense.example.edu", token_audience="campus")
    async with serving(named, clock) as hall:
        ama = await hall.student(enrolled=False, phone=False)
        claims = jwt.decode(ama.token, options={"verify_signature": False})
        assert (claims["iss"], claims["aud"]) == ("https://absense.example.edu", "campus")
        assert (await current(hall, ama.token)).id == ama.id
    async with serving(make_settings(), clock) as hall:
        assert await why_not(current(hall, ama.token)) == INVALID


async def test_sign_ins_end_by_the_settings_that_are_in_force(make_settings: MakeSettings, clock: HandClock) -> None:
    async with serving(make_settings(), clock) as hall:
        ama = await hall.student(enrolled=False, phone=False)
        clock.turn(24 * 3600)
        await ama.refresh()
    async with serving(make_settings(sign_in_expire_days=1), clock) as hall:
        ama.hall = hall
        assert await why_not(ama.refresh()) == (grpc.StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID")


def test_what_keeps_a_server_from_signing_is_said_at_the_start_and_by_the_doctor(
    make_settings: MakeSettings, keys: Keys, tmp_path: Path
) -> None:
    with pytest.raises(SettingsInvalid, match="SIGNING_KEY_FILE: is needed with ALGORITHM=EdDSA"):
        settings.load(_env_file=None, demo_mode=True, algorithm="EdDSA")
    missing = make_settings(algorithm="EdDSA", signing_key_file=tmp_path / "none.pem")
    with pytest.raises(SigningKeyUnusable, match=r"SIGNING_KEY_FILE: .*none.pem cannot be read"):
        App(missing)

    def said(config: Settings) -> list[tuple[bool, bool, str]]:
        found = (*checkup.examine(config),)
        return [(one.ok, one.fatal, one.text) for one in found if "SIGNING_KEY" in one.text or "tokens:" in one.text]

    [(ok, fatal, text)] = said(missing)
    assert (ok, fatal) == (False, True)
    assert text.startswith(f"SIGNING_KEY_FILE: {tmp_path}/none.pem cannot be read: No such file or directory. Make one")
    assert said(make_settings(**keys.of("a", "b"))) == [
        (True, False, f"access tokens: EdDSA, signed with {keys.ids['a']}, verified with 2 keys")
    ]
    keys.files["a"].chmod(0o644)
    assert said(make_settings(**keys.of("a")))[1:] == [
        (False, False, f"SIGNING_KEY_FILE: every user of this machine can read or write {keys.files['a']}")
    ]
    assert said(make_settings()) == [(True, False, "access tokens: HS256, for this server alone")]
    assert not said(make_settings(signing_key_file=keys.files["a"]))[0][0]


def test_a_worker_needs_no_key_that_signs(make_settings: MakeSettings, tmp_path: Path) -> None:
    nowhere = {"database_url": "postgresql://127.0.0.1/none", "signing_key_file": tmp_path / "none.pem"}
    with pytest.raises(WorkerUseless, match="FACE_VERIFICATION_ENABLED"):
        Worker(make_settings(algorithm="EdDSA", **nowhere))
