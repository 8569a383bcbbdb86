"""The machine's clock and randomness."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

from absense_server.adapters.system import SystemClock, SystemIds

IDS = SystemIds()


def test_the_clock_says_the_time_in_utc() -> None:
    before, now, after = datetime.now(UTC), SystemClock().now(), datetime.now(UTC)
    assert before <= now <= after
    assert now.tzinfo is UTC


def test_an_id_is_a_uuid_of_version_7_made_now() -> None:
    earlier = datetime.now(UTC)
    made = IDS.new()
    assert type(made) is UUID
    assert (made.version, made.variant) == (7, RFC_4122)
    said = datetime.fromtimestamp((made.int >> 80) / 1000, UTC)
    assert timedelta(milliseconds=-2) < said - earlier < timedelta(minutes=1)


def test_ids_ascend() -> None:
    made = [IDS.new() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_ids_of_many_threads_ascend_in_each_and_differ() -> None:
    def some(_: int) -> list[UUID]:
        return [IDS.new() for _ in range(5_000)]

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(some, range(8)))
    assert all(ids == sorted(ids) for ids in made)
    assert len({each for ids in made for each in ids}) == 40_000


def test_text_is_as_long_as_asked_and_uses_every_character() -> None:
    text = IDS.text("ABC", 3_000)
    counts = Counter(text)
    assert len(text) == 3_000
    assert set(counts) == set("ABC")
    assert min(counts.values()) > 800  # 1,000 expected, 7.7 standard deviations below


def test_text_differs_each_time() -> None:
    assert IDS.text("0123456789ABCDEF", 32) != IDS.text("0123456789ABCDEF", 32)
    assert IDS.text("AB", 0) == ""
