"""Tables of every kind with everything that can hang on one, drawn by Hypothesis.

A scene is a script; what is drawn is written into it as text, so that a failure shows what to run. `changes` of
one are drawn in `generated_changes.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import strategies as st

from pgwright.sql.quote import ident, literal

ROLE = "pgw_reader"
NAMES = (
    "nom", "total", "statut", "référence", "日本語", 'a"b', "it's", "No m", "select", "new", "old", "value", "a.b",
    "$1", "1a", "%s", "{x}", "\\", ";", "--", "tg_op", "x" * 63, "é" * 31,
)  # fmt: skip
"""Names that a table or a column may have. None has a line's end, by which dumps are compared."""

HEAD = f"""DO $$ BEGIN CREATE ROLE {ROLE}; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$;
CREATE TYPE mood AS ENUM ('a', 'b'); CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE DOMAIN short AS text;
CREATE TABLE far (id bigint PRIMARY KEY, mot text UNIQUE);
INSERT INTO far SELECT i, 'v' || i FROM generate_series(0, 100) i;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
"""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A type: what a row `i` has, a DEFAULT, and what it may become (type, USING, down)."""

    type: str
    value: str
    default: str
    becomes: tuple[tuple[str, str, str], ...] = ()


KINDS = (
    Kind(
        type="integer",
        value="i",
        default="7",
        becomes=(("bigint", "", ""), ("text", "", "{}::int"), ("oid", "", ""), ("positive", "", "")),
    ),
    Kind(type="bigint", value="i * 3", default="-1", becomes=(("numeric", "", ""), ("integer", "", ""))),
    Kind(
        type="text",
        value="'v' || i",
        default="lower('X')",
        becomes=(
            ("character varying(40)", "", ""),
            ("varchar", "", ""),
            ("int", "length({})", "repeat('x', {})"),
            ("int", "{}::int", "{}::text"),
        ),
    ),
    Kind(
        type="character varying(20)",
        value="'v' || i",
        default="'é'",
        becomes=(("text", "", ""), ("varchar(40)", "", ""), ("varchar(10)", "", ""), ('text COLLATE "C"', "", "")),
    ),
    Kind(
        type="numeric(10,2)",
        value="i / 4.0",
        default="0.5",
        becomes=(("numeric(12,2)", "", ""), ("numeric", "", ""), ("numeric(12,4)", "", "")),
    ),
    Kind(
        type="timestamp with time zone",
        value="timestamptz '2026-01-01 00:00+00' + i * interval '1 hour'",
        default="timestamptz '2026-01-01 00:00+00'",
        becomes=(("timestamptz(3)", "", ""), ("date", "", "")),
    ),
    Kind(type="jsonb", value="jsonb_build_object('a', i)", default="'{}'", becomes=(("json", "", ""),)),
    Kind(type="boolean", value="i % 2 = 0", default="true", becomes=(("int", "{}::int", "{} <> 0"),)),
    Kind(type="mood", value="(ARRAY['a', 'b'])[1 + i % 2]::mood", default="'a'", becomes=(("text", "", "{}::mood"),)),
    Kind(type="positive", value="i + 1", default="1", becomes=(("int", "", ""), ("bigint", "", ""))),
    Kind(type="integer[]", value="ARRAY[i, i]", default="'{}'", becomes=(("bigint[]", "", ""),)),
)


@dataclass(kw_only=True)
class Col:
    """A column: `clause` is what stands behind its type, `fed` whether the script gives it values, `holes` whether some
    of them are NULL."""

    name: str
    kind: Kind
    clause: str = ""
    fed: bool = True
    holes: bool = False

    @property
    def sql(self) -> str:
        return ident(self.name)

    @property
    def value(self) -> str:
        return f"CASE WHEN i % 7 <> 3 THEN {self.kind.value} END" if self.holes else self.kind.value


@dataclass(kw_only=True)
class Scene:
    """A table, `shape` plain, partitioned, inherited or a child, and the `script` that makes it with what hangs on it.
    `names` are those of constraints and indexes that the script gives."""

    table: str
    shape: str
    columns: list[Col]
    lines: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    indexes: list[str] = field(default_factory=list)

    @property
    def sql(self) -> str:
        return ident(self.table)

    @property
    def script(self) -> str:
        """All of it."""
        return HEAD + ";\n".join((*self.lines, ""))


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Any table."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=6, max_size=8, unique=True))
    shape = draw(st.sampled_from(("plain", "plain", "partitioned", "inherited", "child")))
    columns = [_column(draw, name) for name in names[1:]]
    scene = Scene(table=names[0], shape=shape, columns=columns)
    _make(draw, scene)
    for add in draw(st.lists(st.sampled_from(FEATURES), max_size=6, unique=True)):
        add(draw, scene)
    return scene


def _column(draw: st.DrawFn, name: str) -> Col:
    column = Col(name=name, kind=draw(st.sampled_from(KINDS)))
    extra = draw(st.sampled_from(("", "", "", "default", "not null", "both", "holes")))
    if extra in ("default", "both"):
        column.clause += f" DEFAULT {column.kind.default}"
    if extra in ("not null", "both"):
        column.clause += " NOT NULL"
    column.holes = extra == "holes"
    return column


def _make(draw: st.DrawFn, scene: Scene) -> None:
    """The table itself with its key, and its rows."""
    defined = [f"id bigint{draw(st.sampled_from(('', '', ' GENERATED BY DEFAULT AS IDENTITY')))}", "part int NOT NULL"]
    defined = defined if scene.shape != "partitioned" else ["id bigint", "part int NOT NULL"]
    defined += [f"{column.sql} {column.kind.type}{column.clause}" for column in scene.columns]
    if draw(st.booleans()):
        generated = draw(st.sampled_from(("id * 2", "part + 1")))
        defined.append(f"gen bigint GENERATED ALWAYS AS ({generated}) STORED")
    if draw(st.booleans()) and scene.shape != "child":
        defined.append("CONSTRAINT la_clé PRIMARY KEY (id, part)")
        scene.constraints.append("la_clé")
    body = f"({', '.join(defined)})"
    if scene.shape == "partitioned":
        scene.lines += [
            f"CREATE TABLE {scene.sql} {body} PARTITION BY RANGE (part)",
            f"CREATE TABLE un PARTITION OF {scene.sql} FOR VALUES FROM (0) TO (5)",
            f"CREATE TABLE reste PARTITION OF {scene.sql} DEFAULT",
        ]
    elif scene.shape == "child":
        scene.lines += [f"CREATE TABLE parent {body}", f"CREATE TABLE {scene.sql} (propre int) INHERITS (parent)"]
    else:
        scene.lines.append(f"CREATE TABLE {scene.sql} {body}")
    if scene.shape == "inherited":
        scene.lines.append(f"CREATE TABLE enfant (propre int) INHERITS ({scene.sql})")
    fed = [column for column in scene.columns if column.fed]
    for table in (scene.sql, *(["enfant"] if scene.shape == "inherited" else [])):
        scene.lines.append(
            f"INSERT INTO {table} (id, part, {', '.join(column.sql for column in fed)}) "
            f"SELECT i, i % 10, {', '.join(column.value for column in fed)} "
            f"FROM generate_series(1, {draw(st.sampled_from((0, 30, 60)))}) i"
        )


def any_column(draw: st.DrawFn, scene: Scene) -> Col:
    """One of the columns that were drawn."""
    return draw(st.sampled_from(scene.columns))


def _alter(scene: Scene, action: str) -> None:
    scene.lines.append(f"ALTER TABLE {scene.sql} {action}")


def _settings(draw: st.DrawFn, scene: Scene) -> None:
    for _ in range(2):
        column = any_column(draw, scene)
        long = column.kind.type in ("text", "jsonb", "character varying(20)")
        actions = ["SET STATISTICS 77", "SET (n_distinct = 5)"] + ["SET STORAGE EXTERNAL"] * long
        scene.lines.append(f"ALTER TABLE {scene.sql} ALTER COLUMN {column.sql} {draw(st.sampled_from(actions))}")
    if scene.shape != "partitioned":
        _alter(scene, "SET (fillfactor = 80, autovacuum_enabled = off)")


def _comments(draw: st.DrawFn, scene: Scene) -> None:
    scene.lines += [
        f"COMMENT ON TABLE {scene.sql} IS {literal('lune; -- et lautre')}",
        f"COMMENT ON COLUMN {scene.sql}.{any_column(draw, scene).sql} IS {literal('dit « ça »')}",
    ]


def _grants(draw: st.DrawFn, scene: Scene) -> None:
    one, two = any_column(draw, scene).sql, any_column(draw, scene).sql
    scene.lines += [
        f"GRANT SELECT ({one}), UPDATE ({two}) ON {scene.sql} TO {ROLE}",
        f"GRANT INSERT ON {scene.sql} TO PUBLIC",
        f"GRANT REFERENCES ({one}) ON {scene.sql} TO {ROLE} WITH GRANT OPTION",
    ]


def _default_privileges(_: st.DrawFn, scene: Scene) -> None:
    scene.lines.insert(0, f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, DELETE ON TABLES TO {ROLE}")


def _policies(draw: st.DrawFn, scene: Scene) -> None:
    column = any_column(draw, scene).sql
    _alter(scene, draw(st.sampled_from(("ENABLE ROW LEVEL SECURITY", "FORCE ROW LEVEL SECURITY"))))
    scene.lines += [
        f"CREATE POLICY lire ON {scene.sql} FOR SELECT TO {ROLE} USING ({column} IS NOT NULL)",
        f'CREATE POLICY "l\'autre" ON {scene.sql} AS RESTRICTIVE USING (part >= 0) WITH CHECK (part < 1000)',
    ]


def _index(draw: st.DrawFn, scene: Scene) -> None:
    column = any_column(draw, scene).sql
    name = f"idx {len(scene.indexes)}"
    form = draw(
        st.sampled_from(
            (
                f"({column})",
                f"(id DESC NULLS LAST) INCLUDE ({column})",
                f"(id) WHERE {column} IS NOT NULL",
                f"(({column} IS NULL), part) WITH (fillfactor = 60)",
                f"USING hash ({column})",
            )
        )
    )
    scene.lines.append(f"CREATE INDEX {ident(name)} ON {scene.sql} {form}")
    scene.indexes.append(name)


def _check(draw: st.DrawFn, scene: Scene) -> None:
    name = f"contrôle {len(scene.constraints)}"
    valid = draw(st.sampled_from(("", " NOT VALID")))
    _alter(scene, f"ADD CONSTRAINT {ident(name)} CHECK ({any_column(draw, scene).sql} IS NULL OR id > 0){valid}")
    scene.constraints.append(name)


def _foreign_key(draw: st.DrawFn, scene: Scene) -> None:
    if scene.shape == "partitioned":
        return
    valid = draw(st.sampled_from(("", " NOT VALID", " ON DELETE CASCADE DEFERRABLE")))
    _alter(scene, f"ADD CONSTRAINT vers FOREIGN KEY (id) REFERENCES far{valid}")
    scene.constraints.append("vers")


def _pointed_at(_: st.DrawFn, scene: Scene) -> None:
    if "la_clé" in scene.constraints:
        scene.lines.append(
            f"CREATE TABLE pointe (a bigint, b int, FOREIGN KEY (a, b) REFERENCES {scene.sql} (id, part))"
        )


def _view(draw: st.DrawFn, scene: Scene) -> None:
    kind = draw(st.sampled_from(("VIEW", "MATERIALIZED VIEW")))
    scene.lines.append(f"CREATE {kind} vue AS SELECT id, {any_column(draw, scene).sql} AS vu FROM {scene.sql}")
    scene.lines.append(f"GRANT SELECT ON vue TO {ROLE}")


def _trigger(draw: st.DrawFn, scene: Scene) -> None:
    column = any_column(draw, scene).sql
    form = draw(st.sampled_from(("INSERT OR UPDATE", f"UPDATE OF {column}")))
    scene.lines.append(f"CREATE TRIGGER touche BEFORE {form} ON {scene.sql} FOR EACH ROW EXECUTE FUNCTION touch()")


def _publication(draw: st.DrawFn, scene: Scene) -> None:
    form = draw(st.sampled_from(("FOR ALL TABLES", f"FOR TABLE ONLY {scene.sql}")))
    scene.lines.append(f"CREATE PUBLICATION tout {form}")


def _statistics(draw: st.DrawFn, scene: Scene) -> None:
    one = draw(st.sampled_from([column for column in scene.columns if column.kind.type != "jsonb"] or scene.columns))
    scene.lines.append(f"CREATE STATISTICS ensemble (dependencies) ON part, {one.sql} FROM {scene.sql}")


def _unique(draw: st.DrawFn, scene: Scene) -> None:
    _alter(scene, f"ADD CONSTRAINT une UNIQUE (id, part){draw(st.sampled_from(('', ' DEFERRABLE')))}")
    scene.constraints.append("une")


def _identity_full(_: st.DrawFn, scene: Scene) -> None:
    _alter(scene, "REPLICA IDENTITY FULL")


FEATURES: tuple[Callable[[st.DrawFn, Scene], None], ...] = (
    _settings, _comments, _grants, _default_privileges, _policies, _index, _check, _foreign_key, _pointed_at, _view,
    _trigger, _publication, _statistics, _unique, _identity_full,
)  # fmt: skip
