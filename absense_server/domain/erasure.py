"""When what is known of an erased person goes."""

from datetime import timedelta
from enum import Enum
from typing import Final

KEPT_AFTER_TERM: Final = timedelta(days=90)
"""A term that ended longer ago counts as closed, whether or not somebody closed it: nobody's name waits for that."""

SETTLED_AFTER: Final = timedelta(minutes=30)
"""No call that began while the account was there goes on for so long after it was erased."""

LOGGED = "erased"
"""The event in the server's log that tells of it: what is told there outlives a database that is put back."""


class ErasedThing(Enum):
    """What a person, or an administrator, had erased."""

    ACCOUNT = "account"
    FACE = "face"
    """The template with its photographs; selfies stayed."""
    FACE_AND_SELFIES = "face and selfies"
