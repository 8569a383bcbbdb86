"""Columns under names of their own, so that a row of joined tables can be read by name."""

from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, FromClause, Label, Row, Select, func

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
AnySelect: TypeAlias = Select[*tuple[Any, ...]]


def labelled(prefix: str, table: FromClause, *names: str) -> list[Label[Any]]:
    """The columns `names` of `table` (all of them when none is named), each called `prefix` + its name."""
    return [table.c[name].label(prefix + name) for name in names or table.c.keys()]


def sorted_after(key: ColumnElement[Any]) -> ColumnElement[Any]:
    """A key to order by that no index is in the order of, so that the rows are found by what they have to be first.

    For a page of few among many: PostgreSQL would walk through the whole table in the key's order if it thought that
    it soon met enough of them.
    """
    return func.coalesce(key, key)
