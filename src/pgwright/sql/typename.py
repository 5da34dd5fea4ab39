"""Names of types as `format_type` writes them."""

from __future__ import annotations


def without_length(type_name: str) -> str:
    """The type without its modifier: `numeric(10,2)[]` → `numeric[]`, `timestamp(3) with time zone` → …

    A cast to it converts a value as an assignment does, and cuts nothing: what is too long is refused when it is
    assigned."""
    head, quote, tail = type_name.rpartition('"')
    start = tail.find("(")
    if start < 0:
        return type_name
    # `character` and `bit` without a length mean one of length 1; these are the types without a limit.
    name = {"character": "bpchar", "bit": '"bit"'}.get(tail[:start].strip(), tail[:start])
    return head + quote + name + tail[tail.index(")") + 1 :]
