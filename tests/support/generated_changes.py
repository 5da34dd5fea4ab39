"""Changes of a table of `generated.py`, drawn by Hypothesis: all that pgwright has an operation for. Whether PostgreSQL
takes one is not known here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

from pgwright.sql.quote import ident
from tests.support.generated import NAMES, Scene, any_column


@dataclass(frozen=True, kw_only=True)
class Meant:
    """A change: the statement, and what stands above it in the file."""

    sql: str
    above: str = ""

    @property
    def migration(self) -> str:
        return f"{self.above}{self.sql};\n"


@st.composite
def changes(draw: st.DrawFn, scene: Scene) -> Meant:
    """Any change of the scene that pgwright has an operation for."""
    return draw(st.sampled_from(CHANGES))(draw, scene)


def _of_column(form: str) -> Callable[[st.DrawFn, Scene], Meant]:
    def make(draw: st.DrawFn, scene: Scene) -> Meant:
        column = any_column(draw, scene)
        return Meant(sql=f"ALTER TABLE {scene.sql} {form.format(c=column.sql, d=column.kind.default)}")

    return make


def _rename_column(draw: st.DrawFn, scene: Scene) -> Meant:
    above = draw(st.sampled_from(("", "-- pgwright: strategy = copy\n", "-- pgwright: strategy = alias\n")))
    to = draw(st.sampled_from([name for name in NAMES if name not in {each.name for each in scene.columns}]))
    return Meant(sql=f"ALTER TABLE {scene.sql} RENAME COLUMN {any_column(draw, scene).sql} TO {ident(to)}", above=above)


def _change_type(draw: st.DrawFn, scene: Scene) -> Meant:
    column = any_column(draw, scene)
    type_, using, down = draw(st.sampled_from(column.kind.becomes))
    clause = f" USING {using.format(column.sql)}" if using else ""
    above = f"-- pgwright: down = {down.format(column.sql)}\n" if down else ""
    return Meant(sql=f"ALTER TABLE {scene.sql} ALTER COLUMN {column.sql} TYPE {type_}{clause}", above=above)


def _add_column(draw: st.DrawFn, scene: Scene) -> Meant:
    name = draw(st.sampled_from([name for name in NAMES if name not in {each.name for each in scene.columns}]))
    form = draw(
        st.sampled_from(
            (
                "int", "text DEFAULT 'x'", "int NOT NULL DEFAULT 3", "int NOT NULL",
                "bigint NOT NULL DEFAULT length(md5(random()::text))", "int CHECK ({c} > 0)", "positive DEFAULT 4",
                "int UNIQUE", "bigint REFERENCES far", "bigserial",
                'text COLLATE "C"', "mood DEFAULT 'a' NOT NULL",
            )
        )
    )  # fmt: skip
    return Meant(sql=f"ALTER TABLE {scene.sql} ADD COLUMN {ident(name)} {form.replace('{c}', ident(name))}")


def _create_index(draw: st.DrawFn, scene: Scene) -> Meant:
    column = any_column(draw, scene).sql
    form = draw(
        st.sampled_from(
            (
                f"({column})",
                f"(id) INCLUDE ({column})",
                f"({column} DESC) WHERE part > 3",
                f"(part, ({column} IS NULL))",
            )
        )
    )
    unique = draw(st.sampled_from(("", "", "UNIQUE ")))
    named = draw(st.sampled_from(("", '"un index" ')))
    return Meant(sql=f"CREATE {unique}INDEX {named}ON {scene.sql} {form}")


def _drop_index(draw: st.DrawFn, scene: Scene) -> Meant:
    return Meant(sql=f"DROP INDEX {ident(draw(st.sampled_from(scene.indexes or ['far_mot_key'])))}")


def _of_constraint(form: str) -> Callable[[st.DrawFn, Scene], Meant]:
    def make(draw: st.DrawFn, scene: Scene) -> Meant:
        name = ident(draw(st.sampled_from(scene.constraints or ["nulle_part"])))
        return Meant(sql=f"ALTER TABLE {scene.sql} {form.format(name)}")

    return make


def _table(form: str) -> Callable[[st.DrawFn, Scene], Meant]:
    def make(draw: st.DrawFn, scene: Scene) -> Meant:
        return Meant(sql=form.format(t=scene.sql, c=any_column(draw, scene).sql))

    return make


CHANGES: tuple[Callable[[st.DrawFn, Scene], Meant], ...] = (
    _rename_column,
    _rename_column,
    _change_type,
    _change_type,
    _change_type,
    _add_column,
    _add_column,
    _of_column("DROP COLUMN {c}"),
    _of_column("ALTER COLUMN {c} SET NOT NULL"),
    _of_column("ALTER COLUMN {c} DROP NOT NULL"),
    _of_column("ALTER COLUMN {c} SET DEFAULT {d}"),
    _of_column("ALTER COLUMN {c} DROP DEFAULT"),
    _of_column("ADD CHECK ({c} IS NOT NULL OR part >= 0)"),
    _of_column("ADD UNIQUE (id, part, {c})"),
    _of_column("ADD UNIQUE ({c})"),
    _of_column("ADD PRIMARY KEY (part, {c})"),
    _of_column("ADD FOREIGN KEY ({c}) REFERENCES far (mot)"),
    _of_column("ADD FOREIGN KEY (part) REFERENCES far"),
    _create_index,
    _create_index,
    _drop_index,
    _of_constraint("DROP CONSTRAINT {}"),
    _of_constraint("VALIDATE CONSTRAINT {}"),
    _table('ALTER TABLE {t} RENAME TO "d\'après"'),
    _table("DROP TABLE {t}"),
    _table("COMMENT ON COLUMN {t}.{c} IS 'autre'"),
)
