"""How often a face engine errs: rates, intervals, thresholds."""

import math
from array import array
from collections.abc import Callable
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from absense_server.domain.face_accuracy import Comparisons, ErrorRate, comparisons_needed

distances = st.floats(0, 2)
# Few values, so that ties within and between the kinds are common.
coarse = st.sampled_from([n / 8 for n in range(17)])
some = st.lists(distances, min_size=1, max_size=40) | st.lists(coarse, min_size=1, max_size=40)
comparisons = st.builds(lambda mated, non_mated: Comparisons(sorted(mated), sorted(non_mated)), some, some)
rates = st.floats(0, 1)
error_rates = st.integers(1, 10**9).flatmap(lambda n: st.builds(ErrorRate, st.integers(0, n), st.just(n)))


def fmr(seen: Comparisons, threshold: float) -> float:
    rate = seen.false_match_rate(threshold)
    assert rate is not None
    return rate.value


def fnmr(seen: Comparisons, threshold: float) -> float:
    rate = seen.false_non_match_rate(threshold)
    assert rate is not None
    return rate.value


# --- rates and their intervals ---


@pytest.mark.parametrize(
    ("errors", "trials", "low", "high"),
    [
        # R. G. Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_wilsons(errors: int, trials: int, low: float, high: float) -> None:
    assert ErrorRate(errors, trials).interval == pytest.approx((low, high), abs=0.00005)


@given(error_rates)
def test_an_interval_holds_its_rate_and_stays_within_0_and_1(rate: ErrorRate) -> None:
    low, high = rate.interval
    assert 0 <= low <= rate.value <= high <= 1
    assert low < high


@given(error_rates)
def test_the_ends_of_an_interval_are_where_the_score_test_just_rejects(rate: ErrorRate) -> None:
    z = NormalDist().inv_cdf(0.975)
    for end in rate.interval:
        if end not in (0, 1):
            deviation = math.sqrt(end * (1 - end) / rate.trials)
            assert abs(rate.value - end) == pytest.approx(z * deviation, rel=1e-5)


@given(error_rates)
def test_more_trials_narrow_the_interval(rate: ErrorRate) -> None:
    low, high = rate.interval
    narrow_low, narrow_high = ErrorRate(rate.errors * 4, rate.trials * 4).interval
    assert narrow_high - narrow_low < high - low


@given(error_rates)
def test_successes_have_the_mirrored_interval(rate: ErrorRate) -> None:
    low, high = rate.interval
    mirrored = ErrorRate(rate.trials - rate.errors, rate.trials).interval
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-9)


@pytest.mark.parametrize(("errors", "trials"), [(0, 0), (-1, 5), (6, 5)])
def test_what_is_no_rate_is_refused(errors: int, trials: int) -> None:
    with pytest.raises(ValueError, match="is not a rate"):
        ErrorRate(errors, trials)


# --- at a threshold ---


def test_a_distance_equal_to_the_threshold_is_a_match() -> None:
    seen = Comparisons([0.25, 0.5], [0.5, 0.75])
    assert seen.false_match_rate(0.5) == ErrorRate(1, 2)
    assert seen.false_non_match_rate(0.5) == ErrorRate(0, 2)


@given(comparisons, distances)
def test_rates_are_counts_over_comparisons(seen: Comparisons, threshold: float) -> None:
    matches = sum(distance <= threshold for distance in seen.non_mated)
    non_matches = sum(distance > threshold for distance in seen.mated)
    assert seen.false_match_rate(threshold) == ErrorRate(matches, len(seen.non_mated))
    assert seen.false_non_match_rate(threshold) == ErrorRate(non_matches, len(seen.mated))


@given(comparisons, distances, distances)
def test_a_larger_threshold_has_more_false_matches_and_fewer_false_non_matches(
    seen: Comparisons, one: float, other: float
) -> None:
    small, large = sorted((one, other))
    assert fmr(seen, small) <= fmr(seen, large)
    assert fnmr(seen, small) >= fnmr(seen, large)


@given(comparisons)
def test_at_a_threshold_of_2_everything_matches(seen: Comparisons) -> None:
    assert (fmr(seen, 2), fnmr(seen, 2)) == (1, 0)


@given(comparisons, distances)
def test_single_precision_arrays_are_as_good_as_lists(seen: Comparisons, threshold: float) -> None:
    packed = Comparisons(array("f", seen.mated), array("f", seen.non_mated))
    listed = Comparisons(list(packed.mated), list(packed.non_mated))
    assert packed.false_match_rate(threshold) == listed.false_match_rate(threshold)
    assert packed.equal_error_rate() == listed.equal_error_rate()
    assert packed.threshold_for(0.1) == listed.threshold_for(0.1)


# --- the equal error rate ---


@given(comparisons)
def test_the_equal_error_rate_lies_between_the_rates_at_its_threshold(seen: Comparisons) -> None:
    equal = seen.equal_error_rate()
    assert equal is not None
    assert 0 <= equal.threshold <= 2
    low, high = sorted((fmr(seen, equal.threshold), fnmr(seen, equal.threshold)))
    assert low <= equal.value <= high


@given(comparisons)
def test_nowhere_are_the_two_rates_nearer_to_each_other(seen: Comparisons) -> None:
    equal = seen.equal_error_rate()
    assert equal is not None

    def gap(threshold: float) -> float:
        return abs(fmr(seen, threshold) - fnmr(seen, threshold))

    everywhere = [-1.0, *seen.mated, *seen.non_mated]
    assert gap(equal.threshold) == min(map(gap, everywhere))


def test_kinds_apart_have_an_equal_error_rate_of_0_in_the_middle_of_the_gap() -> None:
    equal = Comparisons([0.1, 0.2, 0.4], [0.6, 0.9]).equal_error_rate()
    assert equal is not None
    assert equal.value == 0
    assert equal.threshold == pytest.approx(0.5)


def test_kinds_that_overlap_have_the_equal_error_rate_of_their_crossing() -> None:
    equal = Comparisons([0.1, 0.2, 0.3, 0.7], [0.5, 0.8, 0.9, 1.0]).equal_error_rate()
    assert equal is not None
    assert equal.value == 0.25
    assert equal.threshold == pytest.approx(0.6)


# --- the threshold for a wished false match rate ---


@given(comparisons, rates)
def test_the_threshold_keeps_the_wished_rate_and_no_larger_one_does(seen: Comparisons, wished: float) -> None:
    threshold = seen.threshold_for(wished)
    if threshold is None:
        assert fmr(seen, 0) > wished
    else:
        assert fmr(seen, threshold) <= wished
        assert threshold == 2 or fmr(seen, math.nextafter(threshold, 3)) > wished


@given(comparisons, rates, rates)
def test_a_stricter_wish_has_no_larger_threshold(seen: Comparisons, one: float, other: float) -> None:
    strict, lenient = (seen.threshold_for(wished) for wished in sorted((one, other)))
    assert (-1 if strict is None else strict) <= (-1 if lenient is None else lenient)


def test_a_wish_that_floats_round_down_gets_its_whole_number_of_false_matches() -> None:
    seen = Comparisons([], [n / 100 for n in range(1, 101)])
    assert 0.29 * 100 < 29
    threshold = seen.threshold_for(0.29)
    assert threshold is not None
    assert seen.false_match_rate(threshold) == ErrorRate(29, 100)


def test_strangers_at_distance_0_leave_no_threshold() -> None:
    assert Comparisons([], [0.0, 0.9]).threshold_for(0.1) is None


@pytest.mark.parametrize("wished", [-0.1, 1.1, math.nan])
def test_a_wish_outside_0_and_1_is_refused(wished: float) -> None:
    with pytest.raises(ValueError, match="0 to 1"):
        Comparisons([], [0.9]).threshold_for(wished)


@pytest.mark.parametrize(("count", "smallest"), [(1, 1.0), (3, 1.0), (300, 0.01), (3000, 0.001)])
def test_the_smallest_rate_that_can_be_vouched_for_is_3_in_n(count: int, smallest: float) -> None:
    assert Comparisons([], [0.5] * count).smallest_fmr == pytest.approx(smallest)


@given(st.integers(4, 10**6))
def test_the_rule_of_three_is_the_exact_bound_or_a_little_above_it(trials: int) -> None:
    exact = 1 - 0.05 ** (1 / trials)
    smallest = Comparisons([], array("f", [0.5]) * trials).smallest_fmr
    assert smallest is not None
    assert exact <= smallest <= 1.5 * exact


@given(st.floats(1e-5, 0.9))
def test_as_many_comparisons_as_needed_vouch_for_a_rate_and_one_fewer_does_not(wished: float) -> None:
    needed = comparisons_needed(wished)
    assert 3 / needed <= wished < 3 / (needed - 1)


@pytest.mark.parametrize(("wished", "needed"), [(0.01, 300), (0.001, 3000), (0.0003, 10_000), (0.00003, 100_000)])
def test_a_rate_of_one_in_a_thousand_needs_three_thousand_comparisons(wished: float, needed: int) -> None:
    assert comparisons_needed(wished) == needed


@pytest.mark.parametrize("wished", [0, 1.1, math.nan])
def test_no_number_of_comparisons_vouches_for_a_rate_of_0(wished: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        comparisons_needed(wished)


# --- nothing to tell from, and nonsense ---


def test_without_comparisons_there_are_no_rates() -> None:
    nothing = Comparisons([], [])
    assert nothing.false_match_rate(0.5) is None
    assert nothing.false_non_match_rate(0.5) is None
    assert nothing.equal_error_rate() is None
    assert nothing.threshold_for(0.1) is None
    assert nothing.smallest_fmr is None


def test_one_kind_alone_has_its_own_rate_only() -> None:
    mated = Comparisons([0.2, 0.7], [])
    assert mated.false_non_match_rate(0.5) == ErrorRate(1, 2)
    assert mated.false_match_rate(0.5) is None
    assert mated.equal_error_rate() is None
    non_mated = Comparisons([], [0.7])
    assert non_mated.false_match_rate(0.5) == ErrorRate(0, 1)
    assert non_mated.false_non_match_rate(0.5) is None
    assert non_mated.equal_error_rate() is None


@pytest.mark.parametrize("bad", [[0.5, 0.2], [math.nan], [0.1, math.nan], [math.nan, 0.1]])
@pytest.mark.parametrize("place", [lambda bad: (bad, []), lambda bad: ([], bad)])
def test_distances_out_of_order_or_not_numbers_are_refused(
    bad: list[float], place: Callable[[list[float]], tuple[list[float], list[float]]]
) -> None:
    with pytest.raises(ValueError, match="ascending"):
        Comparisons(*place(bad))
