"""Columns under names of their own, so that a row of joined tables can be read by name."""

from typing import Any, TypeAlias

from sqlalchemy import FromClause, Label, Row, Select

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
AnySelect: TypeAlias = Select[*tuple[Any, ...]]


def labelled(prefix: str, table: FromClause, *names: str) -> list[Label[Any]]:
    """The columns `names` of `table` (all of them when none is named), each called `prefix` + its name."""
    return [table.c[name].label(prefix + name) for name in names or table.c.keys()]
