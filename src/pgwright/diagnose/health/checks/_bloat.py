"""What the checks of bloat share: from which waste on they speak, what they say, and which suspects may be
measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ....base.finding import Severity
from ....sql.quote import ident
from ._amounts import percent, size
from ._check import Found, Hidden, Threshold
from ._seen import Row, Seen, Server

THRESHOLDS = {
    "bytes": Threshold(default=100 * 1024.0**2, unit="B", about="that would be free"),
    "share": Threshold(default=50, unit="%", about="of the size that would be free"),
    "measure": Threshold(default=2 * 1024.0**3, unit="B", about="the largest that is read to measure it (pgstattuple)"),
}
MOST = 5
"""Suspects that are measured: each is read."""
EXTENSION = "pgstattuple"


@dataclass(frozen=True, kw_only=True)
class Bloat:
    """A relation with its waste in bytes, measured or estimated."""

    row: Row
    bytes: float
    waste: float
    measured: bool


def suspects(seen: Seen) -> Mapping[str, Any] | None:
    """The largest suspects that may be measured, for the second query."""
    if EXTENSION not in seen.server.extensions or not (seen.server.superuser or seen.server.scans_tables):
        return None
    found = [each for each in bloated(seen, ()) if each.bytes <= seen.thresholds["measure"]]
    found.sort(key=lambda each: -each.waste)
    return {"oids": [each.row["oid"] for each in found[:MOST]]} if found else None


def bloated(seen: Seen, measured: Sequence[Row]) -> list[Bloat]:
    """All that waste more than the thresholds, the most wasteful first."""
    exact = {row["oid"]: row for row in measured}
    found = []
    for row in seen.rows:
        if not row["seen"] or row["needed"] is None:
            continue
        known = exact.get(row["oid"])
        bytes_ = known["bytes"] if known is not None else row["bytes"]
        waste = known["waste"] if known is not None else row["bytes"] - row["needed"]
        if waste >= seen.thresholds["bytes"] and 100 * waste >= seen.thresholds["share"] * bytes_:
            found.append(Bloat(row=row, bytes=bytes_, waste=waste, measured=known is not None))
    return sorted(found, key=lambda each: (-each.waste, each.row["schema"], each.row["name"]))


def found(bloat: Bloat, *, state: str, why: str, cure: str, disproof: str) -> Found:
    """The finding: `state` says in which state the waste is, `disproof` what would show that the estimate is wrong."""
    row = bloat.row
    known = "Measured" if bloat.measured else "Estimated"
    share = percent(bloat.waste, bloat.bytes)
    return Found(
        object=f"{row['schema']}.{row['name']}",
        severity=Severity.WARNING,
        seen=f"{known}: {size(bloat.waste)} of {size(bloat.bytes)} {state} ({share}).",
        why=why,
        cure=cure,
        fields={"bytes": bloat.bytes, "waste": bloat.waste, "rows": row["rows"]},
        estimated=not bloat.measured,
        disproof="" if bloat.measured else disproof,
    )


def rewritten(table: str) -> str:
    """The cure of a table of this name, which is quoted."""
    return (
        f"VACUUM (ANALYZE) {table};\n"
        "-- the room is used again; to shrink the file: VACUUM FULL, which locks everybody out, or pg_repack"
    )


def hidden(seen: Seen, what: str) -> list[Hidden]:
    """That the statistics of some could not be seen."""
    count = sum(not row["seen"] for row in seen.rows)
    if not count:
        return []
    grant = "" if _sees(seen.server) else f"GRANT pg_read_all_data TO {ident(seen.server.role)};"
    reason = f"Of {count:,} large {what} there are no statistics" + (" that the role may see." if grant else ".")
    return [Hidden(what=reason, grant=grant)]


def _sees(server: Server) -> bool:
    return server.superuser or server.reads_all_data
