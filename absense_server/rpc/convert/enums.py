"""Enums of the contract and of the domain: the same names, with and without a prefix."""

from enum import Enum
from typing import Any, Generic, TypeVar

Member = TypeVar("Member", bound=Enum)
Number = TypeVar("Number", bound=int)


class EnumPair(Generic[Member, Number]):
    """Maps members of a domain enum to a protobuf enum's numbers and back.

    Raises ValueError when a member has no counterpart.
    """

    def __init__(self, members: type[Member], wrapper: type[Number], prefix: str) -> None:
        # what the stubs call a class is an EnumTypeWrapper when it runs
        value_of: Any = wrapper
        self._unspecified: Number = value_of.Value(f"{prefix}_UNSPECIFIED")
        self._numbers: dict[Member, Number] = {m: value_of.Value(f"{prefix}_{m.name}") for m in members}
        self._members: dict[int, Member] = {number: member for member, number in self._numbers.items()}

    def number(self, member: Member | None) -> Number:
        """The number of `member`; unspecified for None."""
        return self._unspecified if member is None else self._numbers[member]

    def member(self, number: int) -> Member | None:
        """The member with `number`; None for unspecified."""
        return self._members.get(number)
