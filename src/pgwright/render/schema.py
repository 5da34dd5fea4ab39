"""JSON schemas made from dataclasses: the field types say what may stand there, the docstrings what it means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}


def schema(document: type) -> dict[str, Any]:
    """The JSON schema of the dataclass `document`, complete in itself. All keys that are always written are required;
    keys that a later version adds are allowed."""
    definitions: dict[str, Any] = {}
    body = _object(document, definitions)
    body.setdefault("properties", {})["version"] = {"const": 1}
    return {"$schema": DIALECT, "title": document.__name__, **body, "$defs": definitions}


def events_schema(kinds: Iterable[type]) -> dict[str, Any]:
    """The schema of one line of `--format jsonl` that is an event: one of `kinds`, told apart by its key `event`."""
    choices = []
    for kind in kinds:
        body = _object(kind, {})
        body["properties"] = {"version": {"const": 1}, "event": {"const": kind.__name__}, **body["properties"]}
        body["required"] = ["version", "event", *body["required"]]
        choices.append(body)
    return {"$schema": DIALECT, "title": "Event", "anyOf": choices}


def _object(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of one dataclass; nested ones go into `definitions`."""
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    return {
        "type": "object",
        "description": " ".join((kind.__doc__ or "").split()),
        "properties": {name: _type(hints[name], definitions) for name in names},
        "required": names,
    }


def _type(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of one annotation."""
    if hint in _SCALARS:
        return {"type": _SCALARS[hint]}
    if get_origin(hint) in (UnionType, Union):
        return {"anyOf": [_type(part, definitions) for part in get_args(hint)]}
    if get_origin(hint) is Mapping:
        return {"type": "object"}
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _type(get_args(hint)[0], definitions)}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [member.value for member in hint]}
    if isinstance(hint, type) and is_dataclass(hint):
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}  # a place, so that a type may hold itself
            definitions[hint.__name__] = _object(hint, definitions)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    raise TypeError(f"no schema for {hint!r}")
