"""The changes that are measured, as data: what one would type, and the migration that means the same.

Adding one here adds it to the benchmarks that go through all. What pgwright refuses is passed over with its sentence.
"""

from __future__ import annotations

from dataclasses import dataclass

OLD, NEW = "name", "full_name"


@dataclass(frozen=True, kw_only=True)
class Migration:
    """`plain` is the statement that one would type without pgwright, `text` the migration file. `column` is what the
    application calls the name after the change; where that is another than before, there are two versions of it."""

    name: str
    plain: str
    text: str
    column: str = OLD

    @property
    def renames(self) -> bool:
        """Whether the application has to be exchanged too."""
        return self.column != OLD


RENAME = Migration(
    name="rename",
    plain=f"ALTER TABLE accounts RENAME COLUMN {OLD} TO {NEW}",
    text=f"-- pgwright: strategy = copy\nALTER TABLE accounts RENAME COLUMN {OLD} TO {NEW};\n",
    column=NEW,
)
NOT_NULL = Migration(
    name="SET NOT NULL",
    plain=f"ALTER TABLE accounts ALTER COLUMN {OLD} SET NOT NULL",
    text=f"ALTER TABLE accounts ALTER COLUMN {OLD} SET NOT NULL;\n",
)
INDEX = Migration(
    name="CREATE INDEX",
    plain=f"CREATE INDEX accounts_{OLD}_idx ON accounts ({OLD})",
    text=f"CREATE INDEX accounts_{OLD}_idx ON accounts ({OLD});\n",
)
RENAME_NOT_NULL = Migration(
    name="rename and SET NOT NULL",
    plain=f"{RENAME.plain}; ALTER TABLE accounts ALTER COLUMN {NEW} SET NOT NULL",
    text=f"{RENAME.text}ALTER TABLE accounts ALTER COLUMN {NEW} SET NOT NULL;\n",
    column=NEW,
)
STALLED = (RENAME, NOT_NULL, INDEX)
