"""What crosses between processes: which topics wait, and how they are written."""

import threading
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from absense_server.adapters.events import outbox
from absense_server.adapters.events.outbox import EVERYTHING, MOST_WAITING, Outbox

HALL, LAB = UUID(int=1), UUID(int=2)
POSTGRESQL_TAKES_FEWER_BYTES_THAN = 8000


def topics_of(payloads: object) -> list[UUID]:
    found: list[UUID] = []
    for payload in payloads:  # type: ignore[attr-defined]
        topics = outbox.read(payload)
        assert topics is not None
        found += topics
    return found


@given(st.lists(st.uuids(), max_size=800, unique=True))
def test_topics_are_read_as_they_were_written(topics: list[UUID]) -> None:
    assert topics_of(outbox.write(topics)) == topics


@pytest.mark.parametrize(("number", "payloads"), [(0, 0), (1, 1), (374, 1), (375, 2), (748, 2), (1000, 3)])
def test_as_few_payloads_as_may_be_and_none_too_long(number: int, payloads: int) -> None:
    written = outbox.write([uuid4() for _ in range(number)])
    assert len(written) == payloads
    assert all(len(payload.encode()) < POSTGRESQL_TAKES_FEWER_BYTES_THAN for payload in written)


@pytest.mark.parametrize("payload", [EVERYTHING, "", "rubbish", "AAAA", "Ama!", "é", "A" * 21 + "="])
def test_what_cannot_be_read_is_everything(payload: str) -> None:
    assert outbox.read(payload) is None


def test_each_topic_is_sent_once_however_often_it_comes() -> None:
    box = Outbox()
    for _ in range(100):
        box.add((HALL, LAB))
        box.add((HALL,))
    assert set(topics_of(box.payloads())) == {HALL, LAB}
    assert len(topics_of(box.payloads())) == 2
    box.sent()
    assert not box


def test_it_says_when_something_begins_to_wait() -> None:
    box = Outbox()
    assert not box.add(())
    assert box.add((HALL,))
    assert not box.add((LAB,))
    box.payloads()
    assert box.add((HALL,))
    assert not box.add((HALL,))


def test_what_is_not_known_to_be_sent_is_sent_again() -> None:
    box = Outbox()
    box.add((HALL,))
    first = box.payloads()
    box.add((LAB,))  # while it is on its way
    assert box.payloads() == first
    box.sent()
    assert box
    assert topics_of(box.payloads()) == [LAB]
    box.sent()
    assert not box


def test_too_many_are_everything() -> None:
    box = Outbox()
    assert box.add([uuid4() for _ in range(MOST_WAITING)])
    assert EVERYTHING not in box.payloads()
    box.sent()
    box.add([uuid4() for _ in range(MOST_WAITING)])
    box.add((HALL,))
    assert not box.add((LAB,))
    assert not box._topics
    assert list(box.payloads()) == [EVERYTHING]
    box.sent()
    assert not box
    assert box.add((HALL,))
    assert topics_of(box.payloads()) == [HALL]


def test_threads_lose_nothing() -> None:
    """Eight threads add a thousand topics each, while another sends."""
    box, sent = Outbox(), set[UUID]()
    own = [[uuid4() for _ in range(1000)] for _ in range(8)]
    barrier = threading.Barrier(8)

    def add(topics: list[UUID]) -> None:
        barrier.wait()
        for topic in topics:
            box.add((topic,))

    threads = [threading.Thread(target=add, args=(topics,)) for topics in own]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) or box:  # in this order: what ends may have added
        sent.update(topics_of(box.payloads()))
        box.sent()
    assert sent == {topic for topics in own for topic in topics}
