"""Whether the values of a plan are what the server writes under their keys: all others compute with them unasked.

A plan that somebody edited by hand is refused here, by the key that is wrong. Keys that nobody here knows may hold
anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .. import keys
from ..model import Value

_LARGEST = 1e30
"""Beyond that a product of some numbers would be infinite."""
_WANTED: Mapping[str, type] = {
    **dict.fromkeys(keys.TEXTS, str),
    **dict.fromkeys(keys.NUMBERS, float),
    **dict.fromkeys((*keys.LISTS, *keys.OBJECT_LISTS), list),
    **dict.fromkeys(keys.OBJECTS, dict),
}
_NUMERIC = frozenset((int, float))
_CALLED = {str: "text", float: "number", list: "list of that kind", dict: "object of that kind"}


def fault(properties: Mapping[str, Value]) -> str:
    """The first value that is wrong, as a sentence; empty where all are right. `Plans` are for the caller to enter."""
    stack: list[Mapping[str, Value]] = [properties]
    for each in stack:  # grows while it is read
        for key, value in each.items():
            wanted = _WANTED.get(key)
            if wanted is str or wanted is float:  # nearly all
                if not (type(value) is str if wanted is str else _is_number(value) or _is_negative_cost(key, value)):
                    return _sentence(key, wanted)
            elif wanted is not None and key != "Plans":
                if type(value) is not wanted or not _holds(key, value):
                    return _sentence(key, wanted)
                stack.extend(_objects(key, value))
    return ""


def _sentence(key: str, wanted: type) -> str:
    return f'what stands under "{key}" is no {_CALLED[wanted]}.'


def _is_number(value: Value) -> bool:
    return type(value) in _NUMERIC and 0 <= value < _LARGEST


def _is_negative_cost(key: str, value: Value) -> bool:
    return key in ("Startup Cost", "Total Cost") and type(value) in _NUMERIC and 0 <= -value < _LARGEST


def _holds(key: str, value: Value) -> bool:
    """Whether what is in a list or an object is of the right kind."""
    if key in keys.OBJECT_LISTS:
        return all(type(each) is dict for each in value)
    if key in keys.LISTS or key == "Settings":
        return all(type(each) is str for each in (value if type(value) is list else value.values()))
    timing = value.get("Timing", {})
    parts = timing.values() if type(timing) is dict else (None,)
    return all(_is_number(one) for part in parts for one in (part.values() if type(part) is dict else (part,)))


def _objects(key: str, value: Value) -> Iterator[Mapping[str, Value]]:
    """The objects inside a value, whose keys are to be checked, too."""
    if key in keys.OBJECT_LISTS:
        yield from value
    elif key in keys.OBJECTS and key != "Settings":
        yield value
