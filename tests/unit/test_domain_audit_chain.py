"""The chain of the audit log: whatever is done to a sealed log, the first link that does not hold is named."""

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from absense_server.domain.audit_chain import (
    GENESIS,
    AuditChain,
    Break,
    BreakKind,
    Head,
    LoggedRow,
    PrivateRow,
    SealedRow,
    canonical,
    private_digest,
)
from absense_server.domain.audit_walk import KnownSeal, LogEnds, Walk

KEYS: Final = {"old": b"o" * 32, "new": b"n" * 32}
CHAIN: Final = AuditChain(KEYS, "new")
TEXTS: Final = st.text(max_size=6)
JSON: Final = st.dictionaries(TEXTS, TEXTS, max_size=2).map(json.dumps)
PRIVATE: Final = st.builds(PrivateRow, salt=st.binary(min_size=1, max_size=4), content=JSON)
ROWS: Final = st.builds(
    LoggedRow,
    seq=st.integers(1, 2**40),
    id=st.uuids().map(lambda value: value.hex),
    action=TEXTS,
    at=TEXTS,
    actor_id=st.none() | TEXTS,
    subject_id=st.none() | TEXTS,
    request_id=TEXTS,
    facts=JSON,
    private=st.none() | PRIVATE,
)
LOGS: Final = st.lists(ROWS, min_size=1, max_size=8, unique_by=(lambda row: row.id, lambda row: row.seq))


def sealed(rows: Sequence[LoggedRow], old: int = 0) -> tuple[list[SealedRow], Head]:
    """A log, its first `old` events under the older key."""
    head, seals = None, []
    for chain, some in ((AuditChain(KEYS, "old"), rows[:old]), (CHAIN, rows[old:])):
        if some:
            seals += chain.seal(some, head)
            head = chain.head(seals[-1])
    assert head is not None
    return [SealedRow(row, seal) for row, seal in zip(rows, seals, strict=True)], head


def walked(log: Sequence[SealedRow], head: Head | None, chain: AuditChain = CHAIN, size: int = 3) -> Walk:
    """All of it, in pieces."""
    walk = Walk(chain, KnownSeal(0, GENESIS), None)
    for start in range(0, len(log), size):
        walk.look(log[start : start + size])
    walk.end(LogEnds(max((found.seal.number for found in log), default=0), head, 0))
    return walk


def fault(log: Sequence[SealedRow], head: Head | None, chain: AuditChain = CHAIN) -> tuple[int, BreakKind] | None:
    broken = walked(log, head, chain).broken
    return None if broken is None else (broken.number, broken.kind)


@settings(max_examples=60)
@given(rows=LOGS, old=st.integers(0, 8), erased=st.sets(st.integers(0, 7)), data=st.data())
def test_a_log_is_whole_until_somebody_touches_it(
    rows: list[LoggedRow], old: int, erased: set[int], data: st.DataObject
) -> None:
    log, head = sealed(rows, old)
    log = [
        replace(found, row=replace(found.row, private=None)) if place in erased else found
        for place, found in enumerate(log)
    ]
    walk = walked(log, head)
    assert walk.broken is None
    assert walk.erased == sum(rows[place].private is not None for place in erased if place < len(rows))
    assert (walk.checked, walk.at) == (len(log), KnownSeal(head.number, head.seal))
    place = data.draw(st.integers(0, len(log) - 1))
    number = place + 1
    before, found, after = log[:place], log[place], log[place + 1 :]
    assert fault([*before, *after], head) == (number, BreakKind.MISSING if after else BreakKind.CUT_OFF)
    assert fault(before, head) == (number, BreakKind.CUT_OFF)
    assert fault(log, None) == (len(log), BreakKind.CUT_OFF)
    assert fault(log, replace(head, mac=GENESIS)) == (len(log), BreakKind.CUT_OFF)
    if found.seal.key_id == "old":
        assert fault(log, head, AuditChain({"new": KEYS["new"]}, "new")) == (1, BreakKind.KEY_UNKNOWN)
    other = data.draw(st.integers(0, len(log) - 1).filter(lambda chosen: chosen != place or len(log) == 1))
    if other != place:
        moved = list(log)
        moved[place] = replace(log[other], seal=replace(log[other].seal, number=place + 1))
        moved[other] = replace(log[place], seal=replace(log[place].seal, number=other + 1))
        assert fault(moved, head) == (min(place, other) + 1, BreakKind.SWAPPED)
    change = data.draw(changes(found))
    assert fault([*before, change, *after], head) == (number, BreakKind.ALTERED)


def changes(found: SealedRow) -> st.SearchStrategy[SealedRow]:
    """The same with something else in it, whatever it is."""
    row, seal = found.row, found.seal
    different = [
        ROWS.map(lambda drawn, name=field.name: replace(row, **{name: getattr(drawn, name)}))  # type: ignore[misc]
        for field in fields(LoggedRow)
        if field.name != "private"
    ]
    texts = st.one_of(different).filter(lambda drawn: canonical(drawn) != canonical(row))
    beside = PRIVATE.filter(lambda drawn: private_digest(drawn) != seal.private_digest)
    altered = [
        texts.map(lambda drawn: replace(found, row=drawn)),
        beside.map(lambda drawn: replace(found, row=replace(row, private=drawn))),
        st.binary(max_size=32).map(lambda drawn: replace(found, seal=replace(seal, value=drawn))),
    ]
    digests = st.binary(max_size=32).filter(lambda drawn: drawn != seal.private_digest)
    altered.append(digests.map(lambda drawn: replace(found, seal=replace(seal, private_digest=drawn))))
    keys = {"old", "new"} - {seal.key_id}
    altered.append(st.sampled_from(sorted(keys)).map(lambda key: replace(found, seal=replace(seal, key_id=key))))
    return st.one_of(altered)


ROW: Final = LoggedRow(1, UUID(int=1).hex, "A", "2026", None, "", "", "{}", None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"action": "AB", "at": "C"}, {"action": "A", "at": "BC"}),
        ({"actor_id": None, "subject_id": ""}, {"actor_id": "", "subject_id": None}),
        ({"request_id": "-"}, {"request_id": ""}),
        ({"facts": '{"a": "1"}'}, {"facts": '{"a": 1}'}),
        ({"facts": '{"a": "b'}, {"facts": '{"a": "b"}'}),
        ({"facts": "{}"}, {"facts": "[]"}),
    ],
)
def test_no_two_events_have_the_same_bytes(one: dict[str, str], other: dict[str, str]) -> None:
    assert canonical(replace(ROW, **one)) != canonical(replace(ROW, **other))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": "é", "b": "1"}', '{"b":"1","a":"\\u00e9"}'),
        ('{"f": 1.50, "g": 1e2}', '{"g": 100.0, "f": 1.5}'),
        ('{"a":"\\ud83d\\ude00"}', '{"a": "\U0001f600"}'),
    ],
)
def test_what_a_database_writes_differently_is_the_same(one: str, other: str) -> None:
    assert canonical(replace(ROW, facts=one)) == canonical(replace(ROW, facts=other))


def test_an_event_without_an_id_that_is_one_has_none() -> None:
    assert replace(ROW, id="nonsense").event_id is None
    log, head = sealed([ROW])
    assert walked([replace(log[0], row=replace(ROW, id="nonsense"))], head).broken == Break(1, BreakKind.ALTERED)
