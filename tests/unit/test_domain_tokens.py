"""A ticket and a page token are written in one way only: whatever else a client sends is refused."""

import base64
import string
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from absense_server.domain.codes import hkdf
from absense_server.domain.errors.calls import PageTokenInvalid
from absense_server.domain.errors.codes import ScanTicketExpired, ScanTicketInvalid
from absense_server.domain.ids import SessionId, UserId
from absense_server.domain.pages import PageTokens
from absense_server.domain.tickets import LIFE, ScanTicket, TicketOffice

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
# What a lenient reader might pass over or take for another character.
CHARACTERS = string.ascii_letters + string.digits + "-_+/=. \n\0é"

# Keys for which every character that two alphabets write differently is in the text.
OFFICES = [TicketOffice(bytes([n]) * 32) for n in range(4)]
TOKENS = [PageTokens(bytes([n]) * 32) for n in range(4)]
TICKET = ScanTicket(UserId(UUID(int=7)), SessionId(UUID(int=8)), 1, 2, NOW)
AFTER = UUID("01934567-89ab-7def-bfff-ffffffffffff")


def one_off(text: str) -> list[str]:
    """Every text that differs in one character."""
    return [
        text[:position] + character + text[position + 1 :]
        for position in range(len(text))
        for character in CHARACTERS
        if character != text[position]
    ]


def test_the_texts_hold_what_two_alphabets_write_differently() -> None:
    assert set("-_") <= set("".join(office.write(TICKET) for office in OFFICES))
    assert set("-_") <= set("".join(tokens.write(AFTER) for tokens in TOKENS))


@pytest.mark.parametrize("office", OFFICES)
def test_a_ticket_is_written_in_one_way(office: TicketOffice) -> None:
    text = office.write(TICKET)
    assert office.read(text, TICKET.student_id, NOW) == TICKET
    others = [*one_off(text), text + "=", text + "\n", " " + text, text[:-1], text + text, text.replace("-", "+")]
    assert [other for other in others if other != text and reads(office, other)] == []


def reads(office: TicketOffice, text: str) -> bool:
    try:
        office.read(text, TICKET.student_id, NOW)
    except ScanTicketInvalid:
        return False
    return True


@pytest.mark.parametrize("tokens", TOKENS)
def test_a_page_token_is_written_in_one_way(tokens: PageTokens) -> None:
    text = tokens.write(AFTER, "records", 7)
    assert tokens.read(text, "records", 7) == AFTER
    others = [*one_off(text), text + "=", text + "\n", " " + text, text[:-1], text + text, text.replace("-", "+")]
    assert [other for other in others if other != text and pages(tokens, other)] == []


def pages(tokens: PageTokens, text: str) -> bool:
    try:
        tokens.read(text, "records", 7)
    except PageTokenInvalid:
        return False
    return True


def test_a_page_token_with_any_bit_changed_is_refused() -> None:
    data = base64.urlsafe_b64decode(TOKENS[0].write(AFTER, "records", 7))
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(PageTokenInvalid):
            TOKENS[0].read(base64.urlsafe_b64encode(changed).decode(), "records", 7)


def test_filters_do_not_run_into_each_other() -> None:
    token = TOKENS[0].write(AFTER, "ab", "c")
    for filters in (("a", "bc"), ("ab", "c", ""), ("abc",), ('ab", "c',), ("c", "ab")):
        with pytest.raises(PageTokenInvalid):
            TOKENS[0].read(token, *filters)


def test_a_page_has_a_token_only_when_another_follows() -> None:
    rows = [UUID(int=n) for n in range(1, 5)]
    whole = TOKENS[0].page(rows, 4, lambda row: row, "records")
    assert (whole.items, whole.next_token) == (rows, "")
    first = TOKENS[0].page(rows, 3, lambda row: row, "records")
    assert first.items == rows[:3]
    assert TOKENS[0].read(first.next_token, "records") == rows[2]
    assert TOKENS[0].page([], 3, lambda row: row, "records").next_token == ""


def test_a_ticket_is_good_for_three_minutes_to_the_microsecond() -> None:
    microsecond = timedelta(microseconds=1)
    ticket = ScanTicket(TICKET.student_id, TICKET.session_id, 1, 2, NOW + 123_457 * microsecond)
    text = OFFICES[0].write(ticket)
    assert ticket.expires_at == ticket.scanned_at + LIFE
    assert timedelta(minutes=3) == LIFE
    assert OFFICES[0].read(text, ticket.student_id, ticket.expires_at - microsecond) == ticket
    with pytest.raises(ScanTicketExpired):
        OFFICES[0].read(text, ticket.student_id, ticket.expires_at)
    # an old one of somebody else's is not told to be old
    with pytest.raises(ScanTicketInvalid):
        OFFICES[0].read(text, UserId(UUID(int=9)), ticket.expires_at)


def test_another_key_reads_nothing() -> None:
    with pytest.raises(ScanTicketInvalid):
        OFFICES[1].read(OFFICES[0].write(TICKET), TICKET.student_id, NOW)
    with pytest.raises(PageTokenInvalid):
        TOKENS[1].read(TOKENS[0].write(AFTER))


def test_hkdf_gives_the_first_block_of_the_rfcs_third_vector() -> None:
    # RFC 5869, A.3: no salt, no info
    expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    assert hkdf(b"\x0b" * 22, b"") == bytes.fromhex(expected)[:32]
