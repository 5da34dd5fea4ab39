"""Alias lists of columns, as in `t u(a, b, c)`: they go by position and not by name.

A definition that is run again to mean another column needs its lists to name that one. The server itself writes such
lists for joins with USING, where a later rename made names clash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..sql import parse

Places = Mapping[tuple[str, str], Sequence[str]]


def exchanged(text: str, places: Places, leaving: str, taking: str) -> str:
    """The statement `text` with every alias list of a relation in `places` changed so that what means column `leaving`
    means `taking`, when the statement runs while `taking` is called `leaving`. `places` has the live columns of each
    (schema, relation), in order, by their names of now. The text itself where no list is about the two."""
    node = parse.parse(text)[0].node
    changed = [
        _exchange(each, places, leaving, taking) for each in parse.walk(node) if parse.kind_of(each) == "RangeVar"
    ]
    return parse.deparse_statement(node) if any(changed) else text


def _exchange(relation: parse.Node, places: Places, leaving: str, taking: str) -> bool:
    columns = places.get((relation.schemaname, relation.relname))
    if columns is None or not relation.HasField("alias") or not relation.alias.colnames:
        return False
    listed = relation.alias.colnames
    names = [each.string.sval for each in listed]
    old, new = columns.index(leaving), columns.index(taking)
    if old < len(names):
        # Nobody is called `taking` then; what stands between the end of the list and the column keeps its name.
        names += [*columns[len(names) : new], taking] if new >= len(names) else []
        names[old], names[new] = names[new], names[old]
    elif new < len(names):
        names[new] = leaving
    else:
        return False
    while len(listed) < len(names):
        listed.add().CopyFrom(listed[0])
    for each, name in zip(listed, names, strict=True):
        each.string.sval = name
    return True
