"""Where the phone was, against where the session is."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from absense_server.domain.verdicts import Check, Reason, Verdict, failed, inconclusive, passed

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth, IUGG (2a + b) / 3."""

DEFAULT_RADIUS_M = 100.0
MAX_ACCURACY_M = 100.0
"""A phone's claim to be less accurate than this is not believed: it would stretch the circle."""
MAX_FIX_AGE = timedelta(seconds=60)
MAX_FIX_LEAD = timedelta(seconds=60)
"""How far ahead of ours a phone's clock may be."""


@dataclass(frozen=True, slots=True)
class LatLng:
    """WGS 84 degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Geofence:
    """A circle, metres."""

    center: LatLng
    radius_m: float = DEFAULT_RADIUS_M


@dataclass(frozen=True, slots=True)
class Fix:
    """Where the phone says it was."""

    position: LatLng
    accuracy_m: float
    """0 or less: the phone does not know."""
    fixed_at: datetime
    mock: bool = False


def distance_m(a: LatLng, b: LatLng) -> float:
    """Great-circle distance in metres by the haversine formula (R. W. Sinnott, "Virtues of the Haversine", 1984)."""
    lat_a, lat_b = math.radians(a.latitude), math.radians(b.latitude)
    half_lat = (lat_b - lat_a) / 2
    half_lng = math.radians(b.longitude - a.longitude) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lng) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, h)))


def judge_place(geofence: Geofence, fix: Fix | None, *, claimed_at: datetime, received_at: datetime) -> Verdict:
    """The LOCATION verdict (DESIGN.md, Place).

    The fix's age counts back from the claim's time, so that a slow selfie does not make it too old.
    """
    if fix is None:
        return inconclusive(Check.LOCATION, Reason.NO_FIX)
    if fix.mock:
        return failed(Check.LOCATION, Reason.MOCK_LOCATION)
    age = claimed_at - fix.fixed_at
    if age > MAX_FIX_AGE:
        return inconclusive(Check.LOCATION, Reason.FIX_TOO_OLD, age.total_seconds(), MAX_FIX_AGE.total_seconds(), "s")
    lead = fix.fixed_at - received_at
    if lead > MAX_FIX_LEAD:
        return inconclusive(
            Check.LOCATION, Reason.FIX_FROM_FUTURE, lead.total_seconds(), MAX_FIX_LEAD.total_seconds(), "s"
        )
    distance = distance_m(geofence.center, fix.position)
    radius = geofence.radius_m
    if distance <= radius:
        return passed(Check.LOCATION, Reason.INSIDE, distance, radius, "m")
    accuracy = fix.accuracy_m if 0 < fix.accuracy_m < MAX_ACCURACY_M else MAX_ACCURACY_M
    if distance - accuracy <= radius:
        return inconclusive(Check.LOCATION, Reason.WITHIN_ACCURACY, distance, radius, "m")
    return failed(Check.LOCATION, Reason.OUTSIDE, distance, radius, "m")
