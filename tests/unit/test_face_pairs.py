"""Every photograph against every other."""

import struct
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from absense_server.adapters.face.pairs import compare_all
from absense_server.domain.faces import distance


def unit(*numbers: float) -> bytes:
    length = sum(n * n for n in numbers) ** 0.5
    return struct.pack(f"<{len(numbers)}f", *(n / length for n in numbers))


numbers = st.floats(-1, 1, width=32)
vectors = st.tuples(numbers, numbers, numbers).filter(lambda v: sum(n * n for n in v) > 0.01).map(lambda v: unit(*v))
sets = st.lists(st.tuples(vectors, st.sampled_from("abc")), max_size=12)


@given(sets)
def test_each_two_are_compared_once_and_by_the_domains_distance(photographs: list[tuple[bytes, str]]) -> None:
    found = compare_all([vector for vector, _ in photographs], [person for _, person in photographs])
    expected: dict[bool, list[float]] = {True: [], False: []}
    for (one, whose), (other, whose_other) in combinations(photographs, 2):
        expected[whose == whose_other].append(distance(one, other))
    assert list(found.comparisons.mated) == pytest.approx(sorted(expected[True]), abs=1e-6)
    assert list(found.comparisons.non_mated) == pytest.approx(sorted(expected[False]), abs=1e-6)


@given(sets)
def test_the_extremes_are_the_worst_of_their_kind(photographs: list[tuple[bytes, str]]) -> None:
    found = compare_all([vector for vector, _ in photographs], [person for _, person in photographs])
    for pair, of_one_person, ends in (
        (found.farthest_mated, True, found.comparisons.mated[-1:]),
        (found.nearest_non_mated, False, found.comparisons.non_mated[:1]),
    ):
        assert (pair is None) == (len(ends) == 0)
        if pair is not None:
            (one, whose), (other, whose_other) = photographs[pair.first], photographs[pair.second]
            assert pair.first < pair.second
            assert (whose == whose_other) == of_one_person
            assert pair.distance == ends[0]
            assert pair.distance == pytest.approx(distance(one, other), abs=1e-6)


def test_equal_vectors_are_at_0_and_not_below() -> None:
    same = unit(0.1, 0.7, 0.3)
    found = compare_all([same, same], ["a", "a"])
    assert 0 <= found.comparisons.mated[0] < 1e-6


@pytest.mark.parametrize(
    ("photographs", "people"),
    [([unit(1, 0), unit(0, 1)], ["a"]), ([unit(1, 0), unit(1, 0, 0)], ["a", "b"])],
)
def test_vectors_without_a_person_or_of_several_lengths_are_refused(
    photographs: list[bytes], people: list[str]
) -> None:
    with pytest.raises(ValueError, match="of one length"):
        compare_all(photographs, people)
