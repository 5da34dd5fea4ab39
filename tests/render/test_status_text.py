from __future__ import annotations

from dataclasses import replace

import pytest

from pgwright.render.layout import width
from pgwright.render.report import MigrationStatus, RunnerStatus, Status, UnitReport
from pgwright.render.status_text import next_command, report_text, status_text

from .examples import STATUS


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_it_fits(columns: int) -> None:
    assert max(width(line) for line in status_text(STATUS, columns=columns).splitlines()) <= columns


def test_it_tells_everything() -> None:
    text = status_text(STATUS, columns=120)
    assert "expanding  0002_full_name" in text
    assert 'error: step 3: invalid input syntax for type numeric: "x"' in text
    assert "the file was edited after this migration was started" in text
    assert "A runner is at work: pid 4711 on build-7, last sign of life 0.4 s ago." in text
    assert "Backfill of public.utilisateurs: 25 %, 500 of 2,000 blocks, 50,000 rows filled" in text
    assert "1,234 rows/s, about 1 min 35 s left." in text
    assert "Paused by eva on build-7 since 2026-11-22 09:06:00+00:00: month end." in text
    assert "pgwright resume" in text
    assert "The throttle holds the backfill since 2026-11-22 09:07:00+00:00: standby s1 is 12.3 s behind" in text
    assert "warning: A user trigger of public.utilisateurs changed since expand." in text
    assert text.rstrip().endswith("pgwright expand goes on where it stopped, pgwright rollback undoes it.")


def test_a_dead_runner_is_told_from_a_living_one() -> None:
    dead = RunnerStatus(host="h", pid=1, epoch=1, heartbeat_age=75, alive=False)
    assert "gave no sign of life for 1 min 15 s" in status_text(replace(STATUS, running=dead), columns=120)


def test_an_empty_table_is_done() -> None:
    backfill = replace(STATUS.backfills[0], blocks_done=0, blocks_total=0, rows=0)
    assert "100 %, 0 of 0 blocks, 0 rows filled" in status_text(replace(STATUS, backfills=(backfill,)), columns=120)


def test_no_migrations() -> None:
    assert status_text(Status(migrations=())) == "No migrations. pgwright new NAME makes the first one.\n"


def test_the_next_command_is_for_what_is_under_way() -> None:
    pending, expanded = MigrationStatus(name="b", state="pending"), MigrationStatus(name="a", state="expanded")
    assert "contract" in next_command([pending, expanded])
    assert next_command([MigrationStatus(name="a", state="done")]) == ""


def test_a_report() -> None:
    report = UnitReport(migrations=(MigrationStatus(name="0002_full_name", state="expanded", unit=2),))
    assert report_text(report).startswith("expanded  0002_full_name  (unit 2)\n\nBoth versions")
    assert report_text(UnitReport(migrations=())) == "Nothing to do.\n"
