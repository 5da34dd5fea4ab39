"""What the two kinds of wraparound share: the limits of 14 and newer, and how far it is to them.

Seen on 14 to 18 (`SetTransactionIdLimit`, `SetMultiXactIdLimit`): ids are compared in a circle of 2^32, so half of it
can be used; 40 million before that the server warns, 3 million before it gives out no more. VACUUM leaves everything
else aside (failsafe) from `vacuum_failsafe_age`, 1.6 billion.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ....base.finding import Severity
from ....sql.quote import qualified
from ._amounts import percent, span
from ._check import Found, Said, Value
from ._seen import Row, Seen

LIMIT = 2**31 - 3_000_000
"""The age at which the server gives out no more ids."""
FAILSAFE = 1_600_000_000
LATE = 1.5
"""Times the age at which VACUUM must freeze: it had half as long again, and did not come through."""
DAYS = 30.0
DAYS_DANGER = 7.0


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One of the two: `ids` is what runs out, `metric` the name of its chart."""

    ids: str
    metric: str


def look(seen: Seen, kind: Kind) -> Iterator[Said]:
    """Each database whose ids are old, and of this one the tables that make it so."""
    server = next(row for row in seen.rows if row["kind"] == "server")
    grown = seen.grown(server, "next")
    rate = None if grown is None or not seen.seconds else grown / seen.seconds
    if rate is not None:
        yield Value(name=f"{kind.metric}_per_second", help=f"{kind.ids.capitalize()} given out.", value=rate)
    for row in seen.rows:
        if row["kind"] == "database":
            yield Value(name=f"{kind.metric}_age", help=f"Age of the oldest {kind.ids[:-1]}, in {kind.ids}.",
                        value=row["age"], labels=(("of", row["name"]),))  # fmt: skip
        # A table can only lower the age of the server.
        severity = _severity(row["age"], min(row["freeze"] or server["freeze"], server["freeze"]), rate)
        if row["kind"] != "server" and severity is not None:
            yield _found(seen, kind, row, severity, rate)


def _days(age: float, rate: float | None) -> float | None:
    return (LIMIT - age) / rate / 86400 if rate else None


def _severity(age: float, freeze: float, rate: float | None) -> Severity | None:
    """How bad an age is, where `freeze` is the one at which VACUUM must freeze; None: it is not."""
    days = _days(age, rate)
    overdue = age >= freeze
    if age >= FAILSAFE or (overdue and days is not None and days < DAYS_DANGER):
        return Severity.DANGER
    if age >= LATE * freeze or (overdue and days is not None and days < DAYS):
        return Severity.WARNING
    return None


def _found(seen: Seen, kind: Kind, row: Row, severity: Severity, rate: float | None) -> Found:
    days = _days(row["age"], rate)
    when = ""
    if days is not None:
        when = f" At the rate of the last {span(seen.seconds)} the server stops in {span(days * 86400)}."
    part = " in its TOAST table" if row["part"] else ""
    return Found(
        object=row["name"] if row["kind"] == "database" else f"{row['schema']}.{row['name']}",
        severity=severity,
        seen=f"Its oldest {kind.ids[:-1]}{part} is {row['age']:,} old, {percent(row['age'], LIMIT)} of what there is."
        + when,
        why=f"When they are used up, the server takes no more writes. VACUUM should have freed old {kind.ids} and did "
        "not: it is too slow, it is off, or something holds it back (xmin_held_back).",
        cure=_cure(seen, row),
        fields={"age": row["age"], "limit": LIMIT} | ({} if days is None else {"days": round(days, 1)}),
    )


def _cure(seen: Seen, row: Row) -> str:
    if row["kind"] == "table":
        return f"VACUUM (FREEZE, VERBOSE) {qualified(row['schema'], row['name'])};"
    here = row["name"] == seen.server.database
    return "VACUUM (FREEZE);" if here else "-- in that database:\nVACUUM (FREEZE);"
