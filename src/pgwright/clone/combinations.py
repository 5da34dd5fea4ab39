"""How pg_ndistinct and pg_dependencies look as bytes: columns stand in them by number, and numbers differ.

A column that was dropped leaves a gap in the numbers of the source that a dump does not keep. The layouts are those of
statistics.h, the same from 14 to 18; expressions have negative numbers, which mean their order.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping

_HEAD = struct.Struct("=III")  # magic, type, number of items
_N_DISTINCT = struct.Struct("=di")  # how many combinations, of how many columns
_DEPENDENCY = struct.Struct("=dh")  # degree, of how many columns; the last one depends on the others


def n_distinct(data: bytes, numbers: Mapping[int, int]) -> bytes:
    """`data` with the columns renumbered; ValueError where one has no number any more."""
    return _renumbered(data, _N_DISTINCT, numbers)


def dependencies(data: bytes, numbers: Mapping[int, int]) -> bytes:
    """`data` with the columns renumbered; ValueError where one has no number any more."""
    return _renumbered(data, _DEPENDENCY, numbers)


def recounted(data: bytes, numbers: Mapping[int, int], count: Callable[[tuple[int, ...]], float]) -> bytes:
    """`data`, a pg_ndistinct, with the columns renumbered, and with what `count` says of each combination of the old
    numbers."""
    return data[: _HEAD.size] + b"".join(_items(data, _N_DISTINCT, numbers, count))


def _renumbered(data: bytes, item: struct.Struct, numbers: Mapping[int, int]) -> bytes:
    return data[: _HEAD.size] + b"".join(_items(data, item, numbers))


def _items(
    data: bytes,
    item: struct.Struct,
    numbers: Mapping[int, int],
    count: Callable[[tuple[int, ...]], float] | None = None,
) -> Iterator[bytes]:
    _, _, items = _HEAD.unpack_from(data)
    at = _HEAD.size
    for _ in range(items):
        value, columns = item.unpack_from(data, at)
        form = struct.Struct(f"={columns}h")
        old = form.unpack_from(data, at + item.size)
        try:
            new = [number if number < 0 else numbers[number] for number in old]
        except KeyError as error:
            raise ValueError(f"column number {error.args[0]} is not known") from error
        yield item.pack(value if count is None else count(old), columns) + form.pack(*new)
        at += item.size + form.size
