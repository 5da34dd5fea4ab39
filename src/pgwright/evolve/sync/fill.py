"""The UPDATE of the pass: fills the new columns of one block range, for all links of the table at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...sql.expression import substitute
from ...sql.quote import ident, literal
from ...sql.typename import without_length
from .body import PASS, pass_value
from .link import Link, SyncTable
from .ordering import in_order


@dataclass(frozen=True, kw_only=True)
class Fill:
    """`set_list` and `condition` of the UPDATE; `values` is a select list of what would be filled in, for error
    reports. `setting` is the value of the pass setting, without which the UPDATE does nothing."""

    set_list: str
    condition: str
    values: str
    setting: str

    def update(self, part: str, first: int, last: int) -> str:
        """UPDATE of the rows in blocks [first, last)."""
        return (
            f"UPDATE ONLY {part} SET {self.set_list} WHERE {blocks(first, last)} AND {self.condition} AND {self._on()}"
        )

    def update_unlocked(self, part: str, first: int, last: int) -> str:
        """The same for those rows that nobody has locked."""
        rows = f"SELECT ctid FROM ONLY {part} WHERE {blocks(first, last)} AND {self.condition}"
        todo = f"{rows} FOR NO KEY UPDATE SKIP LOCKED"
        return (
            f"WITH todo AS MATERIALIZED ({todo}) UPDATE ONLY {part} SET {self.set_list} "
            f"WHERE ctid = ANY(ARRAY(SELECT ctid FROM todo)) AND {self.condition} AND {self._on()}"
        )

    def left(self, part: str, first: int, last: int) -> str:
        """SELECT that tells whether rows are left to fill in blocks [first, last)."""
        return f"SELECT EXISTS (SELECT FROM ONLY {part} WHERE {blocks(first, last)} AND {self.condition})"

    def _on(self) -> str:
        return f"pg_catalog.current_setting({literal(PASS)}, true) = {literal(self.setting)}"


def _carried(table: SyncTable, links: Sequence[Link], values: dict[int, str]) -> list[str]:
    """Assignments to the other side of each link that reads a column which is filled now: only where that was empty."""
    filled, found = set(values), []
    for link in links:
        side, to, text = (
            (link.new_side(), link.old, link.down) if link.mode.follows else (link.old_side(), link.new, link.up)
        )
        read = [number for number in side if number in filled]
        if link.alone or not read or to in values:
            continue
        mapping = {name: values.get(number, ident(table.names[number])) for name, number in link.columns.items()}
        empty = " OR ".join(f"{ident(table.names[number])} IS NOT DISTINCT FROM NULL" for number in read)
        there = ident(table.names[to])
        value = _as(link, substitute(text, mapping), link.types[1] if to == link.new else link.types[0])
        values[to] = f"CASE WHEN {empty} THEN {value} ELSE {there} END"
        found.append(f"{there} = {values[to]}")
    return found


def _as(link: Link, text: str, type_name: str) -> str:
    """The value as the type of the column that it is for, where both sides differ: a CASE does not assign."""
    return f"CAST(({text}) AS {without_length(type_name)})" if link.new_type else text


def blocks(first: int, last: int) -> str:
    """The condition of a TID range scan (since 14) over blocks [first, last)."""
    return f"ctid >= '({first},0)'::tid AND ctid < '({last},0)'::tid"


def fill(table: SyncTable, links: Sequence[Link], *, carried: Sequence[Link] = ()) -> Fill:
    """The UPDATE for `links` of one table, oldest first: an empty link is set from the one beneath it. `carried` are
    links of other passes: what they read and this one fills is carried on, as the triggers would, which it bypasses."""
    values: dict[int, str] = {}
    conditions, assignments, shown = [], [], []
    for link in in_order(links):
        mapping = {name: values.get(number, ident(table.names[number])) for name, number in link.columns.items()}
        up = _as(link, substitute(link.up, mapping), link.types[1])
        new = ident(table.names[link.new])
        values[link.new] = f"CASE WHEN {new} IS NOT DISTINCT FROM NULL THEN {up} ELSE {new} END"
        # A volatile value would be another one when it is set: it is asked for once.
        once = link.alone and bool(link.extra.get("volatile"))
        conditions.append(f"({new} IS NOT DISTINCT FROM NULL{'' if once else f' AND ({up}) IS DISTINCT FROM NULL'})")
        assignments.append(f"{new} = {up if len(links) == 1 else values[link.new]}")
        shown.append(up)
    assignments += _carried(table, carried, values)
    return Fill(
        set_list=", ".join(assignments),
        condition="(" + " OR ".join(conditions) + ")",
        values=", ".join(shown),
        setting=pass_value(links[0].migration, table.oid),
    )
