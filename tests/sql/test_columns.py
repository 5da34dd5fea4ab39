"""Statements of pgwright's own with other names for the columns of their table."""

from __future__ import annotations

import pytest

from pgwright.sql.columns import renamed

CASES = {
    "ALTER TABLE s.t ALTER COLUMN a SET NOT NULL": "ALTER TABLE s.t ALTER COLUMN d SET NOT NULL",
    "ALTER TABLE t ALTER COLUMN a SET DEFAULT 'a'": "ALTER TABLE t ALTER COLUMN d SET DEFAULT 'a'",
    "ALTER TABLE t DROP CONSTRAINT a": "ALTER TABLE t DROP CONSTRAINT a",
    "ALTER TABLE t VALIDATE CONSTRAINT a": "ALTER TABLE t VALIDATE CONSTRAINT a",
    "ALTER TABLE t ADD CONSTRAINT a NOT NULL a NOT VALID": "ALTER TABLE t ADD CONSTRAINT a NOT NULL d NOT VALID",
    "ALTER TABLE a ADD CONSTRAINT k CHECK (a IS NOT NULL AND b > 0) NOT VALID": (
        "ALTER TABLE a ADD CONSTRAINT k CHECK (d IS NOT NULL AND b > 0) NOT VALID"
    ),
    "ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES o (a) NOT VALID": (
        "ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (d) REFERENCES o (a) NOT VALID"
    ),
    "CREATE UNIQUE INDEX CONCURRENTLY a ON t (b, a) WHERE a > 'a'": (
        "CREATE UNIQUE INDEX CONCURRENTLY a ON t USING btree (b, d) WHERE d > 'a'"
    ),
    "COMMENT ON COLUMN s.t.a IS 'a'": "COMMENT ON COLUMN s.t.d IS 'a'",
    "SELECT * FROM t WHERE a IS NULL": "SELECT * FROM t WHERE d IS NULL",
    "SELECT f.* FROM t f WHERE f.a IS NOT NULL AND NOT EXISTS (SELECT FROM o k WHERE k.a = f.a)": (
        "SELECT f.* FROM t f WHERE f.d IS NOT NULL AND NOT EXISTS (SELECT FROM o k WHERE k.a = f.d)"
    ),
}


@pytest.mark.parametrize("text", CASES)
def test_only_the_columns_of_the_table(text: str) -> None:
    assert " ".join(renamed(text, {"a": "d"}).split()) == CASES[text]


def test_all_at_once() -> None:
    swapped = renamed("ALTER TABLE t ADD CONSTRAINT k UNIQUE (a, b)", {"a": "b", "b": "Été"})
    assert swapped == 'ALTER TABLE t ADD CONSTRAINT k UNIQUE (b, "Été")'
