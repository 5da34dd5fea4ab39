from __future__ import annotations

from dataclasses import replace

import pytest

from pgwright.evolve.plan.plan_file import Plan
from pgwright.evolve.steps.step import Phase
from pgwright.render.layout import Style, width
from pgwright.render.plan_text import plan_text

from .examples import HAZARD, LONGEST, PLAN


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_it_fits_and_shortens_nothing(columns: int) -> None:
    text = plan_text(PLAN, columns=columns)
    assert max(width(line) for line in text.splitlines()) <= columns
    assert squeezed(HAZARD) in squeezed(text)
    assert "1,234,567" in text


def test_locks_stand_with_what_they_block() -> None:
    text = " ".join(plan_text(PLAN, columns=120).split())
    assert "ACCESS EXCLUSIVE on public.utilisateurs blocks reads and writes" in text
    assert "scans: public.utilisateurs" in text
    assert "rewrites: public.utilisateurs" in text


def test_the_longest_names_are_whole() -> None:
    assert f"{LONGEST.schema}.{LONGEST.name}blocksnothing" in squeezed(plan_text(PLAN, columns=80))


def test_steps_stand_under_the_command_that_runs_them() -> None:
    text = plan_text(PLAN)
    order = [
        "pgwright expand: 2 steps, about 3 min 20 s",
        "pgwright contract: 1 step, about 10 ms",
        "if it is wanted before contract: 1 step",
    ]
    assert sorted(order, key=text.index) == order
    assert [line.split()[:2] for line in text.splitlines() if line.split()[:1] and line.split()[0].isdigit()] == [
        ["1", "expand"], ["2", "backfill"], ["3", "contract"], ["4", "rollback"],
    ]  # fmt: skip


def test_every_phase_has_a_command() -> None:
    for phase in Phase:
        step = replace(PLAN.steps[0], phase=phase, summary="only this")
        assert "only this" in plan_text(replace(PLAN, steps=(step,)))


def test_operations_say_where_how_and_why() -> None:
    text = plan_text(PLAN)
    assert "line 2, column 1: rename_column by copy" in text
    assert "why:    `up` changes the values" in text


def test_statements_and_undo_are_shown_when_asked_for() -> None:
    assert "ADD COLUMN nom_complet text" not in plan_text(PLAN)
    text = plan_text(PLAN, sql=True)
    assert "ALTER TABLE public.utilisateurs ADD COLUMN nom_complet text;\nSELECT 1;\n-- undo:\n--   ALTER TABLE" in text


def test_warnings_are_shown() -> None:
    assert "Warnings\n  - pg_stat_statements cannot be read" in plan_text(PLAN)


def test_an_empty_plan_says_so() -> None:
    assert plan_text(Plan(fingerprint="", migrations=(), steps=())) == "Nothing to do: no migration is pending.\n"


def test_a_hostile_summary_cannot_reach_the_terminal() -> None:
    step = replace(PLAN.steps[0], summary="x\x1b[2Jy", statements=("SELECT '\x1b[2J'",))
    text = plan_text(replace(PLAN, steps=(step,)), sql=True)
    assert "\x1b" not in text
    assert r"x\x1b[2Jy" in text


def test_emphasis_only_adds_escapes() -> None:
    import re

    styled = plan_text(PLAN, style=Style(on=True))
    assert "\x1b[" in styled
    assert re.sub("\x1b\\[[0-9]+m", "", styled) == plan_text(PLAN)
