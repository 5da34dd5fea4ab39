"""A parse tree as a flat list of words that is the same for the same meaning: what checksums are made of.

Places in the text are left out. Nodes, fields and enum values stand by name, not by number, so that a release of
the parser that only adds to the grammar changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from .parse import Node

_PLACES = {"location", "name_location", "list_start", "list_end", "rexpr_list_start", "rexpr_list_end"}


def words(node: Node) -> Iterator[str]:
    """The words of `node` and all below it, brackets included; no recursion, since trees are deep."""
    stack: list[Node] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, str):
            yield current
            continue
        yield f"({current.DESCRIPTOR.name}"
        below: list[Node] = []
        for item, value in current.ListFields():
            if item.name not in _PLACES:
                below.append(f".{item.name}")
                single = isinstance(value, str | bytes | int | float) or hasattr(value, "ListFields")
                below.extend(_word(item, each) for each in ((value,) if single else value))
        stack.append(")")
        stack.extend(reversed(below))


def _word(item: Node, value: Node) -> Node:
    if item.message_type is not None:
        return value
    return item.enum_type.values_by_number[value].name if item.enum_type is not None else repr(value)
