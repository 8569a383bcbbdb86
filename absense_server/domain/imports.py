"""Imports: what a file says, compared with what is there."""

from enum import Enum


class SourceKind(Enum):
    """What a source system's id names."""

    USER = "USER"
    COURSE = "COURSE"
    CLASS = "CLASS"
    TERM = "TERM"
    ENROLLMENT = "ENROLLMENT"
