"""Whether autovacuum runs, and how fast it may work, for the whole server; its rules table by table come apart."""

from __future__ import annotations

from collections.abc import Iterator

from .....base.finding import Severity
from ..judging import one_of, plain, whole, within
from ..situation import Advice, Situation, Standing


def advise(situation: Situation) -> Iterator[Advice]:
    """autovacuum, track_counts, autovacuum_naptime, …_max_workers, …_vacuum_cost_delay, …_vacuum_cost_limit."""
    for name, reason in (
        ("autovacuum", "without it dead rows stay, statistics get old, and freezing comes as an emergency"),
        ("track_counts", "without it autovacuum knows of no row that died"),
    ):
        yield one_of(situation, name, ("on",), reason=reason, severity=Severity.DANGER)
    yield within(
        situation, "autovacuum_naptime", 60, low=1, high=60, write=lambda value: f"{value:.0f}s",
        formula="1 minute, the default", reason="how often each database is looked at: nothing comes sooner",
        severity=Severity.WARNING,
    )  # fmt: skip
    yield within(
        situation, "autovacuum_max_workers", 3, low=3, high=16, write=whole, formula="3, the default",
        reason="a large table keeps one busy for hours; more share one cost limit, and are not faster together",
    )  # fmt: skip
    yield within(
        situation, "autovacuum_vacuum_cost_delay", 2, low=0, high=2, write=lambda value: f"{plain(value)}ms",
        formula="2 ms, the default", reason="the pause after so much work; 20 ms was made for disks of long ago",
        severity=Severity.WARNING,
    )  # fmt: skip
    yield _limit(situation)


def _limit(situation: Situation) -> Advice:
    """On a disk the default; what reads more at once may work faster."""
    setting = situation.settings["autovacuum_vacuum_cost_limit"]
    value = setting.amount if setting.amount > 0 else situation.amount("vacuum_cost_limit")
    points = situation.amount("vacuum_cost_page_miss") + situation.amount("vacuum_cost_page_dirty")
    delay = max(situation.amount("autovacuum_vacuum_cost_delay"), 0.001)
    rate = value / points * 8192 * 1000 / delay / 1024**2
    fine = value >= 200
    return Advice(
        setting=setting,
        standing=Standing.FINE if fine else Standing.CHANGE,
        proposed="" if fine else "200",
        formula=f"{value:.0f} points a pause: at most {rate:,.0f} MB/s read and changed, by all workers together",
        reason="tables that need more get a limit of their own, which they do not share",
        severity=Severity.WARNING,
    )
