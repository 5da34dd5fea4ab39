"""ALTER COLUMN … TYPE of a million rows, of which one near the end cannot be changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import PgwrightError
from pgwright.base.event import BackfillProgress
from tests.support.changes import Change, Changing
from tests.support.databases import Database

SETUP = """CREATE TABLE t (id bigint PRIMARY KEY, a text NOT NULL);
INSERT INTO t SELECT i, CASE i WHEN 900001 THEN 'douze' ELSE i::text END FROM generate_series(1, 1000000) i;
"""
CHANGE = Change(name="late", setup=SETUP, migration="ALTER TABLE t ALTER a TYPE int USING a::int;")
FILLED = "SELECT count(*) FROM t WHERE pgw_typed_a IS NOT NULL"


@pytest.mark.long
@pytest.mark.majors("all")
def test_row_900_001_is_named_and_what_was_filled_stays(make_database: Callable[..., Database], tmp_path: Path) -> None:
    life = Changing(change=CHANGE, database=make_database(), folder=tmp_path)
    life.prepare()
    with pytest.raises(PgwrightError) as caught:
        life.expand()
    told = f"{caught.value} {getattr(caught.value, 'reasons', '')}"
    assert "douze" in told
    assert "900001" in told
    filled = int(str(life.database.one(FILLED)))
    assert 850_000 < filled < 900_001
    assert life.database.one("SELECT a FROM t WHERE id = 900001") == "douze"
    life.database.run("UPDATE t SET a = '12' WHERE id = 900001")
    life.events.clear()
    life.expand()
    assert life.state == "expanded"
    rows = [each.rows for each in life.events if isinstance(each, BackfillProgress)]
    assert 0 < rows[-1] <= 1_000_000 - filled
    life.contract(finalize=True)
    assert life.database.one("SELECT count(*) FROM t WHERE a = CASE id WHEN 900001 THEN 12 ELSE id END") == 1_000_000
