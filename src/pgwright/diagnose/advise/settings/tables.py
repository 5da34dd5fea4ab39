"""Autovacuum table by table: which large tables hold more dead rows than they should, and what keeps them below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ....base.finding import Evidence, Finding, Severity
from ....sql.quote import qualified
from ...autovacuum import Course, Rates, Relation, Snapshot, Target, course, pace, target

LARGE = 64 * 1024**2
"""Bytes below which dead rows cost nothing worth a setting: such a table is vacuumed in a second."""
FAST = 2000
"""The cost limit of a table of its own: ten times the default, at most 360 MB/s read and changed with the default
delay."""
LONG = 3600
"""Seconds of counting below which a rate says nothing."""


@dataclass(frozen=True, kw_only=True)
class TableAdvice:
    """What is said about one table, or its TOAST table: the course as it is (`now`) and with the `options` that are
    proposed (`then`; None where no setting of the table helps, which `reason` explains)."""

    relation: Relation
    table: str
    dead_per_second: float
    now: Course
    then: Course | None
    options: tuple[tuple[str, str], ...]
    sql: str
    reason: str

    @property
    def finding(self) -> Finding:
        """The same as a finding."""
        return Finding(
            kind="settings",
            name="autovacuum_of_a_table",
            object=self.table + (" (its TOAST table)" if self.relation.toast else ""),
            severity=Severity.WARNING,
            evidence=Evidence(text=self._seen, fields={"dead_per_second": round(self.dead_per_second, 3)}),
            why=self.reason,
            cure_sql=self.sql,
        )

    @property
    def _seen(self) -> str:
        speed = f"{self.dead_per_second:,.2f} rows die per second"
        if self.now.vacuum_every is None or self.now.dead_share is None:
            return f"{speed}, and autovacuum is off: they stay."
        most, share = f"{self.now.dead_most:,.0f}", f"{self.now.dead_share:.0%}"
        return (
            f"{speed}: autovacuum comes every {spelled(self.now.vacuum_every)}, and {most} ({share}) are dead by then."
        )


def advise(snapshot: Snapshot, share: float) -> Iterator[TableAdvice | None]:
    """What is said about each large table, None for one that keeps below `share` (0 to 1) of dead rows already."""
    for relation in snapshot.relations.values():
        if relation.bytes < LARGE or relation.rows <= 0:
            continue
        yield _table(snapshot, relation, share)


def told_by_rates(snapshot: Snapshot) -> str:
    """Why nothing can be said; "" where it can."""
    if snapshot.standby:
        return "This server is a standby: what dies is counted on the primary, so nothing is said about autovacuum."
    if snapshot.statistics_age < LONG:
        minutes = snapshot.statistics_age / 60
        return f"Counting began {minutes:.0f} minutes ago; from an hour on autovacuum is looked at table by table."
    return ""


def _table(snapshot: Snapshot, relation: Relation, share: float) -> TableAdvice | None:
    rates = _rates(relation, snapshot.statistics_age)
    now = course(relation, rates, naptime=snapshot.naptime, duration=pace(snapshot, relation).seconds)
    if not rates.dead or (now.dead_share is not None and now.dead_share <= share):
        return None
    wanted, then = _wanted(snapshot, relation, rates, share)
    options = wanted.options if then is not None else ()
    table = _owner(snapshot, relation)
    return TableAdvice(
        relation=relation,
        table=table.full_name,
        dead_per_second=rates.dead,
        now=now,
        then=then,
        options=options,
        sql=_sql(table, relation, options) if options else "",
        reason=_reason(then, share) if then is not None else wanted.reason,
    )


def _wanted(snapshot: Snapshot, relation: Relation, rates: Rates, share: float) -> tuple[Target, Course | None]:
    """The settings that keep the share, and the course that they give. Where rows die too fast for a vacuum of the
    common pace, one of its own is tried as well."""
    fast = replace(relation, rules=replace(relation.rules, cost_limit=FAST, balanced=False))
    wanted = Target(rules=None)
    for each, more in ((relation, ()), (fast, (("autovacuum_vacuum_cost_limit", str(FAST)),))):
        duration = pace(snapshot, each).seconds
        found = target(each, rates, share=share, naptime=snapshot.naptime, duration=duration)
        if found.rules is not None:
            found = replace(found, options=(*found.options, *more))
            return found, course(each, rates, naptime=snapshot.naptime, duration=duration, rules=found.rules)
        wanted = wanted if wanted.reason else found
    return wanted, None


def _reason(then: Course, share: float) -> str:
    assert then.vacuum_every is not None and then.dead_most is not None  # noqa: PT018
    return (
        f"With that it comes every {spelled(then.vacuum_every)}, and at most {then.dead_most:,.0f} rows are dead, "
        f"which is {share:.0%} of the table or less, if it goes on like that."
    )


def _rates(relation: Relation, seconds: float) -> Rates:
    """The average since the statistics began."""
    dead = relation.total_updated + relation.total_deleted
    return Rates(
        dead=dead / seconds,
        inserted=relation.total_inserted / seconds,
        modified=(dead + relation.total_inserted) / seconds,
    )


def _owner(snapshot: Snapshot, relation: Relation) -> Relation:
    """The table itself, or that whose TOAST table it is."""
    return relation if relation.toast_of is None else snapshot.relations[relation.toast_of]


def _sql(table: Relation, relation: Relation, options: tuple[tuple[str, str], ...]) -> str:
    prefix = "toast." if relation.toast else ""
    settings = ", ".join(f"{prefix}{name} = {value}" for name, value in options)
    return f"ALTER TABLE {qualified(table.schema, table.name)} SET ({settings});"


def spelled(seconds: float) -> str:
    """A span of time in one unit or two: `40 s`, `12 min`, `3 h`, `9 days`."""
    for size, name in ((86_400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {name}"
    return f"{seconds:,.0f} s"
