"""What an evaluation found, for people and for programs."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from absense_server.cli.evaluation import Looks
from absense_server.domain.face_accuracy import AllPairs, ErrorRate, Pair, comparisons_needed
from absense_server.domain.faces import FaceModel

_DECIMALS = 4
"""Of a threshold that is proposed."""


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one evaluation."""

    model: FaceModel
    looks: Looks
    pairs: AllPairs
    wished_fmr: float

    @property
    def people(self) -> int:
        return len({look.sample.person for look in (*self.looks.usable, *self.looks.unusable)})

    @property
    def proposed_threshold(self) -> float | None:
        """The threshold for the wished FMR, rounded down: rounded up it could let another false match through."""
        threshold = self.pairs.comparisons.threshold_for(self.wished_fmr)
        return None if threshold is None else math.floor(threshold * 10**_DECIMALS) / 10**_DECIMALS

    @property
    def vouches_for_wished_fmr(self) -> bool:
        smallest = self.pairs.comparisons.smallest_fmr
        return smallest is not None and smallest <= self.wished_fmr

    def files(self, pair: Pair) -> tuple[str, str]:
        return self.looks.usable[pair.first].sample.name, self.looks.usable[pair.second].sample.name


def as_json(report: Report) -> dict[str, Any]:
    """The report as JSON has it: rates and intervals 0 to 1, None for what this set cannot tell."""
    comparisons, threshold = report.pairs.comparisons, report.model.threshold
    equal, proposed = comparisons.equal_error_rate(), report.proposed_threshold
    return {
        "model": report.model.name,
        "detector": report.model.detector,
        "threshold": threshold,
        "threshold_origin": report.model.threshold_origin,
        "people": report.people,
        "photographs": report.looks.failure_to_acquire.trials,
        "unusable": [{"file": look.sample.name, "problem": look.problem} for look in report.looks.unusable],
        "failure_to_acquire_rate": _rate(report.looks.failure_to_acquire),
        "mated_comparisons": len(comparisons.mated),
        "non_mated_comparisons": len(comparisons.non_mated),
        "false_match_rate": _rate(comparisons.false_match_rate(threshold)),
        "false_non_match_rate": _rate(comparisons.false_non_match_rate(threshold)),
        "equal_error_rate": None if equal is None else {"value": equal.value, "threshold": equal.threshold},
        "for_wished_fmr": {
            "wished_fmr": report.wished_fmr,
            "smallest_fmr_vouched_for": comparisons.smallest_fmr,
            "is_vouched_for": report.vouches_for_wished_fmr,
            "threshold": proposed,
            "false_match_rate": None if proposed is None else _rate(comparisons.false_match_rate(proposed)),
            "false_non_match_rate": None if proposed is None else _rate(comparisons.false_non_match_rate(proposed)),
        },
        "farthest_mated": _pair(report, report.pairs.farthest_mated),
        "nearest_non_mated": _pair(report, report.pairs.nearest_non_mated),
    }


def _rate(rate: ErrorRate | None) -> dict[str, Any] | None:
    if rate is None:
        return None
    return {"errors": rate.errors, "trials": rate.trials, "value": rate.value, "interval_95": list(rate.interval)}


def _pair(report: Report, pair: Pair | None) -> dict[str, Any] | None:
    return None if pair is None else {"files": list(report.files(pair)), "distance": pair.distance}


def as_text(report: Report) -> str:
    """The report as a person reads it."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    model, comparisons = report.model, report.pairs.comparisons
    failures = report.looks.failure_to_acquire
    yield f"{model.name} with {model.detector}, threshold {model.threshold:.4g} (from {model.threshold_origin})"
    yield ""
    yield f"People                          {report.people:,}"
    yield f"Photographs                     {failures.trials:,}"
    yield f"Without a usable face           {_spoken(failures)}"
    for look in report.looks.unusable:
        yield f"    {look.sample.name}: {look.problem}"
    yield f"Mated comparisons               {len(comparisons.mated):,} (both photographs of one person)"
    yield f"Non-mated comparisons           {len(comparisons.non_mated):,} (of two people)"
    yield ""
    yield f"At threshold {model.threshold:.4g}"
    yield f"  False match rate, FMR         {_spoken(comparisons.false_match_rate(model.threshold))}"
    yield f"  False non-match rate, FNMR    {_spoken(comparisons.false_non_match_rate(model.threshold))}"
    equal = comparisons.equal_error_rate()
    if equal is not None:
        yield f"Equal error rate, EER           {_percent(equal.value)} at threshold {equal.threshold:.4f}"
    yield ""
    yield from _proposal(report)
    yield ""
    for title, pair in (
        ("One person, least alike         ", report.pairs.farthest_mated),
        ("Two people, most alike          ", report.pairs.nearest_non_mated),
    ):
        if pair is not None:
            yield f"{title}{pair.distance:.4f}  {'  '.join(report.files(pair))}"
    yield ""
    yield "Intervals are Wilson's, 95 %, for independent comparisons. These share people and"
    yield "photographs, so that less is certain than they say. A photograph in the wrong"
    yield "folder shows as one of the pairs above."


def _proposal(report: Report) -> Iterator[str]:
    comparisons, wished, threshold = report.pairs.comparisons, report.wished_fmr, report.proposed_threshold
    yield f"For an FMR of {_percent(wished)} at most"
    if threshold is None:
        if comparisons.non_mated:
            yield "  Threshold                     none: even at 0 more comparisons of two people match"
        else:
            yield "  Threshold                     unknown without photographs of two people"
        return
    yield f"  Threshold                     {threshold:.4f}"
    yield f"  FMR there                     {_spoken(comparisons.false_match_rate(threshold))}"
    yield f"  FNMR there                    {_spoken(comparisons.false_non_match_rate(threshold))}"
    if report.vouches_for_wished_fmr:
        yield f"  To use it                     FACE_THRESHOLD={threshold:.4f}"
    else:
        best, needed = _percent(comparisons.smallest_fmr or 1.0), comparisons_needed(wished)
        yield f"  This set is too small to say so: {len(comparisons.non_mated):,} comparisons of two people vouch for"
        yield f"  an FMR of {best} at best (3/n, the rule of three). {_percent(wished)} takes {needed:,} of them."


def _spoken(rate: ErrorRate | None) -> str:
    if rate is None:
        return "unknown: there are no such comparisons"
    low, high = map(_percent, rate.interval)
    return f"{_percent(rate.value)} ({rate.errors:,} of {rate.trials:,}; 95 % interval {low} to {high})"


def _percent(share: float) -> str:
    """Three digits that say something, never as 1e-05."""
    rounded = float(f"{100 * share:.3g}")
    return f"{rounded:.9f}".rstrip("0").rstrip(".") + " %"
