"""Users, sign-ins, requests, devices, audit."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from absense_server.adapters.db.tables import audit_events, audit_private
from absense_server.adapters.db.unit_of_work import SqlTransaction
from absense_server.domain.audit import Action, event, machine_event
from absense_server.domain.devices import ResetState
from absense_server.domain.errors.accounts import EmailTaken, NumberTaken
from absense_server.domain.errors.devices import DeviceAlreadyBound, DeviceTaken
from absense_server.domain.ids import MailId
from absense_server.domain.mails import MailKind
from absense_server.domain.people import Caller, Role, User, UserState
from absense_server.ports.findings import Credentials, DoneRequest, MailToken, QueuedMail, Race, Revocation, SignIn
from absense_server.ports.outside import AccessClaims
from absense_server.services.revocations import Revocations
from tests.integration.db.world import MINUTE, NOW, World, a_device, a_refresh_token, a_sign_in, a_user
from tests.support.clock import HandClock


def test_a_user_comes_back_whole(world: World) -> None:
    programme = world.programme()
    user = world.user(
        Role.ADMIN,
        state=UserState.INVITED,
        institution_number="20/1234",
        claimed_number="4711",
        programme_id=programme.id,
        level=3,
        full_name="Ábénà Ọ̀sẹ́ 李",
    )
    with world.uow(read_only=True) as tx:
        assert tx.users.get(user.id) == user
        assert tx.users.get(a_user().id) is None


def test_an_address_has_one_account(world: World) -> None:
    user = world.user()
    with pytest.raises(EmailTaken), world.uow() as tx:
        tx.users.add(a_user(email=user.email), None)


def test_a_number_has_one_account_and_no_number_many(world: World) -> None:
    world.user(institution_number="4711")
    world.user()
    world.user()
    with pytest.raises(NumberTaken), world.uow() as tx:
        tx.users.add(a_user(institution_number="4711"), None)


def test_tombstones_have_no_address(world: World) -> None:
    users = [world.user(email="", full_name="", state=UserState.ERASED) for _ in range(2)]
    with world.uow(read_only=True) as tx:
        assert [tx.users.get(user.id) for user in users] == users
        assert tx.users.credentials("") is None


def test_credentials_by_address_or_number(world: World) -> None:
    user = a_user(email="ama@example.edu", institution_number="20/47-A")
    with world.uow() as tx:
        tx.users.add(user, "hash")
        tx.commit()
    expected = Credentials(user, "hash")
    with world.uow(read_only=True) as tx:
        assert tx.users.credentials("ama@example.edu") == expected
        assert tx.users.credentials(" Ama@Example.EDU ") == expected
        assert tx.users.credentials("20/47-A") == expected
        assert tx.users.credentials("20/47-a") is None
        assert tx.users.credentials("%") is None


def test_an_address_goes_before_a_number_that_reads_the_same(world: World) -> None:
    world.user(institution_number="kofi@example.edu")
    kofi = world.user(email="kofi@example.edu")
    with world.uow(read_only=True) as tx:
        found = tx.users.credentials("kofi@example.edu")
    assert found == Credentials(kofi, None)


def test_a_state_is_set(world: World) -> None:
    user = world.user()
    with world.uow() as tx:
        tx.users.set_state(user.id, UserState.DEACTIVATED)
        tx.commit()
    with world.uow(read_only=True) as tx:
        found = tx.users.get(user.id)
    assert found is not None
    assert found.state is UserState.DEACTIVATED


def test_only_what_was_never_confirmed_is_deleted(world: World) -> None:
    made = {NOW - n * MINUTE: world.user(state=UserState.PENDING_EMAIL, created_at=NOW - n * MINUTE) for n in range(4)}
    others = [world.user(state=state, created_at=NOW - 4 * MINUTE) for state in UserState if "EMAIL" not in state.value]
    with world.uow() as tx:
        assert not any(tx.users.remove_pending(user.id) for user in others)
        assert [tx.users.remove_pending(made[NOW].id) for _ in range(2)] == [True, False]
        assert tx.users.remove_unconfirmed(NOW - MINUTE, 1) == [made[NOW - 3 * MINUTE].id]
        assert tx.users.remove_unconfirmed(NOW - MINUTE, 10) == [made[NOW - 2 * MINUTE].id]
        assert tx.users.remove_unconfirmed(NOW - MINUTE, 10) == []
        assert tx.users.get(made[NOW - MINUTE].id) is not None
        tx.commit()


def test_the_address_that_waits_to_be_confirmed(world: World) -> None:
    ama, kofi = world.user(), world.user()

    def waiting(now: datetime = NOW) -> list[str]:
        with world.uow(read_only=True) as tx:
            return [tx.mails.changing_to(user.id, now) for user in (ama, kofi)]

    def sent(kind: MailKind, address: str) -> MailToken:
        return MailToken(uuid4().bytes, ama.id, kind, address, NOW, NOW + MINUTE)

    assert waiting() == ["", ""]
    with world.uow() as tx:
        tx.mails.queue(QueuedMail(MailId(uuid4()), MailKind.CHANGE_EMAIL, NOW, kofi.id, address="kofi@example.org"))
        tx.mails.queue(QueuedMail(MailId(uuid4()), MailKind.EMAIL_CHANGED, NOW, ama.id, address="ama@example.edu"))
        tx.mails.add_token(sent(MailKind.CHANGE_EMAIL, "ama@example.org"))
        tx.mails.add_token(sent(MailKind.RESET_PASSWORD, "ama@example.edu"))
        tx.commit()
    assert waiting() == ["ama@example.org", "kofi@example.org"]
    assert waiting(NOW + MINUTE) == ["", "kofi@example.org"]
    with world.uow() as tx:
        for user in (ama, kofi):
            tx.mails.remove_tokens(user.id, {MailKind.CHANGE_EMAIL})
        tx.commit()
    assert waiting() == ["", ""]


def test_a_clock_that_was_ahead_makes_no_revocation_forgotten(world: World) -> None:
    user = world.user()
    sign_in = world.sign_in(user)
    with world.uow() as tx:
        tx.sign_ins.end(user.id, sign_in.id, NOW)
        tx.commit()
    clock = HandClock(NOW)
    revoked = Revocations(world.uow, clock, access_token_life=15 * MINUTE)
    claims = AccessClaims(user.id, sign_in.id, user.role, NOW, NOW, NOW + 15 * MINUTE)
    for seconds in (60, 7200, 1, -7200, 1):
        clock.turn(seconds)
        revoked.poll()
    assert revoked.is_revoked(claims, clock.now())


def test_a_revocation_that_commits_late_is_read_all_the_same(world: World) -> None:
    user = world.user()
    sign_in = world.sign_in(user)
    clock = HandClock(NOW)
    revoked = Revocations(world.uow, clock, access_token_life=15 * MINUTE)
    revoked.poll()
    with world.uow() as tx:
        tx.sign_ins.end(user.id, sign_in.id, NOW - timedelta(seconds=29))
        tx.commit()
    clock.turn(1)
    revoked.poll()
    claims = AccessClaims(user.id, sign_in.id, user.role, NOW, NOW, NOW + 15 * MINUTE)
    assert revoked.is_revoked(claims, clock.now())


def test_revocations_in_order_from_an_instant_on(world: World) -> None:
    user = world.user()
    ends = (NOW - MINUTE, NOW, NOW + timedelta(microseconds=1), NOW + MINUTE)
    revocations = [Revocation(world.sign_in(user).id, at) for at in ends]
    with world.uow() as tx:
        for revocation in reversed(revocations):
            tx.sign_ins.end(user.id, revocation.sign_in_id, revocation.at)
        tx.commit()
    with world.uow(read_only=True) as tx:
        assert tx.sign_ins.revocations_since(NOW) == revocations[1:]
        assert tx.sign_ins.revocations_since(NOW + 2 * MINUTE) == []


def test_a_sign_in_comes_back_whole_and_is_only_its_users(world: World) -> None:
    ama, kofi = world.user(), world.user()
    sign_in = world.sign_in(ama, device_name="Ọ̀", password_at=NOW - MINUTE)
    later = replace(sign_in, password_at=NOW + MINUTE, last_used_at=NOW + 2 * MINUTE, expires_at=NOW + 3 * MINUTE)
    with world.uow() as tx:
        assert tx.sign_ins.find(ama.id, sign_in.id) == sign_in
        assert tx.sign_ins.find(kofi.id, sign_in.id) is None
        tx.sign_ins.save(later)
        assert not tx.sign_ins.end(kofi.id, sign_in.id, NOW)
        tx.commit()
    with world.uow() as tx:
        assert tx.sign_ins.list(ama.id, NOW, after=None, limit=9) == [later]
        assert tx.sign_ins.list(ama.id, later.expires_at, after=None, limit=9) == []
        assert tx.sign_ins.end(ama.id, sign_in.id, NOW)
        assert not tx.sign_ins.end(ama.id, sign_in.id, NOW)


def test_a_sign_in_has_one_token_that_was_not_used(world: World) -> None:
    sign_in = a_sign_in(world.user())
    first, second, third = (a_refresh_token(sign_in) for _ in range(3))
    used = replace(first, used_at=NOW, request_id=uuid4(), successor=b"\0\xff")
    with world.uow() as tx:
        tx.sign_ins.add(sign_in, first)
        tx.commit()
    with world.uow() as tx:
        assert tx.sign_ins.with_token(first.token_hash) == (sign_in, first)
        assert tx.sign_ins.exchange(used, second)
        assert not tx.sign_ins.exchange(replace(used, used_at=NOW + MINUTE), third)
        tx.commit()
    with world.uow() as tx:
        assert tx.sign_ins.with_token(first.token_hash) == (sign_in, used)
        assert tx.sign_ins.with_token(second.token_hash) == (sign_in, second)
        assert tx.sign_ins.with_token(third.token_hash) is None
    with pytest.raises(Exception, match=r"(?i)unique"), world.uow() as tx:
        tx.sign_ins._add_token(third)


def test_what_is_old_of_sign_ins_goes_so_many_at_a_time(world: World) -> None:
    ama = world.user()
    old = [world.sign_in(ama, expires_at=NOW - number * MINUTE) for number in range(1, 4)]
    with world.uow() as tx:
        used = [a_refresh_token(old[0], used_at=NOW, expires_at=NOW - number * MINUTE) for number in range(1, 4)]
        for token in used:
            tx.sign_ins._add_token(token)
        assert [tx.sign_ins.remove_tokens(NOW - MINUTE, 1) for _ in range(4)] == [1, 1, 0, 0]
        assert tx.sign_ins.with_token(used[0].token_hash)
        # one that was not used goes with its sign-in
        assert [tx.sign_ins.remove_ended(NOW - MINUTE, 1) for _ in range(4)] == [1, 1, 0, 0]
        assert tx.sign_ins.find(ama.id, old[0].id)
        for number in range(3):
            tx.sign_ins.end(ama.id, one_more(tx, ama).id, NOW - number * MINUTE)
        assert [tx.sign_ins.remove_revocations(NOW, 1) for _ in range(4)] == [1, 1, 0, 0]
        assert [one.at for one in tx.sign_ins.revocations_since(NOW - timedelta(days=1))] == [NOW]


def one_more(tx: SqlTransaction, user: User) -> SignIn:
    """One more, in the same transaction."""
    sign_in = a_sign_in(user)
    tx.sign_ins.add(sign_in, a_refresh_token(sign_in))
    return sign_in


def test_a_request_id_counts_once_for_each_user(world: World) -> None:
    ama, kofi = world.user(), world.user()
    request_id, done = uuid4(), DoneRequest(b"fingerprint", uuid4())
    with world.uow() as tx:
        assert tx.requests.find(ama.id, request_id) is None
        tx.requests.add(ama.id, request_id, done, NOW)
        tx.requests.add(kofi.id, request_id, done, NOW)
        tx.commit()
    with pytest.raises(Race), world.uow() as tx:
        tx.requests.add(ama.id, request_id, DoneRequest(b"other", uuid4()), NOW)
    with world.uow(read_only=True) as tx:
        assert tx.requests.find(ama.id, request_id) == done
        assert tx.requests.find(ama.id, uuid4()) is None


@pytest.mark.parametrize("key", [None, b"\0\xff"])
def test_a_device_comes_back_whole(world: World, key: bytes | None) -> None:
    student = world.user()
    device = world.device(student, public_key=key)
    with world.uow(read_only=True) as tx:
        assert tx.devices.active(student.id) == device
        assert tx.devices.active(a_user().id) is None


def test_one_device_for_each_student_and_one_student_for_each_device(world: World) -> None:
    ama, kofi = world.user(), world.user()
    phone = world.device(ama)
    with pytest.raises(DeviceAlreadyBound), world.uow() as tx:
        tx.devices.add(a_device(ama))
    with pytest.raises(DeviceTaken), world.uow() as tx:
        tx.devices.add(a_device(kofi, identifier_mac=phone.identifier_mac))
    with pytest.raises((DeviceAlreadyBound, DeviceTaken)), world.uow() as tx:
        tx.devices.add(a_device(ama, identifier_mac=phone.identifier_mac))


def test_an_unbound_device_is_free_again(world: World) -> None:
    ama, kofi = world.user(), world.user()
    phone = world.device(ama)
    with world.uow() as tx:
        assert tx.devices.unbind(phone.id, NOW)
        assert not tx.devices.unbind(phone.id, NOW)
        tx.commit()
    with world.uow() as tx:
        assert tx.devices.active(ama.id) is None
        tx.devices.add(a_device(kofi, identifier_mac=phone.identifier_mac))
        tx.devices.add(a_device(ama))
        tx.commit()


def test_a_wish_for_another_phone_comes_back_whole(world: World) -> None:
    ama, admin = world.user(institution_number="20/1"), world.user(Role.ADMIN)
    phone = world.device(ama)
    reset = world.device_reset(ama, phone)
    with world.uow(read_only=True) as tx:
        assert tx.device_resets.get(reset.id) == tx.device_resets.pending(ama.id) == reset
        assert tx.device_resets.latest_of(phone.id) == reset
    with world.uow() as tx:
        assert tx.device_resets.decide(reset.id, ResetState.APPROVED, admin.id, NOW + MINUTE, "Bind it today")
        assert not tx.device_resets.decide(reset.id, ResetState.REJECTED, admin.id, NOW, "")
        tx.commit()
    later = world.device_reset(ama, phone)
    with world.uow(read_only=True) as tx:
        assert tx.device_resets.get(reset.id) == replace(
            reset, state=ResetState.APPROVED, decided_at=NOW + MINUTE, note="Bind it today"
        )
        assert tx.device_resets.latest_of(phone.id) == replace(later, earlier_approved=1)


def test_an_audit_event_keeps_apart_what_can_be_erased(world: World) -> None:
    user = world.user()
    caller = Caller("request", "203.0.113.7", user.id)
    subject = uuid4()
    with world.uow() as tx:
        tx.audit.add(event(Action.CLAIM_KEPT, caller, NOW, subject, reason="Ọ̀"))
        tx.audit.add(machine_event(Action.SESSION_SEALED, NOW, subject))
        tx.commit()
    with world.uow(read_only=True) as tx:
        first, second = tx._connection.execute(select(audit_events).order_by(audit_events.c.seq)).all()
        (private,) = tx._connection.execute(select(audit_private)).all()
    assert (first.action, first.at, first.actor_id) == (Action.CLAIM_KEPT, NOW, user.id)
    assert (first.subject_id, first.request_id, first.facts) == (subject, "request", {"reason": "Ọ̀"})
    assert (second.action, second.actor_id, second.facts) == (Action.SESSION_SEALED, None, {})
    assert (private.event_id, private.content) == (first.id, {"address": "203.0.113.7"})
    assert len(private.salt) == 16
