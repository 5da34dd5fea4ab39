"""The 212 statements whose locks were measured (tests/data/lock-trace.json), and what is expected of them beyond "the
same as plain SQL": what may be refused, what no two runs leave alike, and which run in `make test`.

Labels are those of the file. Whoever makes an operation for one of them needs to change nothing here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.databases import Database
from tests.support.selection import MAJORS

FILE = Path(__file__).resolve().parents[1] / "data" / "lock-trace.json"
CONTENT: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
ROLE = "lint_role_tmp"

# A role belongs to the server and not to the database; the copies of the scene share it.
SCENE = CONTENT["setup_sql"].replace(
    f"CREATE ROLE {ROLE};",
    f"DO $$ BEGIN CREATE ROLE {ROLE}; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$;",
)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One statement; `before` is what runs first on the scene. `versions` are the majors on which there is something
    to run: where `before` fails there is not."""

    label: str
    sql: str
    before: str
    versions: tuple[int, ...]
    results: tuple[dict[str, Any], ...]

    @property
    def id(self) -> str:
        """The label as pytest can select it."""
        return re.sub(r"\W+", "_", self.label).strip("_")

    @property
    def migration(self) -> str:
        """The text of the file that means it."""
        return f"{ABOVE.get(self.label, '')}{self.sql};\n"

    @property
    def without(self) -> frozenset[str]:
        """Columns of which only NULLs are compared."""
        return frozenset({"c"} if self.label in EACH_TIME_ANEW else ())

    def prepare(self, database: Database) -> None:
        """Runs `before`. A setting is the database's: each session of a test has it, and each of pgwright."""
        if self.before.startswith("SET "):
            database.run(f"ALTER DATABASE {database.name} {self.before}")
        elif self.before:
            database.run(self.before)


def _measured(entry: dict[str, Any]) -> Measured:
    seen = tuple(sorted(version for result in entry["results"] for version in result["versions"]))
    before = entry.get("before", "")
    return Measured(
        label=entry["label"],
        sql=entry["sql"],
        before=before,
        versions=seen if before else MAJORS,
        results=tuple(entry["results"]),
    )


STATEMENTS = tuple(_measured(entry) for entry in CONTENT["statements"])

EACH_TIME_ANEW = {
    "ADD COLUMN DEFAULT now() (stable)",
    "ADD COLUMN DEFAULT clock_timestamp() (volatile)",
    "ADD COLUMN DEFAULT gen_random_uuid()",
}
"""What plain SQL itself leaves differently each time."""

ABOVE = {
    "TYPE int->text": "-- pgwright: down = di::int\n",
    "TYPE enum->text": "-- pgwright: down = e::mood\n",
}
"""What the author has to write above the statement, because PostgreSQL does not know it."""

REFUSED = {
    "TYPE int->bigint PK referenced by FK": "unique constraint",
    "DROP TABLE (referenced, cascade)": "CASCADE is not used",
    "ALTER TYPE ADD ATTRIBUTE CASCADE": "public.comp_t would change with comp",
    "ADD GENERATED AS IDENTITY": "would hand out again",
}
"""Refused although plain SQL does it, with the words of the refusal."""

DIFFERENT = {
    "ADD COLUMN GENERATED STORED": "ends as a plain column that triggers compute",
    "ALTER DOMAIN ADD CHECK": "stays NOT VALID in the catalog",
}
"""What ends in another form than plain SQL gives it, with the words by which the plan says so."""

MAY_BE_REFUSED = frozenset(
    label.strip()
    for label in """
    ADD EXCLUDE
    SET UNLOGGED
    SET LOGGED
    SET ACCESS METHOD heap (PG15)
    SET (user_catalog_table)
    TRUNCATE CASCADE
    CREATE RULE
    DROP RULE
    DISABLE RULE
    ALTER DOMAIN ADD CHECK
    ALTER DOMAIN VALIDATE
    ALTER DOMAIN SET NOT NULL
    CLUSTER
    LOCK TABLE (default)
    REFRESH MATVIEW
    REFRESH MATVIEW WITH NO DATA
    SET EXPRESSION (stored, PG17)
    """.strip().splitlines()
)
"""What stops a table that has rows, and has no other form: whether that is done as typed, with consent, or refused by
name is for its operation to say."""

LATE = {"SET EXPRESSION (virtual, PG18)"}
"""PostgreSQL refuses them, and only it can tell: what is allowed as `raw_sql` is not tried beforehand."""

NO_WAY_BACK = re.compile(r"rollback does not undo it|rollback leaves|stays proven|^none: ", re.MULTILINE)
"""The words by which a plan says that rollback leaves something of a statement."""

MOVED = "stands last in"
"""The words by which a plan says that a column gets another place in its table."""

CORE = frozenset(
    label.strip()
    for label in """
    ADD COLUMN (nullable, no default)
    ADD COLUMN NOT NULL no default
    ADD COLUMN DEFAULT lower(..)
    ADD COLUMN DEFAULT clock_timestamp() (volatile)
    ADD COLUMN bigserial
    ADD COLUMN REFERENCES + DEFAULT
    ADD COLUMN UNIQUE
    DROP COLUMN fk
    SET NOT NULL (no proof)
    SET NOT NULL over NOT VALID NOT NULL (PG18)
    TYPE int->bigint
    TYPE enum->text
    TYPE varchar(20)->varchar(30)
    SET STATISTICS
    ADD CHECK
    ADD FK self-ref
    ADD PRIMARY KEY (nullable)
    RENAME COLUMN
    RENAME TABLE
    SET EXPRESSION (virtual, PG18)
    DROP TABLE (referenced, cascade)
    COMMENT ON COLUMN
    CREATE INDEX on partitioned
    DROP INDEX
    CREATE TABLE with REFERENCES
    """.strip().splitlines()
)
"""Those that `make test` runs: one of each way of doing things."""

_LABELS = {each.label for each in STATEMENTS}
for _list in (CORE, MAY_BE_REFUSED, LATE, EACH_TIME_ANEW, REFUSED, DIFFERENT, ABOVE):
    assert set(_list) <= _LABELS, set(_list) - _LABELS
