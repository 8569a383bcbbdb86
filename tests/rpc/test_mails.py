"""Mails as people get them: what is sent to whom, when, and what is not sent any more."""

from uuid import UUID

from absense_server.domain.ids import UserId
from absense_server.domain.mails import MailKind, token_hash
from tests.support.hall import Hall


async def test_a_mail_brings_a_token_of_which_only_the_hash_is_kept(hall: Hall) -> None:
    ama = await hall.student(enrolled=False, phone=False)
    with hall.app.uow() as tx:
        hall.app.use_cases.mails.queue(tx, MailKind.RESET_PASSWORD, login=ama.email)
        tx.commit()
    mail = await hall.mail_to(ama.email, MailKind.RESET_PASSWORD)
    with hall.app.uow(read_only=True) as tx:
        token = tx.mails.token(token_hash(mail.token))
    assert token is not None
    assert (token.user_id, token.kind) == (UserId(UUID(ama.id)), MailKind.RESET_PASSWORD)
