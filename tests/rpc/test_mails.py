"""Mails as people get them: to whom, with what, when the mail server fails, and what is not sent any more."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from absense_server.adapters.db.tables import audit_events, audit_private, mail_queue, mail_tokens
from absense_server.app import App
from absense_server.domain.audit import Action
from absense_server.domain.ids import UserId
from absense_server.domain.mails import TOKEN_LIFE, MailKind, token_hash
from absense_server.domain.people import Role, User, UserState
from absense_server.ports.metrics import MailOutcome
from absense_server.services.mail_texts import Letter, MailTexts
from absense_server.settings import Settings
from backing.ports import free_ports
from tests.support.clock import HandClock
from tests.support.hall import Hall
from tests.support.mails import mails_in
from tests.support.smtp import mail_server

MakeSettings = Callable[..., Settings]
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400


def add_user(app: App, state: UserState = UserState.ACTIVE, number: str = "", name: str = "Efua Mensah") -> User:
    user_id = UserId(app.ids.new())
    email = f"efua-{user_id}@example.edu"
    user = User(user_id, email, name, Role.STUDENT, state, app.clock.now(), institution_number=number)
    with app.uow() as tx:
        tx.users.add(user, None)
        tx.commit()
    return user


def queue(app: App, kind: MailKind, user: User | None = None, **where: str) -> None:
    with app.uow() as tx:
        app.use_cases.mails.queue(tx, kind, None if user is None else user.id, **where)
        tx.commit()


def due_times(app: App) -> list[datetime]:
    """When the mails that wait are tried."""
    with app.engine.connect() as connection:
        return list(connection.scalars(select(mail_queue.c.due_at)))


def tokens(app: App) -> int:
    with app.engine.connect() as connection:
        return len(connection.execute(select(mail_tokens)).all())


async def test_a_mail_brings_a_token_of_which_only_the_hash_is_kept(hall: Hall) -> None:
    efua = add_user(hall.app, number="20/4711")
    for login in (efua.email, f" {efua.email.upper()} ", "20/4711"):
        queue(hall.app, MailKind.RESET_PASSWORD, login=login)
        assert tokens(hall.app) == 0
        mail = await hall.mail_to(efua.email, MailKind.RESET_PASSWORD)
        with hall.app.uow() as tx:
            kept = tx.mails.token(token_hash(mail.token))
            assert kept is not None
            tx.mails.remove_tokens(efua.id, [MailKind.RESET_PASSWORD])
            tx.commit()
        assert (kept.user_id, kept.kind, kept.address) == (efua.id, MailKind.RESET_PASSWORD, efua.email)
        assert kept.expires_at - hall.clock.now() == TOKEN_LIFE
        assert kept.token_hash == hashlib.sha256(mail.token.encode()).digest()
        assert mail.text.startswith("Hello Efua Mensah,\n")
    assert len(await hall.mails()) == 3
    with hall.app.engine.connect() as connection:
        sent = connection.execute(select(audit_events).where(audit_events.c.action == Action.MAIL_SENT)).all()
        ids = {event.id for event in sent}
        private = connection.execute(select(audit_private).where(audit_private.c.event_id.in_(ids))).all()
    assert [(event.subject_id, event.facts["kind"], set(event.facts)) for event in sent] == [
        (efua.id, "RESET_PASSWORD", {"kind", "mail"})
    ] * 3
    assert not any(row.content for row in private)


async def test_what_each_account_is_sent(hall: Hall) -> None:
    """And what makes no sense by the time that it would be sent is not."""
    users = {state: add_user(hall.app, state) for state in UserState}
    for user in users.values():
        for kind in MailKind:
            queue(hall.app, kind, user)
        queue(hall.app, MailKind.RESET_PASSWORD, login=user.email)
    queue(hall.app, MailKind.RESET_PASSWORD, login="nobody@example.edu")
    notes = [
        MailKind.EMAIL_CHANGED,
        MailKind.PASSWORD_CHANGED,
        MailKind.SIGN_IN_REUSED,
        MailKind.DEVICE_RESET_REQUESTED,
        MailKind.DEVICE_RESET_APPROVED,
        MailKind.DEVICE_RESET_REJECTED,
        MailKind.APPEAL_ACCEPTED,
        MailKind.APPEAL_DECLINED,
    ]
    resets = [MailKind.RESET_PASSWORD] * 2
    expected = {
        UserState.PENDING_EMAIL: [*notes, *resets, MailKind.CONFIRM_EMAIL],
        UserState.PENDING_APPROVAL: [*notes, *resets],
        UserState.INVITED: [*notes, *[MailKind.INVITATION] * 3],
        UserState.ACTIVE: [*notes, *resets, MailKind.APPROVED, MailKind.CHANGE_EMAIL],
        UserState.DEACTIVATED: notes,
        UserState.ERASED: [MailKind.ACCOUNT_ERASED],
    }
    mails = await hall.mails()
    for state, user in users.items():
        own = [mail for mail in mails if mail.to == user.email]
        assert Counter(mail.kind for mail in own) == Counter(expected[state])
        # an address that nobody confirmed may be a stranger's, and the name an advertisement
        assert all(("Efua" in mail.text) == (state is not UserState.PENDING_EMAIL) for mail in own)
    assert len(mails) == sum(map(len, expected.values()))
    assert due_times(hall.app) == []


async def test_another_address_gets_its_token_without_a_name_and_the_wish_can_be_taken_back(hall: Hall) -> None:
    user = add_user(hall.app)
    queue(hall.app, MailKind.CHANGE_EMAIL, user, address="other@example.edu")
    mail = await hall.mail_to("other@example.edu")
    assert "Efua" not in mail.text
    with hall.app.uow() as tx:
        kept = tx.mails.token(token_hash(mail.token))
    assert kept is not None
    assert (kept.kind, kept.address) == (MailKind.CHANGE_EMAIL, "other@example.edu")
    queue(hall.app, MailKind.CHANGE_EMAIL, user, address="wrong@example.edu")
    with hall.app.uow() as tx:
        tx.mails.remove_tokens(user.id, [MailKind.CHANGE_EMAIL])
        tx.commit()
    assert len(await hall.mails()) == 1
    assert tokens(hall.app) == 0


async def test_what_is_taken_back_while_it_is_in_hand_is_not_sent(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    user = add_user(hall.app)
    queue(hall.app, MailKind.RESET_PASSWORD, user)
    delivery = hall.app.mail_delivery
    take = delivery._take

    def take_and_lose() -> object:
        taken = take()
        with hall.app.uow() as tx:
            tx.users.hold(user.id)
            tx.mails.remove_tokens(user.id, [MailKind.RESET_PASSWORD])
            tx.commit()
        return taken

    monkeypatch.setattr(delivery, "_take", take_and_lose)
    assert await delivery.deliver() == 1
    assert (mails_in(hall.app.settings.mail_outbox_folder), tokens(hall.app)) == ([], 0)


async def test_who_dies_between_sending_and_saying_so_sends_it_again(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = add_user(hall.app)
    queue(hall.app, MailKind.RESET_PASSWORD, user)

    def die(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(hall.app.mail_delivery, "_sent", die)
        await hall.app.mail_delivery.deliver()
    [first] = await hall.mails()
    await hall.turn(4 * MINUTE_S)
    assert len(await hall.mails()) == 1  # somebody may be at it
    await hall.turn(2 * MINUTE_S)
    first, second = await hall.mails()
    assert first.token != second.token
    with hall.app.uow() as tx:
        assert tx.mails.token(token_hash(first.token))
        assert tx.mails.token(token_hash(second.token))
    await hall.turn(HOUR_S)
    await hall.app.jobs.forget_tokens()
    assert (tokens(hall.app), due_times(hall.app)) == (0, [])


async def test_one_that_cannot_be_written_is_in_nobodys_way(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    user = add_user(hall.app)
    for kind in (MailKind.APPROVED, MailKind.PASSWORD_CHANGED):
        queue(hall.app, kind, user)
    letter = MailTexts.letter

    def write(texts: MailTexts, kind: MailKind, *args: Any) -> Letter:
        if kind is MailKind.APPROVED:
            raise ZeroDivisionError
        return letter(texts, kind, *args)

    with monkeypatch.context() as patch:
        patch.setattr(MailTexts, "letter", write)
        assert [mail.kind for mail in await hall.mails()] == [MailKind.PASSWORD_CHANGED]
    assert due_times(hall.app) == [hall.clock.now() + timedelta(seconds=30)]
    await hall.turn(30)
    assert [mail.kind for mail in await hall.mails()] == [MailKind.PASSWORD_CHANGED, MailKind.APPROVED]


async def test_several_processes_send_each_mail_once(make_settings: MakeSettings, clock: HandClock) -> None:
    apps = [App(make_settings(), clock=clock) for _ in range(2)]
    users = [add_user(apps[0]) for _ in range(20)]
    for user in users:
        queue(apps[0], MailKind.APPROVED, user)

    async def work(app: App) -> int:
        number = 0
        while taken := await app.mail_delivery.deliver():
            number += taken
        return number

    try:
        assert sum(await asyncio.gather(*map(work, apps))) == 20
        mails = mails_in(apps[0].settings.mail_outbox_folder)
        assert sorted(mail.to for mail in mails) == sorted(user.email for user in users)
    finally:
        for app in apps:
            app.close()


async def test_mails_wait_for_the_mail_server_longer_each_time_and_a_day_at_most(
    make_settings: MakeSettings, clock: HandClock, tmp_path: Path
) -> None:
    [port] = free_ports(1)
    app = App(make_settings(smtp_host="127.0.0.1", smtp_port=port, smtp_security="none"), clock=clock)
    user, other = add_user(app), add_user(app)
    queue(app, MailKind.PASSWORD_CHANGED, user)
    began, tries = clock.now(), []
    try:
        while due := due_times(app):
            clock.turn((min(due) - clock.now()).total_seconds())
            await app.mail_delivery.deliver()
            tries.append((clock.now() - began).total_seconds())
            if len(tries) == 3:
                queue(app, MailKind.APPROVED, other)
                with mail_server(tmp_path, port=port) as box:
                    await app.mail_delivery.deliver()
                # one that waits is in nobody's way
                assert [(mail.to, mail.kind) for mail in box.mails] == [(other.email, MailKind.APPROVED)]
        assert tries[:6] == [0, 30, 90, 210, 450, 930]
        assert {later - sooner for sooner, later in pairwise(tries[8:])} == {HOUR_S}
        assert DAY_S <= tries[-1] <= DAY_S + HOUR_S
        queue(app, MailKind.PASSWORD_CHANGED, user)
        with mail_server(tmp_path, port=port) as box:
            box.answers["RCPT"] = "550 there is nobody"
            await app.mail_delivery.deliver()
        assert due_times(app) == []
        value = app.outside.metrics.registry.get_sample_value
        counted = {outcome: value("absense_mails_total", {"outcome": outcome.value}) for outcome in MailOutcome}
        assert counted == {
            MailOutcome.SENT: 1,
            MailOutcome.POSTPONED: len(tries) - 1,
            MailOutcome.GIVEN_UP: 1,
            MailOutcome.REFUSED: 1,
        }
    finally:
        app.close()
