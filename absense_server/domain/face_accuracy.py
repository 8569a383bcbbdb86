"""How often a face engine errs, told from photographs whose people are known.

The terms are those of ISO/IEC 19795-1:2021. A comparison is *mated* when both photographs are one person's, else
*non-mated*; it is a match when the cosine distance is at most the threshold. Comparisons that share a person or a
photograph are not independent: every interval here takes them for independent and is narrower than the truth.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import le
from statistics import NormalDist

MAX_DISTANCE = 2.0
"""Cosine distance of opposite vectors; no threshold has to be larger."""

CONFIDENCE = 0.95
"""Of the intervals, two-sided."""

RULE_OF_THREE = 3
"""-ln(1 - 0.95), rounded: see `Comparisons.smallest_fmr`."""

_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """Errors seen in a number of trials.

    Raises ValueError where there are no trials, or not 0 <= errors <= trials.
    """

    errors: int
    trials: int

    def __post_init__(self) -> None:
        if self.trials < 1 or not 0 <= self.errors <= self.trials:
            raise ValueError(f"{self.errors} errors in {self.trials} trials is not a rate")

    @property
    def value(self) -> float:
        """Errors over trials, 0 to 1."""
        return self.errors / self.trials

    @property
    def interval(self) -> tuple[float, float]:
        """Low and high end of the 95 % confidence interval, each 0 to 1.

        Wilson's score interval (E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
        1927), which stays sound where errors are few or none. It takes trials for independent, which comparisons that
        share a person are not: it is optimistic.
        """
        rate, n = self.value, self.trials
        shrink = 1 + _Z**2 / n
        center = (rate + _Z**2 / (2 * n)) / shrink
        half = _Z / shrink * math.sqrt(rate * (1 - rate) / n + _Z**2 / (4 * n**2))
        # At 0 and at n errors an end is the rate itself; rounding must not put it past it.
        return min(rate, max(0.0, center - half)), max(rate, min(1.0, center + half))


@dataclass(frozen=True, slots=True)
class EqualErrorRate:
    """Where false matches are as frequent as false non-matches, or as near to it as the comparisons come."""

    value: float
    """Mean of the two rates there, 0 to 1."""
    threshold: float
    """Cosine distance: the middle of those at which it is so."""


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Cosine distances, each kind in ascending order; `array('f')` holds millions in little room.

    Raises ValueError where they are not in order, or not all numbers.
    """

    mated: Sequence[float]
    non_mated: Sequence[float]

    def __post_init__(self) -> None:
        for kind in (self.mated, self.non_mated):
            ordered = all(map(le, kind, islice(kind, 1, None)))
            if not ordered or any(math.isnan(end) for end in kind[:1]):
                raise ValueError("distances have to be numbers in ascending order")

    def false_match_rate(self, threshold: float) -> ErrorRate | None:
        """FMR: non-mated comparisons that match. None where there are none at all."""
        return _share(bisect_right(self.non_mated, threshold), self.non_mated)

    def false_non_match_rate(self, threshold: float) -> ErrorRate | None:
        """FNMR: mated comparisons that do not match. None where there are none at all."""
        return _share(len(self.mated) - bisect_right(self.mated, threshold), self.mated)

    def equal_error_rate(self) -> EqualErrorRate | None:
        """Where FMR and FNMR meet; None without comparisons of both kinds.

        Both are stairs, which seldom meet exactly: of the two steps around their crossing, the one on which they are
        nearer to each other counts.
        """
        if not self.mated or not self.non_mated:
            return None
        crossing = min(self._crossings())
        at = min((crossing, math.nextafter(crossing, -math.inf)), key=lambda threshold: abs(self._gap(threshold)))
        matches, non_matches = self._rates(at)
        return EqualErrorRate((matches + non_matches) / 2, sum(self._step(at)) / 2)

    def threshold_for(self, fmr: float) -> float | None:
        """Largest threshold, at most 2, at which the observed FMR is at most `fmr`, 0 to 1.

        None without non-mated comparisons, and where even a threshold of 0 lets too many match. It says nothing about
        an `fmr` below `smallest_fmr`: there it is merely where this set shows no false match.

        Raises ValueError where `fmr` is not 0 to 1.
        """
        if not 0 <= fmr <= 1:
            raise ValueError("a false match rate is 0 to 1")
        n = len(self.non_mated)
        if n == 0:
            return None
        allowed = math.floor(fmr * n)
        # The product may round down below a whole number: 0.29 * 100.
        allowed += (allowed + 1) / n <= fmr
        if allowed >= n:
            return MAX_DISTANCE
        threshold = math.nextafter(self.non_mated[allowed], -math.inf)
        return min(threshold, MAX_DISTANCE) if threshold >= 0 else None

    @property
    def smallest_fmr(self) -> float | None:
        """The smallest FMR, 0 to 1, that so many comparisons can vouch for; None where there are none.

        Rule of three (Hanley and Lippman-Hand, "If Nothing Goes Wrong, Is Everything All Right?", 1983): none in n
        trials says with 95 % confidence only that the rate is below 3/n, and that if trials are independent.
        """
        return min(1.0, RULE_OF_THREE / len(self.non_mated)) if self.non_mated else None

    def _rates(self, threshold: float) -> tuple[float, float]:
        """FMR and FNMR, with comparisons of both kinds."""
        return (
            bisect_right(self.non_mated, threshold) / len(self.non_mated),
            (len(self.mated) - bisect_right(self.mated, threshold)) / len(self.mated),
        )

    def _gap(self, threshold: float) -> float:
        """FMR less FNMR: grows with the threshold, from -1 below all distances to 1 above."""
        matches, non_matches = self._rates(threshold)
        return matches - non_matches

    def _crossings(self) -> Iterator[float]:
        """The first distance of each kind at which FMR has reached FNMR; one kind may have none."""
        for kind in (self.mated, self.non_mated):
            first = bisect_left(kind, True, key=lambda distance: self._gap(distance) >= 0)
            yield from kind[first : first + 1]

    def _step(self, threshold: float) -> tuple[float, float]:
        """Thresholds around this one with the same rates: from the distance at or below it to the one above it."""
        low, high = 0.0, MAX_DISTANCE
        for kind in (self.mated, self.non_mated):
            above = bisect_right(kind, threshold)
            low = max([low, *kind[max(0, above - 1) : above]])
            high = min([high, *kind[above : above + 1]])
        return low, high


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photographs, by their places in the set, and their cosine distance."""

    first: int
    second: int
    distance: float


@dataclass(frozen=True, slots=True)
class AllPairs:
    """What came of comparing all with all."""

    comparisons: Comparisons
    farthest_mated: Pair | None
    """One person's two photographs that are least alike; None where nobody has two."""
    nearest_non_mated: Pair | None
    """Two people's photographs that are most alike; None where there are no two people."""


def comparisons_needed(fmr: float) -> int:
    """How many non-mated comparisons it takes to vouch for this FMR: the fewest whose `smallest_fmr` is no larger.

    Raises ValueError where `fmr` is not above 0, at most 1.
    """
    if not 0 < fmr <= 1:
        raise ValueError("comparisons can only vouch for a false match rate above 0 and up to 1")
    needed = math.ceil(RULE_OF_THREE / fmr)
    # The quotient may round up past a whole number.
    return needed - (needed > 1 and RULE_OF_THREE / (needed - 1) <= fmr)


def _share(errors: int, comparisons: Sequence[float]) -> ErrorRate | None:
    return ErrorRate(errors, len(comparisons)) if comparisons else None
