"""Each of the 212 measured statements, as plain SQL on one database and by pgwright on another: both end alike, or the
plan has said what differs. Where plain SQL fails, nothing is started. Rollback leads back to what was there, or the
plan has said that it does not.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pgwright.base.errors import Refused, StepFailed
from tests.support.databases import Database
from tests.support.fidelity import Picture, Trial, plainly
from tests.support.fidelity_statements import (
    CORE,
    DIFFERENT,
    LATE,
    MAY_BE_REFUSED,
    MOVED,
    NO_WAY_BACK,
    REFUSED,
    SCENE,
    STATEMENTS,
    Measured,
)
from tests.support.lifecycle import leftovers

CASES = {
    core: pytest.mark.parametrize(
        "case", [pytest.param(case, id=case.id) for case in STATEMENTS if (case.label in CORE) is core]
    )
    for core in (True, False)
}
Make = Callable[[str], Database]


def test_there_are_212() -> None:
    assert len(STATEMENTS) == len({case.id for case in STATEMENTS}) == 212


@pytest.mark.majors("all")
@CASES[True]
def test_of_each_kind(case: Measured, make_database: Make, tmp_path: Path) -> None:
    compare(case, make_database, tmp_path)


@pytest.mark.long
@pytest.mark.majors("all")
@CASES[False]
def test_all_others(case: Measured, make_database: Make, tmp_path: Path) -> None:
    compare(case, make_database, tmp_path)


def compare(case: Measured, make_database: Make, folder: Path) -> None:
    """Plain SQL, pgwright to the end, and pgwright there and back, on a database each."""
    plain, forth, back = (make_database(SCENE) for _ in range(3))
    for each in (plain, forth, back):
        case.prepare(each)
    before = Picture.of(forth)
    error = plainly(plain, case.sql)
    trial = Trial(database=forth, folder=folder)
    trial.prepare(case.migration)
    if trial.refusal is None and error is not None:
        fails_late(case, trial, before)
        return
    if trial.refusal is None:
        trial.expand()
    if trial.refusal is not None:
        refused(case, trial, before, error)
        return
    trial.finish()
    same_end(case, trial, Picture.of(plain, without=case.without))
    there_and_back(Trial(database=back, folder=folder), case, before)


def refused(case: Measured, trial: Trial, before: Picture, error: psycopg.Error | None) -> None:
    """Said with a reason and a way out, before anything was changed."""
    assert trial.refusal is not None
    assert not trial.started
    assert before.differences(Picture.of(trial.database)) == []
    assert trial.refusal.hint or (isinstance(trial.refusal, Refused) and trial.refusal.reasons)
    if error is None and case.label not in MAY_BE_REFUSED:
        assert REFUSED.get(case.label, "nothing of it") in str(trial.refusal)


def fails_late(case: Measured, trial: Trial, before: Picture) -> None:
    """What only PostgreSQL can refuse, when it runs: it is told, and rollback leaves nothing of it."""
    assert case.label in LATE
    assert "raw_sql" in trial.allow
    with pytest.raises(StepFailed):
        trial.expand()
    trial.rollback()
    assert before.differences(Picture.of(trial.database)) == []


def same_end(case: Measured, trial: Trial, wanted: Picture) -> None:
    """Schema, rows and sequences are those of plain SQL; another form, or a column that stands elsewhere, was
    announced."""
    found = Picture.of(trial.database, without=case.without)
    assert trial.state == "done"
    if case.label in DIFFERENT:
        assert DIFFERENT[case.label] in trial.said
        assert (wanted.rows, wanted.sequences, wanted.invalid) == (found.rows, found.sequences, found.invalid)
        assert wanted.schema != found.schema
        return
    assert wanted.differences(found) == []
    assert leftovers(trial.database) == []
    assert wanted.ordered == found.ordered or MOVED in trial.said


def there_and_back(trial: Trial, case: Measured, before: Picture) -> None:
    """Expanded and rolled back, and again from the grace period after contract."""
    trial.prepare(case.migration)
    trial.expand()
    trial.rollback()
    undone(trial, before)
    if Picture.of(trial.database) != before:
        return
    trial.expand()
    trial.retire()
    assert trial.state == "retiring"
    trial.rollback()
    undone(trial, before)


def undone(trial: Trial, before: Picture) -> None:
    """All is as it was, or the plan has said that something stays."""
    after = Picture.of(trial.database)
    assert trial.state == "rolled back"
    assert leftovers(trial.database) == []
    assert before == after or NO_WAY_BACK.search(trial.said), before.differences(after)
