"""Of partitions that are read side by side one speaks for all: an index is made on their parent.

A plan of a thousand partitions becomes one of a single partition. What the nodes above call by the name of the parent
(`o.total`) is called by that of the partition (`o_1.total`), as its own conditions call it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from ...base.errors import MigrationFileError
from ...sql import parse, quote
from ..query_plan.kinds import APPENDS
from ..query_plan.model import Node, QueryPlan, Value
from ..signs import _partitions
from ..signs._seen import Seen
from ..surroundings import Relation

_NUMBERED = re.compile(r"(.+)_\d+")
_Tables = frozenset[tuple[str, str]]


def representative(seen: Seen) -> QueryPlan:
    """The plan with one partition for each partitioned table that it reads by an Append."""
    if not any(relation.parent for relation in _relations(seen)):
        return seen.plan
    root = _thinned(seen, seen.plan.root)
    plan = replace(seen.plan, root=root)
    return replace(plan, root=_renamed(root, _names(seen, plan)))


def _relations(seen: Seen) -> list[Relation]:
    return [relation for node in seen.plan.nodes if (relation := seen.relation(node)) is not None]


def _thinned(seen: Seen, node: Node) -> Node:
    """The tree without the children of an Append that read further partitions of what another child reads."""
    children = node.children
    if node.type in APPENDS:
        first: dict[_Tables, Node] = {}
        children = tuple(each for each in children if first.setdefault(_read(seen, each) or _alone(each), each) is each)
    return replace(node, children=tuple(_thinned(seen, each) for each in children))


def _read(seen: Seen, node: Node) -> _Tables:
    """The partitioned tables of which a tree reads partitions; none where it reads anything else, too."""
    scans = [each for each in node.walk() if each.relation]
    tops = [_partitions.top(seen, each) for each in scans if (found := seen.relation(each)) and found.parent]
    complete = len(tops) == len(scans)
    return frozenset((top.schema, top.name) for top in tops if top is not None) if complete else frozenset()


def _alone(node: Node) -> _Tables:
    return frozenset({("", node.path)})


def _names(seen: Seen, plan: QueryPlan) -> Mapping[str, str]:
    """By what name the nodes above call a table, with the name of its partition."""
    taken = {node.alias for node in plan.nodes if node.relation}
    found: dict[str, str] = {}
    for node in plan.nodes:
        relation, numbered = seen.relation(node), _NUMBERED.fullmatch(node.alias)
        if relation is not None and relation.parent and numbered and numbered[1] not in taken:
            found.setdefault(numbered[1], node.alias)
    return found


def _renamed(node: Node, names: Mapping[str, str]) -> Node:
    properties = {key: _value(value, names) for key, value in node.properties.items()} if names else node.properties
    return replace(node, properties=properties, children=tuple(_renamed(each, names) for each in node.children))


def _value(value: Value, names: Mapping[str, str]) -> Value:
    if isinstance(value, list):
        return [_value(each, names) for each in value]
    return _text(value, names) if isinstance(value, str) and "." in value else value


def _text(text: str, names: Mapping[str, str]) -> str:
    """An expression, perhaps with a direction behind it, with other names before the dots."""
    try:
        tokens = parse.scan(text)
    except MigrationFileError:
        return text
    parts, at = [], 0
    for number, token in enumerate(tokens[:-1]):
        qualifies = tokens[number + 1].text == "." and (number == 0 or tokens[number - 1].text != ".")
        if qualifies and token.name is not None and token.name in names:
            parts += [text[at : token.start], quote.ident(names[token.name])]
            at = token.end
    return "".join(parts) + text[at:]
