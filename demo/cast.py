"""Who plays: the students' names, and whose photographs each of them borrows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.camera import Photograph, retaken

GUEST = "Esi"
"""Is not on the course's list."""
FACELESS = "Araba"
"""Has enrolled no face."""
FACELESS_ELSEWHERE = "Fiifi"
"""Nor has he, on a server that is set otherwise."""
ENROLLS_LATER = "Akua"
"""Enrolls her face in the course of the lecture."""

# The photograph enrolled and the one claimed with: another of the same person where there is one.
_BORROWED = {
    "Ama": ("obama.jpg", "obama2.jpg"),
    "Yaw": ("biden.jpg", "biden.jpg"),
    "Efua": ("astronaut.png", "astronaut.png"),
    "Kwame": ("obama3.jpg", "obama.jpg"),
    "Kojo": ("obama2.jpg", "obama3.jpg"),
    "Abla": ("astronaut.png", "astronaut.png"),
    "Nana": ("biden.jpg", "biden.jpg"),
    "Adwoa": ("astronaut.png", "astronaut.png"),
    GUEST: ("obama.jpg", "obama3.jpg"),
    ENROLLS_LATER: ("obama3.jpg", "obama2.jpg"),
    "Kofi": ("obama.jpg", "obama2.jpg"),
    "Yaa": ("obama2.jpg", "obama.jpg"),
    "Kwesi": ("obama.jpg", "obama3.jpg"),
    "Afia": ("obama2.jpg", "obama.jpg"),
}
EVERYBODY = (*_BORROWED, FACELESS)


@dataclass(frozen=True)
class Face:
    """One person's photographs."""

    enrolled: Photograph
    selfie: Photograph


def faces(photographs: Mapping[str, Path]) -> dict[str, Face]:
    """Each student's, from the photographs by file name; a phone never sends the very bytes that were enrolled."""
    loaded = {name: Photograph.load(photographs[name]) for pair in _BORROWED.values() for name in pair}
    return {
        student: Face(loaded[enrolled], retaken(loaded[selfie]) if selfie == enrolled else loaded[selfie])
        for student, (enrolled, selfie) in _BORROWED.items()
    }
