"""A sequence or an integer key comes to the end of its range: then every INSERT fails.

## What it is

The last value of each sequence against the nearer end of its range, be that its own or the one of the column that it
feeds (identity, serial, or a DEFAULT that somebody wrote), upwards or downwards. Integer columns that refer to such a
key and are narrower than it. Integer primary keys that no sequence feeds, by the largest value in their statistics.

## Why it is dangerous

`nextval: reached maximum value of sequence`, or `integer out of range`: nothing can be inserted any more, and a table
of two billion rows is not rewritten in an hour.

## When it speaks

By time, where two looks tell the rate: as a warning below `days` (180), as a danger below 30. By what is used, where
they do not: as a warning from `used` percent (70), as a danger from 90. What is above that and has ten years left, is
a notice.

## Cure

`ALTER COLUMN … TYPE bigint`: pgwright fills a second column beside the first and exchanges them, while everything
keeps running. The columns that refer to it are widened too.

## Versions

14 to 18.

## Example

    ERROR:  nextval: reached maximum value of sequence "commandes_id_seq" (2147483647)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ....base.finding import Severity
from ....sql.quote import ident, qualified
from ._amounts import percent, span
from ._check import Counting, Found, Hidden, Said, Threshold
from ._seen import Row, Seen

COUNTING = Counting(key=("kind", "oid", "column"), columns=("last",), reset=False, needed=False)
THRESHOLDS = {
    "days": Threshold(default=180, unit="d", about="until the end is reached"),
    "used": Threshold(default=70, unit="%", about="of the range that is used up, where no rate is known"),
}
DANGER_DAYS, DANGER_USED, FAR_DAYS = 30.0, 90.0, 3650.0
LEAST_WINDOW = 0.0005
"""The time between two looks against the time that is projected from it: three hours tell about 250 days, ten seconds
tell of six hours. A shorter one tells a rate that is said and not relied on. A whole day is always enough."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """A key on its way: `used` percent, and `days` to the end (None: unknown), which `relied` says may be judged by."""

    used: float
    days: float | None
    relied: bool


def look(seen: Seen) -> Iterator[Said]:
    """Each key that comes to its end."""
    for row in seen.rows:
        if row["kind"] == "hidden":
            yield _hidden(seen, row)
            continue
        if row["limit"] is not None:
            yield from _own(seen, row)
        for schema, table, column, kind, most in row["children"] or ():
            if row["limit"] is None or most < row["limit"]:
                yield from _child(seen, row, (schema, table, column, kind), most)


def _own(seen: Seen, row: Row) -> Iterator[Found]:
    course = _course(seen, row, float(row["limit"]))
    severity = _severity(seen, course)
    if severity is not None:
        fed = f"{row['table_schema']}.{row['table']}.{row['column']}" if row["table"] else ""
        yield Found(
            object=fed or f"{row['schema']}.{row['name']}",
            severity=severity,
            seen=_seen(seen, row, course, float(row["limit"])),
            why="At the end of the range every INSERT fails.",
            cure=_cure(row),
            fields=_fields(row, course, float(row["limit"])),
            estimated=row["kind"] == "column",
        )


def _child(seen: Seen, row: Row, column: tuple[str, str, str, str], most: float) -> Iterator[Found]:
    """A column that refers to the key and is narrower than it."""
    course = _course(seen, row, float(most))
    severity = _severity(seen, course)
    if severity is not None:
        schema, table, name, kind = column
        yield Found(
            object=f"{schema}.{table}.{name}",
            severity=severity,
            seen=f"It is {kind} and refers to {row['table_schema']}.{row['table']}.{row['column']}. "
            + _seen(seen, row, course, float(most)),
            why="A row that refers to a larger key cannot be inserted.",
            cure=_widened(schema, table, name),
            fields=_fields(row, course, float(most)),
        )


def _course(seen: Seen, row: Row, limit: float) -> Course:
    last, start = float(row["last"]), float(row["start"])
    used = 100 * (last - start) / (limit - start) if limit != start else 100.0
    moved = seen.moved(row, "last")
    step = None if moved is None else float(moved) if row["rises"] else -float(moved)
    if step is None or step <= 0 or not seen.seconds:
        return Course(used=min(used, 100.0), days=None, relied=False)
    days = max(abs(limit - last), 0.0) / (step / seen.seconds) / 86400
    return Course(used=min(used, 100.0), days=days, relied=seen.seconds >= min(LEAST_WINDOW * days, 1.0) * 86400)


def _severity(seen: Seen, course: Course) -> Severity | None:
    if course.relied and course.days is not None:
        if course.days < seen.thresholds["days"]:
            return Severity.DANGER if course.days < DANGER_DAYS else Severity.WARNING
        if course.used >= seen.thresholds["used"] and course.days >= FAR_DAYS:
            return Severity.NOTICE
    if course.used < seen.thresholds["used"]:
        return None
    return Severity.DANGER if course.used >= DANGER_USED else Severity.WARNING


def _seen(seen: Seen, row: Row, course: Course, limit: float) -> str:
    what = "The largest value in its statistics is" if row["kind"] == "column" else "The last value was"
    rate = ""
    if course.days is not None:
        rate = f" At the rate of the last {span(seen.seconds)} it ends in {span(course.days * 86400)}."
    return f"{what} {float(row['last']):,.0f} of {limit:,.0f}: {percent(course.used, 100)} is used.{rate}"


def _fields(row: Row, course: Course, limit: float) -> dict[str, object]:
    days = None if course.days is None else round(course.days, 1)
    return {"last": int(row["last"]), "limit": int(limit), "used_percent": round(course.used, 2), "days": days}


def _cure(row: Row) -> str:
    """What makes the range larger; where nothing is larger, a new key."""
    lines = []
    if row["type"] in ("smallint", "integer"):
        for schema, table, column, _, most in row["children"] or ():
            if most <= row["limit"]:
                lines.append(_widened(schema, table, column))
        lines.append(_widened(row["table_schema"], row["table"], row["column"]))
    if row["kind"] == "sequence" and not (row["identity"] and row["type"] in ("smallint", "integer")):
        lines += _sequence(row)
    return "\n".join(lines)


def _sequence(row: Row) -> list[str]:
    """The sequence made as wide as bigint, where it is narrower."""
    name = qualified(row["schema"], row["name"])
    end = "MAXVALUE" if row["rises"] else "MINVALUE"
    if row["sequence_type"] != "bigint":
        return [f"ALTER SEQUENCE {name} AS bigint NO {end};"]
    widest = 2**63 - 1 if row["rises"] else -(2**63)
    # The limit is the column's where the sequence itself goes further.
    return [f"ALTER SEQUENCE {name} NO {end};"] if row["limit"] != widest and row["type"] in (None, "bigint") else []


def _widened(schema: str, table: str, column: str) -> str:
    return f"ALTER TABLE {qualified(schema, table)} ALTER COLUMN {ident(column)} TYPE bigint;"


def _hidden(seen: Seen, row: Row) -> Hidden:
    role = ident(seen.server.role)
    grants = [f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA {ident(schema)} TO {role};" for schema in row["schemas"]]
    return Hidden(what=f"{seen.server.role} may not read {row['hidden']:,} sequences.", grant="\n".join(grants))
