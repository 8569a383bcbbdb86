import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from absense_server.adapters.face import alignment

TEMPLATE = alignment._CHIP


def moved(points: NDArray[np.float64], degrees: float, scale: float = 1.0) -> NDArray[np.float64]:
    """Turned clockwise as seen (y points down), scaled, and shifted."""
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved: NDArray[np.float64] = points @ turn.T * scale + (300, 200)
    return moved


@pytest.mark.parametrize("count", [2, 3, 5])
@pytest.mark.parametrize("degrees", [0, 30, -75, 180])
def test_a_face_is_brought_into_place_however_it_was_turned(degrees: float, count: int) -> None:
    rng = np.random.default_rng(1)
    upright = rng.integers(0, 256, (28, 28, 3), np.uint8).repeat(4, 0).repeat(4, 1)

    angle = np.radians(degrees)
    cos, sin = 2 * np.cos(angle), 2 * np.sin(angle)
    picture = cv2.warpAffine(upright, np.array([[cos, -sin, 300], [sin, cos, 300]]), (640, 640))
    points = moved(TEMPLATE, degrees, 2) - (0, 200) + (0, 300)
    chip = alignment.chip(picture.astype(np.uint8), points[:count])
    inner = slice(8, -8)
    assert np.abs(chip[inner, inner].astype(int) - upright[inner, inner]).mean() < 20


def test_points_in_one_place_are_no_face() -> None:
    with pytest.raises(ValueError, match="all in one place"):
        alignment.chip(np.zeros((9, 9, 3), np.uint8), np.ones((5, 2)))


@pytest.mark.parametrize("degrees", [0, 30, -75, 179])
def test_roll_is_the_turn(degrees: float) -> None:
    flat = alignment.roll(TEMPLATE)
    assert alignment.roll(moved(TEMPLATE, degrees)) == pytest.approx(degrees + flat)


@pytest.mark.parametrize("degrees", [0, 45, 180])
def test_yaw_is_the_noses_offset_whatever_the_roll(degrees: float) -> None:
    points = np.array([[0, 0], [10, 0], [8, 5], [2, 9], [8, 9]], np.float64)
    assert alignment.yaw(moved(points, degrees)) == pytest.approx(0.3)
    assert alignment.yaw(moved(points[:2], degrees)) == 0.0
    assert abs(alignment.yaw(TEMPLATE)) < 0.01
