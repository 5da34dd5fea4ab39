"""A link as plain JSON values and back: what the journal keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .link import Link, Mode


def link_to_json(link: Link) -> dict[str, Any]:
    """The link as a JSON object; `link_from_json` is its inverse."""
    return {
        "id": link.id,
        "migration": link.migration,
        "table": link.table,
        "old": link.old,
        "new": link.new,
        "old_name": link.old_name,
        "new_name": link.new_name,
        "up": link.up,
        "down": link.down,
        "columns": dict(link.columns),
        "plain": link.plain,
        "down_written": link.down_written,
        "total": link.total,
        "lasting": link.lasting,
        "type": link.type,
        "new_type": link.new_type,
        "keeps_name": link.keeps_name,
        "mode": link.mode.value,
        "up_columns": list(link.up_columns),
        "down_columns": list(link.down_columns),
        "extra": dict(link.extra),
    }


def link_from_json(data: Mapping[str, Any]) -> Link:
    """The link that `link_to_json` wrote."""
    values = dict(data)
    values["mode"] = Mode(values["mode"])
    values["up_columns"] = tuple(values["up_columns"])
    values["down_columns"] = tuple(values["down_columns"])
    return Link(**values)
