from __future__ import annotations

from dataclasses import replace

from pgwright.render.advise_statistics_text import advise_statistics_text

from .advice import STATISTICS


def test_sets_that_nobody_has_measured_are_named() -> None:
    assert (
        advise_statistics_text(STATISTICS)
        == """\
notice: stale_statistics on public.t
  Old.

1 notice

Compared together, and not measured: --sample reads some pages of each table
  public.t (a, b\\x1b): compared and grouped by in 2 statements

Note: n
"""
    )


def test_after_sampling_only_findings_count() -> None:
    text = advise_statistics_text(replace(STATISTICS, sampled=True, findings=(), notes=()))
    assert text == "Statistics are as they should be, as far as was looked.\n"
