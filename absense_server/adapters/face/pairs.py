"""Every photograph of a set against every other: 5,000 make 12.5 million comparisons, too many for plain Python."""

from array import array
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from absense_server.domain.face_accuracy import MAX_DISTANCE, AllPairs, Comparisons, Pair


def compare_all(vectors: Sequence[bytes], people: Sequence[str]) -> AllPairs:
    """Hold every vector against every other; mated are those with the same entry in `people`.

    `vectors`: unit vectors of one length, float32, little-endian, as in FaceFinding. Distances are in single precision,
    good to six decimals, and take 4 bytes a pair, three times that while they are sorted.

    Raises ValueError where there are not as many people as vectors, or vectors differ in length.
    """
    if len(vectors) != len(people) or len({len(vector) for vector in vectors}) > 1:
        raise ValueError("vectors have to be of one length, and each somebody's")
    mated, non_mated = _Kind(), _Kind()
    names = np.asarray(people)
    for first, distances in _rows(vectors):
        same = names[first + 1 :] == names[first]
        mated.add(first, distances, same)
        non_mated.add(first, distances, ~same)
    return AllPairs(
        Comparisons(mated.ascending(), non_mated.ascending()),
        max(mated.extremes, key=lambda pair: pair.distance, default=None),
        min(non_mated.extremes, key=lambda pair: pair.distance, default=None),
    )


def _rows(vectors: Sequence[bytes]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Each vector's place, and its distances from those after it."""
    matrix = np.array([np.frombuffer(vector, "<f4") for vector in vectors], np.float32)
    for first in range(len(vectors) - 1):
        # Rounding takes equal vectors a hair below 0.
        yield first, np.clip(1 - matrix[first + 1 :] @ matrix[first], 0, MAX_DISTANCE)


class _Kind:
    """The comparisons of one kind, and the two extremes of every row."""

    def __init__(self) -> None:
        self.extremes: list[Pair] = []
        self._distances: list[NDArray[np.float32]] = [np.empty(0, np.float32)]

    def add(self, first: int, distances: NDArray[np.float32], chosen: NDArray[np.bool]) -> None:
        places = np.flatnonzero(chosen)
        if len(places):
            kept = distances[places]
            self._distances.append(kept)
            self.extremes += (
                Pair(first, first + 1 + int(places[at]), float(kept[at])) for at in (kept.argmin(), kept.argmax())
            )

    def ascending(self) -> "array[float]":
        return array("f", np.sort(np.concatenate(self._distances)).tobytes())
