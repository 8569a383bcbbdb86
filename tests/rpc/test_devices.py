"""Phones: bound with proof of their key, one for each student, and known to the database by a keyed hash only."""

import asyncio
import hashlib
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import cv2
import grpc
import grpc.aio
import numpy as np
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from sqlalchemy import func, select

from absense.v1 import auth_service_pb2_grpc, device_pb2, role_pb2, student_service_pb2, user_pb2
from absense_server.adapters.db.tables import audit_events, devices
from absense_server.app import App
from absense_server.settings import Settings
from tests.support.clock import HandClock
from tests.support.hall import Hall, Student, reason_of, timestamp, verdicts
from tests.support.written import written

BINDING = b"absense.binding.v1\0"
CLAIM = b"absense.claim.v1\0"
IMEI = "490154203237518"


def new_key(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(curve or ec.SECP256R1())


def public(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey,
    encoding: serialization.Encoding = serialization.Encoding.DER,
    form: serialization.PublicFormat = serialization.PublicFormat.SubjectPublicKeyInfo,
) -> bytes:
    return key.public_key().public_bytes(encoding, form)


def sign(key: ec.EllipticCurvePrivateKey, statement: bytes, context: bytes = BINDING) -> bytes:
    return key.sign(context + statement, ec.ECDSA(hashes.SHA256()))


def signed_as(key: ec.EllipticCurvePrivateKey, statement: bytes) -> device_pb2.DeviceKey:
    """A well-signed proof over whatever bytes."""
    return device_pb2.DeviceKey(public_key=public(key), statement=statement, signature=sign(key, statement))


async def bind(
    student: Student, key: device_pb2.DeviceKey | None = None, identifier: str | None = None, **fields: Any
) -> device_pb2.Device:
    request = student_service_pb2.BindDeviceRequest(
        identifier=student.identifier if identifier is None else identifier,
        **{"platform": device_pb2.DEVICE_PLATFORM_ANDROID, "model": "Pixel", "key": key, **fields},
    )
    return (await student.stub.BindDevice(request, metadata=student.metadata)).device


async def bound(student: Student) -> device_pb2.Device:
    request = student_service_pb2.GetDeviceRequest()
    return (await student.stub.GetDevice(request, metadata=student.metadata)).device


async def refusal(call: Awaitable[Any]) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value


async def refused(call: Awaitable[Any]) -> str:
    return reason_of(await refusal(call))


def rows(hall: Hall) -> tuple[int, int]:
    """Bound phones, and audited bindings."""
    bindings = select(func.count()).select_from(audit_events).where(audit_events.c.action == "DEVICE_BOUND")
    with hall.app.engine.connect() as connection:
        return (
            connection.execute(select(func.count()).select_from(devices)).scalar_one(),
            connection.execute(bindings).scalar_one(),
        )


async def test_a_phone_with_a_key_is_bound_and_returned(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    assert await refused(bound(ama)) == "DEVICE_NOT_FOUND"
    device = await bind(ama, ama.device_key(new_key(), ama.identifier))
    assert device == device_pb2.Device(
        id=device.id,
        platform=device_pb2.DEVICE_PLATFORM_ANDROID,
        model="Pixel",
        has_key=True,
        bind_time=timestamp(hall.clock.now()),
    )
    await hall.turn(100)
    assert await bound(ama) == device
    assert rows(hall) == (1, 1)


async def test_a_phone_without_a_key_is_bound_too(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    device = await bind(ama, identifier=IMEI, platform=device_pb2.DEVICE_PLATFORM_OTHER, model="")
    assert (device.has_key, device.platform, device.model) == (False, device_pb2.DEVICE_PLATFORM_OTHER, "")
    assert await bound(ama) == device


async def test_one_sees_ones_own_phone_only(hall: Hall) -> None:
    ama, kwame = [await hall.student(phone=False) for _ in range(2)]
    hers = await bind(ama)
    assert await refused(bound(kwame)) == "DEVICE_NOT_FOUND"
    his = await bind(kwame)
    assert his.id != hers.id
    assert await bound(ama) == hers


async def test_codes_of_the_refusals(hall: Hall) -> None:
    ama, kwame, efua = [await hall.student(phone=False) for _ in range(3)]
    assert (await refusal(bound(ama))).code() == grpc.StatusCode.NOT_FOUND
    await bind(ama)
    assert (await refusal(bind(ama, identifier=IMEI))).code() == grpc.StatusCode.FAILED_PRECONDITION
    assert (await refusal(bind(kwame, identifier=ama.identifier))).code() == grpc.StatusCode.ALREADY_EXISTS
    proof = device_pb2.DeviceKey(public_key=b"x", statement=b"x", signature=b"x" * 8)
    assert (await refusal(bind(efua, proof))).code() == grpc.StatusCode.INVALID_ARGUMENT


BROKEN_FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"identifier": "1234567"}, "identifier"),
    ({"identifier": "x" * 256}, "identifier"),
    ({"identifier": "installation\n0001"}, "identifier"),
    ({"identifier": "installation\u202e0001"}, "identifier"),
    ({"platform": device_pb2.DEVICE_PLATFORM_UNSPECIFIED}, "platform"),
    ({"platform": 99}, "platform"),
    ({"model": "x" * 101}, "model"),
    ({"model": "Pix\x00el"}, "model"),
    ({"key": device_pb2.DeviceKey()}, "key.public_key"),
    ({"key": device_pb2.DeviceKey(public_key=b"k" * 257, statement=b"s", signature=b"s" * 8)}, "key.public_key"),
    ({"key": device_pb2.DeviceKey(public_key=b"k", statement=b"", signature=b"s" * 8)}, "key.statement"),
    ({"key": device_pb2.DeviceKey(public_key=b"k", statement=b"s" * 1025, signature=b"s" * 8)}, "key.statement"),
    ({"key": device_pb2.DeviceKey(public_key=b"k", statement=b"s", signature=b"s" * 7)}, "key.signature"),
    ({"key": device_pb2.DeviceKey(public_key=b"k", statement=b"s", signature=b"s" * 81)}, "key.signature"),
]


async def test_fields_that_break_a_rule_are_named(hall: Hall, subtests: pytest.Subtests) -> None:
    ama = await hall.student(phone=False)
    for fields, named in BROKEN_FIELDS:
        with subtests.test(fields=str(fields)):
            error = await refusal(bind(ama, **fields))
            assert reason_of(error) == "INVALID_REQUEST"
            assert named in (error.details() or "")
            assert await refused(bound(ama)) == "DEVICE_NOT_FOUND"


async def test_the_password_must_have_been_given_within_ten_minutes(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    await hall.turn(10 * 60 + 1)
    assert await refused(bind(ama)) == "RECENT_SIGN_IN_REQUIRED"
    assert await refused(bound(ama)) == "DEVICE_NOT_FOUND"
    ama.token = (await hall.login(ama.email)).access_token
    assert (await bind(ama)).id


async def test_phones_are_for_students(hall: Hall) -> None:
    teacher = hall.teacher
    impostor = Student(hall, teacher.id, teacher.email, teacher.token)
    assert await refused(bind(impostor)) == "WRONG_ROLE"
    assert await refused(bound(impostor)) == "WRONG_ROLE"


# --- The proof of the key ---

Proof = Callable[[Student], device_pb2.DeviceKey]


def with_public_key(make: Callable[[ec.EllipticCurvePrivateKey], bytes]) -> Proof:
    """A good proof, but the public key is sent in another way."""

    def proof(student: Student) -> device_pb2.DeviceKey:
        key = new_key()
        good = student.device_key(key, student.identifier)
        return device_pb2.DeviceKey(public_key=make(key), statement=good.statement, signature=good.signature)

    return proof


def with_signature(make: Callable[[ec.EllipticCurvePrivateKey, bytes], bytes]) -> Proof:
    """A good proof, but for the signature."""

    def proof(student: Student) -> device_pb2.DeviceKey:
        key = new_key()
        good = student.device_key(key, student.identifier)
        signature = make(key, good.statement)
        return device_pb2.DeviceKey(public_key=good.public_key, statement=good.statement, signature=signature)

    return proof


def saying(**fields: Any) -> Proof:
    """A well-signed proof whose statement says something else."""
    return lambda student: student.device_key(new_key(), student.identifier, **fields)


def signed_at(off: timedelta) -> Proof:
    return lambda student: student.device_key(
        new_key(), student.identifier, sign_time=timestamp(student.hall.clock.now() + off)
    )


def over(statement: bytes) -> Proof:
    return lambda _: signed_as(new_key(), statement)


def other_curve(curve: ec.EllipticCurve) -> Proof:
    return lambda student: student.device_key(new_key(curve), student.identifier)


WRONG_PROOFS: dict[str, Proof] = {
    # (a signature by a P-384 key is longer than the contract takes)
    "P-384": with_public_key(lambda _: public(new_key(ec.SECP384R1()))),
    "P-224": other_curve(ec.SECP224R1()),
    "secp256k1": other_curve(ec.SECP256K1()),
    "RSA": with_public_key(lambda _: public(rsa.generate_private_key(65537, 1024))),  # noqa: S505 - larger is too long
    "Ed25519": with_public_key(lambda _: public(ed25519.Ed25519PrivateKey.generate())),
    "garbage": with_public_key(lambda _: b"\x30\x59garbage"),
    "the key in PEM": with_public_key(lambda key: public(key, serialization.Encoding.PEM)),
    "the bare point": with_public_key(
        lambda key: public(key, serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    ),
    "a byte too many": with_public_key(lambda key: public(key) + b"\0"),
    "the private key": with_public_key(
        lambda key: key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    ),
    "signed by another key": with_signature(lambda _, statement: sign(new_key(), statement)),
    "another's public key": with_public_key(lambda _: public(new_key())),
    "signed over other bytes": with_signature(lambda key, statement: sign(key, statement + b"\0")),
    "signed for a claim": with_signature(lambda key, statement: sign(key, statement, CLAIM)),
    "signed for nothing": with_signature(lambda key, statement: sign(key, statement, b"")),
    "signed with SHA-384": with_signature(
        lambda key, statement: key.sign(BINDING + statement, ec.ECDSA(hashes.SHA384()))
    ),
    "not a signature": with_signature(lambda _key, _statement: b"signature"),
    "about another user": saying(user_id="0190b3c8-0000-7000-8000-000000000000"),
    "about nobody": saying(user_id=""),
    "about another phone": saying(device_identifier="installation-of-somebody-else"),
    "about no phone": saying(device_identifier=""),
    "older than five minutes": signed_at(-timedelta(minutes=5, microseconds=1)),
    "from the future": signed_at(timedelta(minutes=5, microseconds=1)),
    "without a time": saying(sign_time=None),
    "at no time": saying(sign_time={"seconds": -1}),
    "not a message": over(b"\xff\xff"),
    "not even text": over(b"\x0a\x02\xff\xff"),
    "another message": over(b"absense"),
}


async def test_a_key_without_proof_is_refused_and_binds_nothing(hall: Hall, subtests: pytest.Subtests) -> None:
    for name, proof in WRONG_PROOFS.items():
        with subtests.test(proof=name):
            ama = await hall.student(phone=False, enrolled=False)
            before = rows(hall)
            error = await refusal(bind(ama, proof(ama)))
            assert (error.code(), reason_of(error)) == (grpc.StatusCode.INVALID_ARGUMENT, "KEY_PROOF_INVALID")
            assert await refused(bound(ama)) == "DEVICE_NOT_FOUND"
            assert rows(hall) == before
            assert (await bind(ama, ama.device_key(new_key(), ama.identifier))).has_key


@pytest.mark.parametrize(
    "proof",
    [
        signed_at(-timedelta(minutes=5)),
        signed_at(timedelta(minutes=5)),
        lambda student: student.device_key(new_key(), student.identifier, user_id=student.id.upper()),
    ],
    ids=["five minutes old", "five minutes ahead", "the user's id in upper case"],
)
async def test_a_proof_that_just_holds(hall: Hall, proof: Proof) -> None:
    ama = await hall.student(phone=False)
    assert (await bind(ama, proof(ama))).has_key


async def test_a_statement_is_verified_as_sent_whatever_else_is_in_it(hall: Hall) -> None:
    """A later version of the app may say more: what it says is signed, and what we do not know is let be."""
    ama = await hall.student(phone=False)
    key = new_key()
    statement = ama.device_key(key, ama.identifier).statement + b"\xa2\x06\x03new"
    assert (await bind(ama, signed_as(key, statement))).has_key


async def test_a_proof_binds_nobody_elses_account(hall: Hall) -> None:
    ama, kwame = [await hall.student(phone=False) for _ in range(2)]
    proof = ama.device_key(new_key(), ama.identifier)
    assert await refused(bind(kwame, proof, identifier=ama.identifier)) == "KEY_PROOF_INVALID"


async def test_after_a_reset_an_old_proof_binds_nothing_for_anybody(hall: Hall) -> None:
    ama, kwame, admin = await hall.student(phone=False), await hall.student(phone=False), await hall.admin()
    proof = ama.device_key(new_key(), ama.identifier)
    await bind(ama, proof)
    await admin.approve_reset((await ama.request_reset()).id)
    assert await refused(bind(kwame, proof, identifier=ama.identifier)) == "KEY_PROOF_INVALID"
    await hall.turn(301)
    assert await refused(bind(ama, proof)) == "KEY_PROOF_INVALID"
    assert await refused(bound(ama)) == "DEVICE_NOT_FOUND"


async def test_who_is_switched_off_or_no_student_any_more_binds_no_phone(hall: Hall) -> None:
    """Also while their access token is still taken: until the next look at who was signed out."""
    ama, kwame, admin = await hall.student(phone=False), await hall.student(phone=False), await hall.admin()
    await admin.update_user(ama.id, state=user_pb2.USER_STATE_DEACTIVATED)
    await admin.update_user(kwame.id, role=role_pb2.ROLE_LECTURER)
    for gone in (ama, kwame):
        assert await refused(bind(gone)) == "SIGN_IN_ENDED"
    assert rows(hall) == (0, 0)


# --- The same phone, another phone, another's phone ---


@pytest.mark.parametrize("with_key", [True, False])
async def test_the_same_phone_again_is_returned_as_it_is(hall: Hall, with_key: bool) -> None:
    ama = await hall.student(phone=False)
    key = new_key()
    first = await bind(ama, ama.device_key(key, ama.identifier) if with_key else None)
    await hall.turn(60)
    again = await bind(
        ama,
        ama.device_key(key, ama.identifier) if with_key else None,
        platform=device_pb2.DEVICE_PLATFORM_IOS,
        model="renamed",
    )
    assert again == first
    assert await bound(ama) == first
    assert rows(hall) == (1, 1)


async def test_an_identifier_is_the_same_however_its_text_is_composed(hall: Hall) -> None:
    ama, kwame = [await hall.student(phone=False) for _ in range(2)]
    name = "appareil-numéro-1"
    first = await bind(ama, identifier=unicodedata.normalize("NFC", name))
    decomposed = unicodedata.normalize("NFD", name)
    assert await bind(ama, identifier=f" {decomposed} ") == first
    assert await refused(bind(kwame, identifier=decomposed)) == "DEVICE_TAKEN"


async def test_the_same_phone_with_another_key_is_another_phone(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    first = await bind(ama, ama.device_key(new_key(), ama.identifier))
    assert await refused(bind(ama, ama.device_key(new_key(), ama.identifier))) == "DEVICE_ALREADY_BOUND"
    assert await refused(bind(ama)) == "DEVICE_ALREADY_BOUND"
    assert await bound(ama) == first


async def test_a_phone_bound_without_a_key_gets_none_later(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    await bind(ama)
    assert await refused(bind(ama, ama.device_key(new_key(), ama.identifier))) == "DEVICE_ALREADY_BOUND"
    assert not (await bound(ama)).has_key


async def test_another_phone_is_refused_while_one_is_bound(hall: Hall) -> None:
    ama = await hall.student()
    first = await bound(ama)
    assert await refused(bind(ama, identifier=IMEI)) == "DEVICE_ALREADY_BOUND"
    assert await refused(bind(ama, ama.device_key(new_key(), IMEI), IMEI)) == "DEVICE_ALREADY_BOUND"
    assert await bound(ama) == first


async def test_somebody_elses_phone_is_taken_and_nothing_says_whose(hall: Hall) -> None:
    ama, kwame, efua = [await hall.student(phone=False) for _ in range(3)]
    hers = await bind(ama, ama.device_key(new_key(), ama.identifier))
    error = await refusal(bind(kwame, kwame.device_key(new_key(), ama.identifier), ama.identifier))
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.ALREADY_EXISTS, "DEVICE_TAKEN")
    told = repr((error.details(), error.debug_error_string(), error.trailing_metadata(), error.initial_metadata()))
    for secret in (ama.id, ama.email, hers.id, ama.identifier, "Ama Student"):
        assert secret not in told
    # nor does the answer differ with what Ama's phone is
    await bind(efua, identifier=IMEI)
    other = await refusal(bind(kwame, identifier=IMEI))
    assert other.details() == error.details()
    assert await refused(bound(kwame)) == "DEVICE_NOT_FOUND"
    assert await bound(ama) == hers


async def test_a_refused_phone_does_not_stand_in_the_way_of_ones_own(hall: Hall) -> None:
    ama, kwame = [await hall.student(phone=False) for _ in range(2)]
    await bind(ama)
    assert await refused(bind(kwame, identifier=ama.identifier)) == "DEVICE_TAKEN"
    assert await bind(kwame) == await bound(kwame)


async def test_one_key_is_one_students_whatever_the_identifier(hall: Hall) -> None:
    """Else one phone could sign for a group of students."""
    ama, kwame = [await hall.student(phone=False) for _ in range(2)]
    key = new_key()
    assert (await bind(ama, ama.device_key(key, ama.identifier))).has_key
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await bind(kwame, kwame.device_key(key, kwame.identifier))
    assert reason_of(refused.value) == "DEVICE_TAKEN"


# --- Races ---


async def outcome(call: Awaitable[device_pb2.Device]) -> str:
    """The bound phone's id, or the reason why not."""
    try:
        return (await call).id
    except grpc.aio.AioRpcError as error:
        return reason_of(error)


async def test_students_racing_for_one_phone(hall: Hall) -> None:
    racers = [await hall.student(phone=False) for _ in range(10)]
    proofs = [racer.device_key(new_key(), IMEI) for racer in racers]
    ends = await asyncio.gather(
        *(outcome(bind(racer, proof, IMEI)) for racer, proof in zip(racers, proofs, strict=True))
    )
    winners = [racer for racer, end in zip(racers, ends, strict=True) if end != "DEVICE_TAKEN"]
    assert len(winners) == 1
    assert (await bound(winners[0])).id in ends
    assert rows(hall) == (1, 1)


async def test_a_student_racing_with_two_phones(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    names = [f"installation-{number:04}" for number in range(2)]
    proofs = [ama.device_key(new_key(), name) for name in names]
    ends = await asyncio.gather(*(outcome(bind(ama, proof, name)) for name, proof in zip(names, proofs, strict=True)))
    assert ends.count("DEVICE_ALREADY_BOUND") == 1
    assert (await bound(ama)).id in ends
    assert rows(hall) == (1, 1)


async def test_the_same_phone_bound_ten_times_at_once_is_one(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    proof = ama.device_key(new_key(), ama.identifier)
    ends = await asyncio.gather(*(outcome(bind(ama, proof)) for _ in range(10)))
    assert set(ends) == {(await bound(ama)).id}
    assert rows(hall) == (1, 1)


# --- What is kept ---


async def test_the_identifier_is_nowhere_in_clear(hall: Hall, capfd: pytest.CaptureFixture[str]) -> None:
    """Not in the database, nor as a bare hash that could be searched; not among the photographs, not in the log."""
    ama, kwame = [await hall.student(phone=False) for _ in range(2)]
    ama.identifier = IMEI
    await ama.bind()
    await refused(bind(kwame, identifier=IMEI))  # a refusal is kept no less carefully
    session = await hall.open_session()
    assert (await ama.submit(session, signed=False)).record.claims
    assert (await kwame.submit(session, identifier=IMEI)).record.claims

    with hall.app.engine.connect() as connection:
        mac = connection.execute(select(devices.c.identifier_mac)).scalar_one()
    kept = written(hall)
    assert any(mac in content for content in kept.values()), "this search finds what is there"
    assert mac != hashlib.sha256(IMEI.encode()).digest()
    assert files_with(kept, IMEI) == []
    log = "".join(capfd.readouterr())
    assert "BindDevice" in log
    assert IMEI not in log


async def test_the_identifier_in_a_signed_claim_is_nowhere_in_clear(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    ama.identifier = IMEI
    await ama.bind()
    assert (await ama.submit(await hall.open_session())).record.claims
    assert files_with(written(hall), IMEI) == []


def files_with(files: dict[str, bytes], identifier: str) -> list[str]:
    """Where the identifier is in clear or as a bare hash."""
    digest = hashlib.sha256(identifier.encode()).digest()
    clear = [
        identifier.encode(),
        identifier.encode("utf-16-le"),
        digest,
        digest.hex().encode(),
        digest.hex().upper().encode(),
    ]
    return [name for name, content in files.items() if any(text in content for text in clear)]


# --- Keys ---


async def test_a_new_secret_key_leaves_phones_and_photographs_as_they_were(
    make_settings: Callable[..., Settings], clock: HandClock
) -> None:
    before, after = "b" * 40, "a" * 40
    old = App(make_settings(secret_key=before), clock=clock)
    async with channel_to(old) as channel:
        hall = Hall(old, clock, channel, 0)
        await hall.furnish()
        ama, kwame = await hall.student(), await hall.student(phone=False)
        session = await hall.open_session()
        selfie = bytes(cv2.imencode(".png", np.zeros((8, 8), np.uint8))[1])
        await kwame.submit(session, selfie=selfie)
        image_id = (await session.record_of(kwame)).claims[0].image_id
    await old.stop(grace=0)

    new = App(make_settings(secret_key=after, older_secret_keys=before), clock=clock)
    async with channel_to(new) as channel:
        hall.app, hall.channel = new, channel
        answer = await ama.submit(session)
        assert verdicts(answer.record)["DEVICE"] == ("PASSED", "KEY_SIGNED")
        assert await refused(kwame.bind(identifier=ama.identifier)) == "DEVICE_TAKEN"
        assert (await hall.teacher.image(image_id))[1] == selfie
    await new.stop(grace=0)

    without = App(make_settings(secret_key=after), clock=clock)
    async with channel_to(without) as channel:
        hall.app, hall.channel, hall.auth = without, channel, auth_service_pb2_grpc.AuthServiceStub(channel)
        admin = await hall.admin()
        ama.token = (await hall.login(ama.email)).access_token
        assert await refused(ama.bind()) == "DEVICE_ALREADY_BOUND"
        await admin.approve_reset((await ama.request_reset("The server does not know it any more")).id)
        assert (await ama.bind()).has_key
    await without.stop(grace=0)


@asynccontextmanager
async def channel_to(app: App) -> AsyncIterator[grpc.aio.Channel]:
    port = await app.start(with_jobs=False)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel
