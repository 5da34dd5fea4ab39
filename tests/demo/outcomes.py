"""Outcomes of a demonstration that no test has to play."""

from __future__ import annotations

from pgwright.demo.act_pgwright import PgwrightOutcome
from pgwright.demo.act_plain import PlainOutcome
from pgwright.demo.measure import Failure, Summary
from pgwright.demo.story import Outcome

REFUSED = Failure(what="read_user", sqlstate="42703", message='column "nom" does not exist')


def outcome(*, failed: int = 0, lost: int = 0, rate: float | None = 51234.6) -> Outcome:
    """Both acts; `failed` and `lost` are pgwright's."""
    plain = Summary(
        statements=7437,
        failed=1655,
        p50_ms=0.336,
        p99_ms=1.134,
        longest_stall_ms=3002.695,
        stall_phase="waiting",
        calm_stall_ms=2.5,
        reasons=((REFUSED, 1655),),
    )
    reasons = ((REFUSED, failed),) if failed else ()
    good = Summary(
        statements=31165,
        failed=failed,
        p50_ms=0.4,
        p99_ms=4.567,
        longest_stall_ms=41.23,
        stall_phase="second expand",
        calm_stall_ms=12.34,
        reasons=reasons,
    )
    pgwright = PgwrightOutcome(
        summary=good, rows_lost=lost, backfill_rows_per_second=rate, resumed_after_kill=True, rolled_back_once=True
    )
    return Outcome(rows=200_000, plain=PlainOutcome(summary=plain, rows_lost=0), pgwright=pgwright, seconds=44.6)
