"""Codes, tickets and page tokens: what is derived, what is authenticated, what is refused."""

import base64
import string
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import assume, given
from hypothesis import strategies as st

from absense_server.domain import codes
from absense_server.domain.codes import CLOCK_TOLERANCE, CodeKeys, CodeTimes, Generation, parse_text
from absense_server.domain.errors.calls import PageTokenInvalid
from absense_server.domain.errors.codes import QrCodeMalformed, ScanTicketExpired, ScanTicketInvalid
from absense_server.domain.ids import SessionId, UserId
from absense_server.domain.pages import PageTokens
from absense_server.domain.tickets import LIFE, ScanTicket, TicketOffice

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SESSION = SessionId(UUID("01934567-89ab-7def-8123-456789abcdef"))
GENERATION = Generation(3, NOW)
KEYS = CodeKeys(b"k" * 32)
OFFICE = TicketOffice(b"t" * 32)
TOKENS = PageTokens(b"p" * 32)

lives = st.integers(5_000, 300_000)
code_times = lives.flatmap(
    lambda life: st.builds(
        CodeTimes,
        st.just(timedelta(milliseconds=life)),
        st.integers(0, life // 2).map(lambda ms: timedelta(milliseconds=ms)),
    )
)
instants = st.timedeltas(timedelta(0), timedelta(hours=24)).map(lambda since: NOW + since)
uuids = st.uuids()


@given(code_times, instants)
def test_the_code_shown_is_good_and_the_next_appears_before_it_dies(times: CodeTimes, instant: datetime) -> None:
    times.require_sound()
    step = codes.step_at(SESSION, GENERATION, times, instant)
    assert step.issued_at <= instant < step.next_at
    assert step.expires_at - step.next_at == times.overlap
    assert step in codes.good_steps(SESSION, GENERATION, times, instant)


@given(code_times, instants)
def test_good_steps_are_those_within_their_life_give_or_take_the_tolerance(times: CodeTimes, instant: datetime) -> None:
    newest = codes.step_at(SESSION, GENERATION, times, instant).number
    around = [codes.step(SESSION, GENERATION, times, n) for n in range(max(0, newest - 5), newest + 6)]
    expected = [
        step
        for step in reversed(around)
        if step.issued_at - CLOCK_TOLERANCE <= instant < step.expires_at + CLOCK_TOLERANCE
    ]
    assert codes.good_steps(SESSION, GENERATION, times, instant) == expected


def test_a_step_begins_at_its_instant() -> None:
    times = CodeTimes(timedelta(seconds=60), timedelta(seconds=10))
    numbers = [
        codes.step_at(SESSION, GENERATION, times, NOW + timedelta(seconds=s, microseconds=m)).number
        for s, m in [(-5, 0), (0, 0), (49, 999_999), (50, 0), (99, 999_999), (100, 0)]
    ]
    assert numbers == [0, 0, 0, 1, 1, 2]


def step(number: int = 0, generation: int = 3, session: SessionId = SESSION) -> codes.Step:
    times = CodeTimes(timedelta(seconds=60), timedelta(seconds=10))
    return codes.step(session, Generation(generation, NOW), times, number)


@given(uuids, st.integers(1, 2**31 - 2), st.integers(0, 2**20))
def test_a_code_reads_back_and_matches_its_own_step_only(session: UUID, generation: int, number: int) -> None:
    mine = step(number, generation, SessionId(session))
    scanned = parse_text(KEYS.text(mine))
    assert scanned.session_id == session
    assert KEYS.matches(scanned, mine)
    for other in (step(number + 1, generation, SessionId(session)), step(number, generation + 1, SessionId(session))):
        assert not KEYS.matches(scanned, other)
    assert not CodeKeys(b"x" * 32).matches(scanned, mine)


def test_a_code_is_short_and_alphanumeric() -> None:
    text = KEYS.text(step())
    assert len(text) == 53
    assert set(text) <= set(string.digits + string.ascii_uppercase + "$%*+-./: ")


@given(st.integers(0, 2**20))
def test_typed_codes_are_eight_digits_and_match_their_own_step(number: int) -> None:
    digits = KEYS.typed_code(step(number))
    assert len(digits) == 8
    assert digits.isdecimal()
    assert KEYS.matches_typed(digits, step(number))


def test_typed_codes_differ_from_step_to_step() -> None:
    assert len({KEYS.typed_code(step(number)) for number in range(1000)}) > 990


@given(st.text(max_size=300))
def test_other_texts_are_malformed(text: str) -> None:
    assume(not text.strip().upper().startswith("ABSENSE:1:"))
    with pytest.raises(QrCodeMalformed):
        parse_text(text)


@given(st.integers(0, 52), st.sampled_from(string.printable + "é\x00İ"))
def test_a_text_with_one_character_changed_is_malformed_or_another_code(position: int, character: str) -> None:
    text = KEYS.text(step())
    changed = text[:position] + character + text[position + 1 :]
    assume(changed.upper() != text)
    try:
        scanned = parse_text(changed)
    except QrCodeMalformed:
        return
    assert scanned.session_id != SESSION or not KEYS.matches(scanned, step())


def test_a_text_is_read_whatever_its_case_and_the_space_around_it() -> None:
    text = KEYS.text(step())
    assert parse_text(f"  {text.lower()}\n") == parse_text(text)


@given(st.binary(min_size=16, max_size=64), st.binary(max_size=64))
def test_hkdf_is_that_of_the_rfc(key: bytes, info: bytes) -> None:
    assert codes.hkdf(key, info) == HKDF(SHA256(), 32, None, info).derive(key)


tickets = st.builds(
    ScanTicket,
    uuids.map(UserId),
    uuids.map(SessionId),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    instants,
)


@given(tickets)
def test_a_ticket_reads_back(ticket: ScanTicket) -> None:
    text = OFFICE.write(ticket)
    assert len(text) <= 256
    assert OFFICE.read(text, ticket.student_id, ticket.scanned_at) == ticket
    assert OFFICE.read(text, ticket.student_id, ticket.scanned_at + LIFE - timedelta(microseconds=1)) == ticket
    with pytest.raises(ScanTicketExpired):
        OFFICE.read(text, ticket.student_id, ticket.scanned_at + LIFE)


@given(tickets, uuids.map(UserId))
def test_a_ticket_is_its_students_alone(ticket: ScanTicket, other: UserId) -> None:
    assume(other != ticket.student_id)
    with pytest.raises(ScanTicketInvalid):
        OFFICE.read(OFFICE.write(ticket), other, ticket.scanned_at)


TICKET = ScanTicket(UserId(UUID(int=7)), SESSION, 1, 2, NOW)


def test_a_ticket_with_any_bit_changed_is_refused() -> None:
    data = base64.urlsafe_b64decode(OFFICE.write(TICKET))
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ScanTicketInvalid):
            OFFICE.read(base64.urlsafe_b64encode(changed).decode(), TICKET.student_id, NOW)


@given(st.integers(0, 107), st.characters())
def test_a_ticket_with_any_character_changed_is_refused(position: int, character: str) -> None:
    text = OFFICE.write(TICKET)
    changed = text[:position] + character + text[position + 1 :]
    assume(changed != text)
    with pytest.raises(ScanTicketInvalid):
        OFFICE.read(changed, TICKET.student_id, NOW)


@given(st.text(max_size=300))
def test_what_is_no_ticket_is_refused(text: str) -> None:
    with pytest.raises(ScanTicketInvalid):
        OFFICE.read(text, TICKET.student_id, NOW)


@given(uuids, st.lists(st.text(max_size=10), max_size=3))
def test_a_page_token_reads_back_for_its_own_filters_only(after: UUID, filters: list[str]) -> None:
    token = TOKENS.write(after, *filters)
    assert TOKENS.read(token, *filters) == after
    for others in ([*filters, ""], [*filters, "x"], filters[1:] if filters else ["x"]):
        with pytest.raises(PageTokenInvalid):
            TOKENS.read(token, *others)


@given(uuids, st.integers(0, 43), st.characters())
def test_a_page_token_with_any_character_changed_is_refused(after: UUID, position: int, character: str) -> None:
    token = TOKENS.write(after, "records")
    changed = token[:position] + character + token[position + 1 :]
    assume(changed != token)
    with pytest.raises(PageTokenInvalid):
        TOKENS.read(changed, "records")


@given(st.text(min_size=1, max_size=100))
def test_what_is_no_page_token_is_refused(text: str) -> None:
    with pytest.raises(PageTokenInvalid):
        TOKENS.read(text, "records")


def test_no_token_is_the_first_page() -> None:
    assert TOKENS.read("", "records") is None
