"""`plans` as text: nothing is cut, nothing is obeyed by a terminal, and what changed is marked."""

from __future__ import annotations

from dataclasses import replace

from pgwright.base.finding import Evidence, Finding, Severity
from pgwright.diagnose.history.compare import compare
from pgwright.render.layout import width
from pgwright.render.plans_annotations import annotated
from pgwright.render.plans_text import diff_text, gate_text, saved_text
from tests.diagnose.history.made import node, query, ran, scan

from .plans import BASELINE, COMPARISONS, GATE


def test_a_query_before_and_after() -> None:
    shown = diff_text(COMPARISONS, columns=90)
    assert shown.startswith("by region: the plan has another structure\n                before  after\n")
    assert "  blocks            42    821  ×20\n" in shown
    assert "  milliseconds    1.25     40  ×32\n" in shown
    assert "\n  Limit\n+   Sort\n" in shown
    assert "\n~     Nested Loop → Hash Join\n" in shown
    assert "\n~       Index Scan using orders_at on public.orders → Seq Scan on public.orders\n" in shown
    assert "\n            12 → 812 blocks, " in shown
    assert "\n+       Hash\n" in shown
    assert (
        "\nworse:\n  Seq Scan on public.orders touches 812 blocks, where Index Scan using orders_at on\n"
        "  public.orders touched 12.\n"
    ) in shown
    assert "\nbetter:\n" in shown
    assert "\nas before: same\n\nnew: new\n\ngone: gone\n\n4 queries, 1 with a plan of another structure\n" in shown


def test_the_gate_says_where_and_counts() -> None:
    shown = gate_text(GATE)
    assert shown.startswith("danger: query_failed on broken\n  canceled\n")
    assert "\ndanger: touches_more_blocks on by region\n  at: q.sql:3\n  42 → 821 blocks touched (×19.5).\n" in shown
    assert "\n2 dangers, 2 notices\n" in shown
    assert shown.endswith("\n5 queries, 1 as in the baseline\n")


def test_lines_fit_and_control_characters_are_shown() -> None:
    deep = scan("Seq Scan", "a\x1b[2J", 3, Filter="(x = '\x1b]0;')")
    for _ in range(60):
        deep = node("Sort", deep, **ran(3))
    turned = compare([query(deep)], [query(node("Limit", deep, **ran(3)))])
    for text in (diff_text([*COMPARISONS, *turned]), gate_text(GATE), saved_text(BASELINE)):
        assert "\x1b" not in text
        assert max(width(line) for line in text.splitlines()) <= 80


def test_a_condition_that_changed_is_shown() -> None:
    before, after = (query(scan("Seq Scan", "a", 3, Filter=f"(a.x {how} 5)")) for how in ("=", "<"))
    shown = diff_text(compare([before], [after]))
    assert "~ Seq Scan on public.a\n      Filter: (a.x = 5) → (a.x < 5)\n" in shown


def test_what_is_gone_stands_below_its_parent() -> None:
    below = scan("Seq Scan", "a", 3)
    before = node("Limit", node("Materialize", below, **ran(3)), **ran(3))
    shown = diff_text(compare([query(before)], [query(node("Limit", below, **ran(3)))]))
    assert "\n  Limit\n-   Materialize\n" in shown
    assert "\n    Seq Scan on public.a\n" in shown


def test_annotations_cannot_be_broken_out_of() -> None:
    finding = Finding(
        kind="history", name="x", object="a,b::c\n::error::d", severity=Severity.WARNING, location="f,1.sql:7",
        evidence=Evidence(text="100%\r\n::set-output::x"), why="y",
    )  # fmt: skip
    assert annotated([finding, replace(finding, location="", object="", severity=Severity.DANGER)]) == (
        "::warning file=f%2C1.sql,line=7,title=x a%2Cb%3A%3Ac%0A%3A%3Aerror%3A%3Ad::100%25%0D%0A::set-output::x y\n"
        "::error title=x::100%25%0D%0A::set-output::x y"
    )
