"""Lines that hold several values, as `Buffers: shared hit=3 read=1` and `Sort Method: quicksort  Memory: 25kB`.

Each function takes what stands behind the first colon and puts it under the keys of JSON. What is not understood raises
ValueError, KeyError or IndexError, which the reader turns into an error of the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ...model import Value
from .expressions import split

Properties = dict[str, Value]

_BLOCKS = {
    f"{kind}{name}": f"{kind.title()} {name.title()} Blocks"
    for kind in ("shared", "local", "temp")
    for name in ("hit", "read", "dirtied", "written")
}
_IO = {"": "I/O", "shared/local": "I/O", "shared": "Shared I/O", "local": "Local I/O", "temp": "Temp I/O"}
"""By what the server writes: nothing up to 14, `shared` (`shared/local` in early 15) for both from 15 on, `shared` and
`local` apart from 17 on."""

_WAL = {"fpi": "WAL FPI", "fpi bytes": "WAL FPI Bytes"}
_EQUAL = re.compile(r"([a-z ]*[a-z])=(\d+)")
_HASH = re.compile(r"(\d+)(?: \(originally (\d+)\))?")
_SAMPLING = re.compile(r"(.+?) \((.*?)\)(?: REPEATABLE \((.*)\))?", re.DOTALL)


def kilobytes(text: str) -> int:
    """The number in `25kB`, or in `25 kB`."""
    if not text.endswith("kB"):
        raise ValueError(text)
    return int(text[:-2])


def buffers(found: Properties, text: str) -> None:
    """`shared hit=1 read=2, temp written=3`"""
    for group in text.split(", "):
        kind, *counts = group.split(" ")
        for each in counts:
            name, _, count = each.partition("=")
            found[_BLOCKS[kind + name]] = int(count)


def io_timings(found: Properties, text: str) -> None:
    """`read=1.5 write=0.1`, or the same for each kind of buffer."""
    for group in text.split(", "):
        first, *others = group.split(" ")
        kind, times = ("", [first, *others]) if "=" in first else (first, others)
        for each in times:
            name, _, time = each.partition("=")
            found[f"{_IO[kind]} {name.title()} Time"] = float(time)


def wal(found: Properties, text: str) -> None:
    """`records=3 fpi=1 bytes=8237`, from 18 on with `buffers full=2`."""
    for name, count in _EQUAL.findall(text):
        name = name.strip()
        found[_WAL.get(name) or f"WAL {name.title()}"] = int(count)


def sort_method(found: Properties, text: str) -> None:
    """`external merge  Disk: 6848kB`"""
    method, _, space = text.partition("  ")
    kind, _, used = space.partition(": ")
    found["Sort Method"] = method
    found["Sort Space Used"], found["Sort Space Type"] = kilobytes(used), kind


def sort_groups(key: str) -> Callable[[Properties, str], None]:
    """`5  Sort Methods: quicksort, top-N heapsort  Average Memory: 27kB  Peak Memory: 27kB`"""

    def groups(found: Properties, text: str) -> None:
        count, *parts = text.split("  ")
        group: Properties = {"Group Count": int(count)}
        for name, _, value in (part.partition(": ") for part in parts):
            if name in ("Sort Method", "Sort Methods"):
                group["Sort Methods Used"] = value.split(", ")
            else:
                which, kind = name.split(" ")
                space = group.setdefault(f"Sort Space {kind}", {})
                space[f"{which} Sort Space Used"] = kilobytes(value)
        found[key] = group

    return groups


def hash_table(found: Properties, text: str) -> None:
    """`1024 (originally 2048)  Batches: 4 (originally 1)  Memory Usage: 12kB`, of a Hash."""
    counts, batches, usage = text.split("  ")
    for key, part in (("Buckets", counts), ("Batches", batches.removeprefix("Batches: "))):
        match = _HASH.fullmatch(part)
        if match is None:
            raise ValueError(part)
        found[f"Hash {key}"] = int(match[1])
        found[f"Original Hash {key}"] = int(match[2] or match[1])
    found["Peak Memory Usage"] = kilobytes(usage.removeprefix("Memory Usage: "))


_PARTS: dict[str, tuple[str, Callable[[str], Value]]] = {
    "Planned Partitions": ("Planned Partitions", int),
    "Batches": ("HashAgg Batches", int),
    "HashAgg Batches": ("HashAgg Batches", int),
    "Memory Usage": ("Peak Memory Usage", kilobytes),
    "Peak Memory Usage": ("Peak Memory Usage", kilobytes),
    "Disk Usage": ("Disk Usage", kilobytes),
    "Hits": ("Cache Hits", int),
    "Misses": ("Cache Misses", int),
    "Evictions": ("Cache Evictions", int),
    "Overflows": ("Cache Overflows", int),
    "Storage": ("Storage", str),
    "Maximum Storage": ("Maximum Storage", kilobytes),
}


def several(first: str) -> Callable[[Properties, str], None]:
    """`Batches: 5  Memory Usage: 4145kB  Disk Usage: 728kB`, and what else has a colon in each part."""

    def parts(found: Properties, text: str) -> None:
        for part in f"{first}: {text}".split("  "):
            name, _, value = part.partition(": ")
            key, read = _PARTS[name]
            found[key] = read(value)

    return parts


def heap_blocks(found: Properties, text: str) -> None:
    """`exact=276 lossy=12`"""
    for name, count in _EQUAL.findall(text):
        found[f"{name.strip().title()} Heap Blocks"] = int(count)


def tuples(found: Properties, text: str) -> None:
    """`inserted=1 updated=2 deleted=3 skipped=4`, of a MERGE."""
    for name, count in _EQUAL.findall(text):
        found[f"Tuples {name.strip().title()}"] = int(count)


def sampling(found: Properties, text: str) -> None:
    """`bernoulli ('20'::real) REPEATABLE ('5'::double precision)`"""
    match = _SAMPLING.fullmatch(text)
    if match is None:
        raise ValueError(text)
    found["Sampling Method"], found["Sampling Parameters"] = match[1], split(match[2]) if match[2] else []
    if match[3] is not None:
        found["Repeatable Seed"] = match[3]


def names(key: str) -> Callable[[Properties, str], None]:
    """Names without quotation marks, where nothing tells a comma of a name from one between two."""

    def listed(found: Properties, text: str) -> None:
        found[key] = text.split(", ")

    return listed


def bare(key: str, unit: str) -> Callable[[Properties, str], None]:
    """A number that TEXT writes with a unit, and JSON without."""

    def counted(found: Properties, text: str) -> None:
        found[key] = int(text.removesuffix(unit))

    return counted


LINES: dict[str, Callable[[Properties, str], None]] = {
    "Buffers": buffers,
    "I/O Timings": io_timings,
    "WAL": wal,
    "Sort Method": sort_method,
    "Full-sort Groups": sort_groups("Full-sort Groups"),
    "Pre-sorted Groups": sort_groups("Pre-sorted Groups"),
    "Buckets": hash_table,
    **{key: several(key) for key in ("Planned Partitions", "Batches", "Peak Memory Usage", "Hits", "Storage")},
    "Disk Usage": several("Disk Usage"),
    "Heap Blocks": heap_blocks,
    "Tuples": tuples,
    "Sampling": sampling,
    "Conflict Arbiter Indexes": names("Conflict Arbiter Indexes"),
    "Foreign File Size": bare("Foreign File Size", " b"),
}
"""How to read what stands behind a key, where it is more than one value."""
