"""The nodes of a parse tree: protobuf messages, walked and compared here without importing their library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

Node: TypeAlias = Any
"""A concrete message of the parse tree (RenameStmt, ColumnRef, …), never the `Node` wrapper around one."""

PLACES = ("location", "name_location", "list_start", "list_end", "rexpr_list_start", "rexpr_list_end")
"""The fields that hold byte offsets into the text and mean nothing."""


def walk(node: Node) -> Iterator[Node]:
    """`node` and every message below it, parents first, in the order of the tree, wrappers left out."""
    stack = [unwrap(node)]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(children(current)))


def children(node: Node) -> list[Node]:
    """The messages directly below `node`, wrappers left out."""
    found: list[Node] = []
    for item, value in node.ListFields():
        if item.message_type is not None:
            found.extend(unwrap(each) for each in ([value] if hasattr(value, "ListFields") else value))
    return found


def unwrap(node: Node) -> Node:
    """The concrete message inside a `Node` wrapper; any other message is returned as it is."""
    if node.DESCRIPTOR.name != "Node":
        return node
    which = node.WhichOneof("node")
    return node if which is None else getattr(node, which)


def kind_of(node: Node) -> str:
    """The name of the message: `ColumnRef`, `RenameStmt`, …; `Node` for an empty place in a list."""
    return str(node.DESCRIPTOR.name)


def enum_value(node: Node, name: str) -> str:
    """The name of the value of the enum field `name` of `node`: `enum_value(command, "subtype")` is "AT_SetNotNull"."""
    item = node.DESCRIPTOR.fields_by_name[name]
    return str(item.enum_type.values_by_number[getattr(node, name)].name)


def words(node: Node) -> Iterator[str]:
    """`node` and all below it as a flat list of words that is the same for the same meaning.

    Places in the text are left out. Nodes, fields and enum values stand by name, not by number, so that a release
    of the parser that only adds to the grammar changes nothing. Two trees with equal words are equal.
    """
    stack: list[Node] = [unwrap(node)]
    while stack:
        current = stack.pop()
        if isinstance(current, str):
            yield current
            continue
        yield f"({current.DESCRIPTOR.name}"
        below: list[Node] = []
        for item, value in current.ListFields():
            if item.name not in PLACES:
                below.append(f".{item.name}")
                single = isinstance(value, str | bytes | int | float) or hasattr(value, "ListFields")
                below.extend(_word(item, each) for each in ((value,) if single else value))
        stack.append(")")
        stack.extend(reversed(below))


def same(one: Node, other: Node) -> bool:
    """Whether two trees have the same `words`."""
    stack = [(unwrap(one), unwrap(other))]
    while stack:
        left, right = stack.pop()
        if left.DESCRIPTOR is not right.DESCRIPTOR:
            return False
        if left == right:  # to the very places in the text
            continue
        mine = [(item, value) for item, value in left.ListFields() if item.name not in PLACES]
        theirs = [(item, value) for item, value in right.ListFields() if item.name not in PLACES]
        if [item.number for item, _ in mine] != [item.number for item, _ in theirs]:
            return False
        for (item, value), (_, its) in zip(mine, theirs, strict=True):
            if item.message_type is None:
                if value != its:
                    return False
            elif hasattr(value, "ListFields"):
                stack.append((unwrap(value), unwrap(its)))
            elif len(value) != len(its):
                return False
            else:
                stack.extend(zip(map(unwrap, value), map(unwrap, its), strict=True))
    return True


def _word(item: Node, value: Node) -> Node:
    if item.message_type is not None:
        return unwrap(value)
    return item.enum_type.values_by_number[value].name if item.enum_type is not None else repr(value)


def wrappers(node: Node) -> list[Node]:
    """Every `Node` wrapper below `node`: the places whose content `put` can change."""
    found: list[Node] = []
    stack = [node]
    while stack:
        for item, value in stack.pop().ListFields():
            if item.message_type is not None:
                below = [value] if hasattr(value, "ListFields") else list(value)
                found += [each for each in below if each.DESCRIPTOR.name == "Node"]
                stack.extend(below)
    return found


def put(wrapper: Node, node: Node) -> None:
    """Makes `wrapper` hold a copy of `node` instead of what it holds."""
    name = next(item.name for item in wrapper.DESCRIPTOR.fields if item.message_type is node.DESCRIPTOR)
    getattr(wrapper, name).CopyFrom(node)
