"""The pages of the directives and of what may be consented to: text that belongs to no single module."""

from __future__ import annotations

from ..base.consent import CONSENTS

DIRECTIVES = {
    "up": """The new value, made of the old row.

    -- pgwright: up = trim(nom)
    ALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet;

An SQL expression that speaks the names *before* the statement. It fills the new column of the rows that are there, and
carries what the old application writes. On a statement with several actions it names its column: `up(nom_complet) = …`.
It must be an expression that the server accepts for the column's type; where it is immutable, the result is proven by a
CHECK constraint until contract.

Above `ADD COLUMN` it says what the rows that are there get in the new column, and until contract every row that is
written without a value in it.""",
    "down": """The old value, made of the new row: what the old application sees, and what rollback keeps.

    -- pgwright: up = trim(nom)
    -- pgwright: down = nom_complet
    ALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet;

An SQL expression that speaks the names *after* the statement. Without it the new value itself is taken, and a write
whose value would not survive the way there and back is refused until contract. A `down` that is written is trusted;
the plan names it lossy where it is.

Above `DROP COLUMN` it says what rows that the new application inserts get in the column until contract.""",
    "on_null": """What a NULL becomes in a column that is to be NOT NULL.

    -- pgwright: on_null = 'C-' || id
    ALTER TABLE commandes ALTER COLUMN référence SET NOT NULL;

An SQL expression over the other columns of the row. The rows that are there are filled by a pass, and until contract so
is every NULL that is still written. Without it rows with a NULL are counted and shown, and the change is refused.""",
    "strategy": """How to run an operation, where pgwright should not choose: `auto`, or a name of the operation's page.

    -- pgwright: strategy = copy
    ALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet;

A strategy that cannot serve the table is refused with its reasons, never replaced by another one.""",
    "allow": """Consent to something that is refused otherwise. Several words stand with commas between them.

    -- pgwright: allow = raw_sql
    VACUUM utilisateurs;

The same words are given for a whole run by `--allow`:

"""
    + "\n".join(f"- `{word}`: {meaning}" for word, meaning in CONSENTS.items()),
}
"""Name of the page, and its text: the first paragraph is the title."""
