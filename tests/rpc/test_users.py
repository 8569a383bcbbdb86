"""Accounts in administrators' hands: listed, made, changed, sent mails."""

import asyncio
import unicodedata
import uuid
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import grpc.aio
import pytest
from sqlalchemy import func, select

from absense.v1 import admin_service_pb2, auth_service_pb2, role_pb2, user_pb2
from absense_server.adapters.db.tables import audit_events, audit_private, mail_tokens, programmes, users
from absense_server.domain.courses import Programme
from absense_server.domain.errors.accounts import LastAdministrator, SignInEnded
from absense_server.domain.ids import ProgrammeId
from absense_server.domain.mails import MailKind
from absense_server.domain.people import Role, UserState
from absense_server.domain.user_changes import UserChange
from tests.integration.db.world import at_once
from tests.support.hall import PASSWORD, Admin, Hall, reason_of

STUDENT, LECTURER, ADMIN = role_pb2.ROLE_STUDENT, role_pb2.ROLE_LECTURER, role_pb2.ROLE_ADMIN
INVITED, ACTIVE, DEACTIVATED = user_pb2.USER_STATE_INVITED, user_pb2.USER_STATE_ACTIVE, user_pb2.USER_STATE_DEACTIVATED
PENDING_EMAIL, PENDING_APPROVAL = user_pb2.USER_STATE_PENDING_EMAIL, user_pb2.USER_STATE_PENDING_APPROVAL
ERASED = user_pb2.USER_STATE_ERASED


async def refused(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return reason_of(error.value)


async def page_of(admin: Admin, **fields: Any) -> admin_service_pb2.ListUsersResponse:
    request = admin_service_pb2.ListUsersRequest(**fields)
    return await admin.stub.ListUsers(request, metadata=admin.metadata)


async def ids(admin: Admin, **fields: Any) -> list[str]:
    return [user.id for user in (await page_of(admin, **fields)).users]


async def send_reset(admin: Admin, user_id: str) -> None:
    request = admin_service_pb2.SendPasswordResetRequest(user_id=user_id)
    await admin.stub.SendPasswordReset(request, metadata=admin.metadata)


async def sent(hall: Hall, address: str) -> Sequence[MailKind]:
    return [mail.kind for mail in await hall.mails() if mail.to == address]


def a_programme(hall: Hall) -> str:
    programme = Programme(ProgrammeId(hall.app.ids.new()), uuid.uuid4().hex, "Informatics")
    with hall.app.uow() as tx:
        tx.courses.add_programme(programme)
        tx.commit()
    return str(programme.id)


def put(hall: Hall, user_id: str, **columns: Any) -> None:
    """Set what another part of the server would."""
    with hall.app.engine.begin() as connection:
        connection.execute(users.update().where(users.c.id == UUID(user_id)).values(**columns))


def audited(hall: Hall, action: str) -> list[tuple[dict[str, str], dict[str, str]]]:
    """Of each such act, oldest first: what is said in ids and codes, and what can be erased."""
    acts = (
        select(audit_events.c.facts, audit_private.c.content)
        .join(audit_private, audit_private.c.event_id == audit_events.c.id)
        .where(audit_events.c.action == action)
        .order_by(audit_events.c.seq)
    )
    with hall.app.engine.connect() as connection:
        return [(row.facts, row.content) for row in connection.execute(acts)]


# --- Lists ---


async def test_accounts_are_listed_newest_first_and_by_filter(hall: Hall) -> None:
    admin = await hall.admin()
    made = [(await admin.create_user(role=role)).id for role in (STUDENT, LECTURER, STUDENT, ADMIN)]
    ama = await hall.student(enrolled=False, phone=False)
    await admin.update_user(made[2], state=DEACTIVATED)
    put(hall, made[3], state=UserState.ERASED)
    everybody = [ama.id, made[2], made[1], made[0], admin.id, hall.teacher.id]

    assert await ids(admin) == everybody
    assert await ids(admin, role=STUDENT) == [ama.id, made[2], made[0]]
    assert await ids(admin, states=[INVITED]) == [made[1], made[0]]
    assert await ids(admin, states=[DEACTIVATED, INVITED], role=STUDENT) == [made[2], made[0]]
    assert await ids(admin, states=[ERASED]) == [made[3]]
    assert await ids(admin, role=ADMIN, states=[DEACTIVATED]) == []

    first = await page_of(admin, page_size=4)
    assert [user.id for user in first.users] == everybody[:4]
    second = await page_of(admin, page_size=4, page_token=first.next_page_token)
    assert ([user.id for user in second.users], second.next_page_token) == (everybody[4:], "")
    for other in ({"role": STUDENT}, {"states": [ACTIVE]}, {"query": "a"}):
        token = first.next_page_token
        assert await refused(page_of(admin, page_size=4, page_token=token, **other)) == "PAGE_TOKEN_INVALID"


async def test_a_text_is_looked_for_as_it_is_in_names_addresses_and_whole_numbers(hall: Hall) -> None:
    admin = await hall.admin()
    esi = await admin.create_user(
        full_name="Esi Ọ̀SẸ́ Straße", email="Esi.100%@Example.EDU", institution_number="20/47_A"
    )
    other = await admin.create_user(full_name="Efua 100x", email="efua@example.edu", institution_number="20/47xA")
    put(hall, other.id, claimed_number="77-1")
    for query in ("ọ̀sẹ́", unicodedata.normalize("NFD", "Ọ̀Sẹ́ s"), "STRASSE", "esi.100%@example.edu", " 100% ", "20/47_A"):
        assert await ids(admin, query=query) == [esi.id], query
    for query in ("100x", "EFUA@", "20/47xA", "77-1"):
        assert await ids(admin, query=query) == [other.id], query
    for query in ("20/47", "_sẹ́", "20/47_", "\\", "%%"):
        assert await ids(admin, query=query) == [], query
    assert await ids(admin, query="e", role=STUDENT) == [other.id, esi.id]


async def test_one_account_with_its_phone(hall: Hall) -> None:
    ama, admin = await hall.student(), await hall.admin()
    request = admin_service_pb2.GetUserRequest(user_id=ama.id)
    found = await admin.stub.GetUser(request, metadata=admin.metadata)
    assert (found.user.id, found.user.email, found.user.state) == (ama.id, ama.email, ACTIVE)
    assert found.device.has_key
    request = admin_service_pb2.GetUserRequest(user_id=admin.id)
    assert not (await admin.stub.GetUser(request, metadata=admin.metadata)).HasField("device")
    assert await refused(admin.user(str(uuid.uuid4()))) == "USER_NOT_FOUND"


# --- Making ---


async def test_an_account_is_made_and_invited(hall: Hall) -> None:
    admin, programme = await hall.admin(), a_programme(hall)
    wish = {
        "email": "Esi.New@Example.EDU",
        "full_name": " Esi New ",
        "role": LECTURER,
        "institution_number": " S-1 ",
        "programme_id": programme,
        "level": 3,
        "request_id": str(uuid.uuid4()),
    }
    esi = await admin.create_user(**wish)
    assert (esi.email, esi.full_name, esi.role, esi.state) == ("esi.new@example.edu", "Esi New", LECTURER, INVITED)
    assert (esi.institution_number, esi.programme_id, esi.level) == ("S-1", programme, 3)
    assert await admin.user(esi.id) == esi
    assert await admin.create_user(**wish) == esi, "the same request"
    assert await sent(hall, esi.email) == [MailKind.INVITATION]
    ((facts, private),) = [(f, p) for f, p in audited(hall, "USER_CREATED") if p.get("email") == esi.email]
    assert facts == {"role": "LECTURER"}
    assert private["full_name"] == "Esi New"
    # there is no password yet
    assert await refused(hall.login(esi.email)) == "BAD_CREDENTIALS"


async def test_accounts_that_are_not_made(hall: Hall) -> None:
    admin = await hall.admin()
    request_id = str(uuid.uuid4())
    esi = await admin.create_user(institution_number="S-1", request_id=request_id)
    before = len(await ids(admin))
    for reason, wish in (
        ("EMAIL_TAKEN", {"email": esi.email.upper()}),
        ("NUMBER_TAKEN", {"institution_number": "S-1"}),
        ("PROGRAMME_NOT_FOUND", {"programme_id": str(uuid.uuid4())}),
        ("EMAIL_NOT_ACCEPTED", {"email": "esi..new@example.edu"}),
        ("EMAIL_NOT_ACCEPTED", {"email": "esi@localhost"}),
        ("REQUEST_ID_REUSED", {"request_id": request_id}),
    ):
        assert await refused(admin.create_user(**wish)) == reason
    assert len(await ids(admin)) == before


async def test_one_account_for_a_request_sent_ten_times_at_once(hall: Hall) -> None:
    admin = await hall.admin()
    wish = {"email": "esi@example.edu", "request_id": str(uuid.uuid4())}
    made = await asyncio.gather(*(admin.create_user(**wish) for _ in range(10)))
    assert len({user.id for user in made}) == 1
    assert await sent(hall, "esi@example.edu") == [MailKind.INVITATION]


# --- Changing ---


async def test_a_lecturer_is_approved_and_told(hall: Hall) -> None:
    admin, email = await hall.admin(), "kofi@example.edu"
    request = auth_service_pb2.RegisterRequest(email=email, password=PASSWORD, full_name="Kofi", role=LECTURER)
    kofi = (await hall.auth.Register(request)).user
    assert kofi.state == PENDING_APPROVAL
    for _ in range(2):
        assert (await admin.update_user(kofi.id, state=ACTIVE)).state == ACTIVE
    assert await sent(hall, email) == [MailKind.APPROVED]
    assert (await hall.login(email)).user.id == kofi.id
    (told,) = audited(hall, "USER_CHANGED")
    assert told[0] == {
        "changed": "state",
        "ended_sign_ins": "0",
        "state_before": "PENDING_APPROVAL",
        "state_after": "ACTIVE",
    }


async def test_who_is_switched_off_is_signed_out_and_can_be_switched_on_again(hall: Hall) -> None:
    ama, admin = await hall.student(), await hall.admin()
    await hall.login(ama.email)
    await send_reset(admin, ama.id)
    assert (await hall.mail_to(ama.email, MailKind.RESET_PASSWORD)).token
    assert tokens(hall) == 1
    assert (await admin.update_user(ama.id, state=DEACTIVATED)).state == DEACTIVATED
    await hall.turn(1)
    assert await refused(ama.request_reset()) == "SIGN_IN_ENDED"
    assert await refused(hall.login(ama.email)) == "ACCOUNT_NOT_ACTIVE"
    assert tokens(hall) == 0, "the mail that was sent before lets nobody in"
    assert await refused(send_reset(admin, ama.id)) == "USER_STATE_NOT_ALLOWED"
    assert audited(hall, "USER_CHANGED")[-1][0]["ended_sign_ins"] == "2"

    assert (await admin.update_user(ama.id, state=ACTIVE)).state == ACTIVE
    ama.token = (await hall.login(ama.email)).access_token
    assert (await ama.request_reset()).id, "the phone is bound as before"


async def test_who_never_set_a_password_is_invited_again_when_switched_on(hall: Hall) -> None:
    admin = await hall.admin()
    esi = await admin.create_user()
    for state, expected in ((ACTIVE, INVITED), (DEACTIVATED, DEACTIVATED), (ACTIVE, INVITED), (ACTIVE, INVITED)):
        assert (await admin.update_user(esi.id, state=state)).state == expected
    await send_reset(admin, esi.id)
    assert len(audited(hall, "USER_CHANGED")) == 2
    assert set(await sent(hall, esi.email)) == {MailKind.INVITATION}


async def test_another_address_signs_out_and_is_told_to_the_old_one(hall: Hall) -> None:
    ama, admin = await hall.student(), await hall.admin()
    await send_reset(admin, ama.id)
    assert (await hall.mail_to(ama.email)).token
    found = await admin.update_user(ama.id, email="Ama.Other@Example.EDU")
    assert found.email == "ama.other@example.edu"
    await hall.mail_to(ama.email, MailKind.EMAIL_CHANGED)
    assert tokens(hall) == 0
    await hall.turn(1)
    assert await refused(ama.request_reset()) == "SIGN_IN_ENDED"
    assert await refused(hall.login(ama.email)) == "BAD_CREDENTIALS"
    assert (await hall.login("ama.other@example.edu")).user.id == ama.id
    facts, private = audited(hall, "USER_CHANGED")[-1]
    assert facts == {"changed": "email", "ended_sign_ins": "1"}
    assert (private["email_before"], private["email_after"]) == (ama.email, "ama.other@example.edu")

    # of those who wait for a mail, the new address gets it
    esi = await admin.create_user()
    await admin.update_user(esi.id, email="esi.other@example.edu")
    assert await sent(hall, "esi.other@example.edu") == [MailKind.INVITATION]
    assert await refused(admin.update_user(esi.id, email=found.email)) == "EMAIL_TAKEN"


async def test_another_role_signs_out_and_takes_nothing_away(hall: Hall) -> None:
    ama, admin = await hall.student(), await hall.admin()
    assert (await admin.update_user(ama.id, role=LECTURER)).role == LECTURER
    await hall.turn(1)
    assert await refused(ama.request_reset()) == "SIGN_IN_ENDED"
    ama.token = (await hall.login(ama.email)).access_token
    assert await refused(ama.request_reset()) == "WRONG_ROLE"
    await admin.update_user(ama.id, role=STUDENT)
    await hall.turn(1)
    ama.token = (await hall.login(ama.email)).access_token
    record = (await ama.submit(await hall.open_session())).record
    assert record.claims


async def test_all_else_leaves_sign_ins_alone(hall: Hall) -> None:
    ama, admin, programme = await hall.student(), await hall.admin(), a_programme(hall)
    put(hall, ama.id, claimed_number="20/1")
    assert (await admin.user(ama.id)).claimed_number == "20/1"
    wish = {"full_name": " Ama O. ", "institution_number": " 20/2 ", "programme_id": programme, "level": 2}
    found = await admin.update_user(ama.id, **wish)
    assert (found.full_name, found.institution_number, found.claimed_number) == ("Ama O.", "20/2", "")
    assert (found.programme_id, found.level) == (programme, 2)
    await hall.turn(1)
    assert (await ama.request_reset()).id
    facts, private = audited(hall, "USER_CHANGED")[-1]
    assert facts == {
        "changed": "full_name institution_number claimed_number programme_id level",
        "ended_sign_ins": "0",
        "programme_id_before": "",
        "programme_id_after": programme,
        "level_before": "0",
        "level_after": "2",
    }
    assert {name: text for name, text in private.items() if name != "address"} == {
        "full_name_before": "Ama Student",
        "full_name_after": "Ama O.",
        "institution_number_before": "",
        "institution_number_after": "20/2",
        "claimed_number_before": "20/1",
        "claimed_number_after": "",
    }
    # the same again, and what the mask does not name, change nothing
    assert await admin.update_user(ama.id, **wish) == found
    assert len(audited(hall, "USER_CHANGED")) == 1
    cleared = await admin.update_user(ama.id, institution_number="", programme_id="", level=0)
    assert (cleared.institution_number, cleared.programme_id, cleared.level) == ("", "", 0)
    assert await sent(hall, ama.email) == [MailKind.DEVICE_RESET_REQUESTED]


async def test_changes_that_are_refused(hall: Hall) -> None:
    ama, admin = await hall.student(), await hall.admin()
    esi = await admin.create_user(institution_number="S-1")
    erased = await admin.create_user()
    put(hall, erased.id, state=UserState.ERASED)
    before = await admin.user(ama.id)
    for reason, change in (
        ("EMAIL_TAKEN", {"email": esi.email}),
        ("NUMBER_TAKEN", {"institution_number": "S-1", "full_name": "Other"}),
        ("PROGRAMME_NOT_FOUND", {"programme_id": str(uuid.uuid4()), "role": LECTURER}),
        ("EMAIL_NOT_ACCEPTED", {"email": "ama..o@example.edu"}),
    ):
        assert await refused(admin.update_user(ama.id, **change)) == reason
    assert await admin.user(ama.id) == before
    assert await refused(admin.update_user(str(uuid.uuid4()), level=1)) == "USER_NOT_FOUND"
    wishes: list[dict[str, Any]] = [{"state": ACTIVE}, {"state": DEACTIVATED}, {"full_name": "Back"}]
    for wish in wishes:
        assert await refused(admin.update_user(erased.id, **wish)) == "USER_STATE_NOT_ALLOWED"
    assert await refused(send_reset(admin, erased.id)) == "USER_STATE_NOT_ALLOWED"
    assert await refused(send_reset(admin, str(uuid.uuid4()))) == "USER_NOT_FOUND"
    assert audited(hall, "USER_CHANGED") == []


async def test_there_is_always_an_administrator(hall: Hall) -> None:
    admin = await hall.admin()
    invited = await admin.create_user(role=ADMIN)
    for change in ({"role": LECTURER}, {"state": DEACTIVATED}, {"role": STUDENT, "state": ACTIVE}):
        assert await refused(admin.update_user(admin.id, **change)) == "LAST_ADMINISTRATOR"
    assert (await admin.update_user(invited.id, state=DEACTIVATED)).state == DEACTIVATED, "was not one yet"
    assert (await admin.update_user(admin.id, state=ACTIVE, full_name="Adjoa")).full_name == "Adjoa"
    other = await hall.admin()
    assert (await other.update_user(admin.id, role=LECTURER)).role == LECTURER


@pytest.mark.parametrize("change", [UserChange(role=Role.LECTURER), UserChange(state=UserState.DEACTIVATED)])
@pytest.mark.parametrize(("each_other", "loser"), [(True, SignInEnded), (False, LastAdministrator)])
async def test_of_two_administrators_who_put_each_other_or_themselves_out_at_once_one_stays(
    hall: Hall, change: UserChange, each_other: bool, loser: type[Exception]
) -> None:
    admins = [(await hall.admin()).caller for _ in range(2)]
    changes = hall.app.use_cases.user_changes

    def put_out(number: int) -> str:
        return changes.make(admins[number], admins[1 - number if each_other else number].id, change).full_name

    ends = await asyncio.to_thread(at_once, 2, put_out)
    assert {type(end) for end in ends} == {str, loser}, ends
    with hall.app.uow() as tx:
        assert len(tx.users.hold_admins()) == 1


async def test_who_was_put_out_uses_no_last_second(hall: Hall) -> None:
    """An access token is taken until the next look at who was signed out."""
    admin, other, ama = await hall.admin(), await hall.admin(), await hall.student()
    reset, esi = await ama.request_reset(), await admin.create_user(role=ADMIN)
    await admin.update_user(other.id, role=LECTURER)
    for call in (
        other.update_user(other.id, role=ADMIN),
        other.update_user(esi.id, email="other@example.edu"),
        other.create_user(role=ADMIN),
        other.approve_reset(reset.id),
        other.reject_reset(reset.id),
        send_reset(other, ama.id),
        other.stub.EraseUser(
            admin_service_pb2.EraseUserRequest(user_id=ama.id, reason="for spite"), metadata=other.metadata
        ),
        other.stub.ClearFaceReference(
            admin_service_pb2.ClearFaceReferenceRequest(user_id=ama.id, template_id=ama.id, reason="for spite"),
            metadata=other.metadata,
        ),
    ):
        assert await refused(call) == "SIGN_IN_ENDED"
    assert (await admin.user(other.id)).role == LECTURER


async def test_who_was_signed_out_uses_no_last_second_to_stay(hall: Hall) -> None:
    """A thief with a copied sign-in, when its owner ends it: no account, address or phone of theirs comes of it."""
    admin, ama = await hall.admin(), await hall.student(phone=False)
    await asyncio.gather(admin.logout(), ama.logout())
    wish = auth_service_pb2.UpdateProfileRequest(email="thief@example.edu", update_mask={"paths": ["email"]})
    for call in (
        admin.create_user(role=ADMIN),
        admin.update_user(ama.id, email="thief@example.edu"),
        hall.auth.UpdateProfile(wish, metadata=ama.metadata),
        ama.bind(),
        ama.request_reset(),
    ):
        assert await refused(call) == "SIGN_IN_ENDED"
    assert await hall.mails() == []


def tokens(hall: Hall) -> int:
    """How many tokens of mails are good for something."""
    with hall.app.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(mail_tokens)).scalar_one()


async def test_a_programme_that_is_gone_since_is_no_programme(hall: Hall) -> None:
    """What an account has already is not looked for again."""
    admin, programme = await hall.admin(), a_programme(hall)
    esi = await admin.create_user(programme_id=programme)
    with hall.app.engine.begin() as connection:
        connection.execute(programmes.delete().where(programmes.c.id == UUID(programme)))
    assert (await admin.user(esi.id)).programme_id == ""
    assert await refused(admin.update_user(esi.id, programme_id=programme)) == "PROGRAMME_NOT_FOUND"
