"""Tables of every shape that a rename must work on (`Shape` says what the fields mean)."""

from __future__ import annotations

from tests.support.lifecycle import Shape
from tests.support.shapes_bound import BOUND
from tests.support.writers import OPS, Work

T = "utilisateurs"
ROWS = "INSERT INTO {table} ({key}, {old}, {other}) SELECT i, 'Zoé ' || i, 0 FROM generate_series(1, {rows}) i;\n"
NO_UPSERT = tuple(op for op in OPS if op != "upsert")


def rows(work: Work, count: int = 300) -> str:
    """A script that puts `count` rows into the table."""
    return ROWS.format(table=work.table, key=work.key, old=work.old, other=work.other, rows=count)


def rename(work: Work) -> str:
    """The statement of the migration."""
    return f"ALTER TABLE {work.table} RENAME COLUMN {work.old} TO {work.new}"


PLAIN = Work(table=T)
TABLE = f"CREATE TABLE {T} (id bigint PRIMARY KEY, nom text, autre int NOT NULL DEFAULT 0);\n"

ODD = Work(table='"Mes ""Clients"" été"', key='"Clé primaire"', old='"old"', new='"new"', other='"tg_op"')
LONG = "é" * 31 + "x"  # 63 bytes
LONGEST = Work(table=f'"T{"a" * 62}"', old=f'"{LONG}"', new=f'"{LONG[:-1]}y"')
NO_KEY = Work(table=T, ops=NO_UPSERT)
RANGE = Work(table="mesures", ops=NO_UPSERT)
LIST = Work(table="mesures", ops=(*[op for op in NO_UPSERT if op != "other"], "move"), shared=20)
TRIM = Work(
    table=T,
    old_value=lambda n: f" a{n} ",
    seen_old=lambda v: (v, v.strip(" ") if v else v),
)

SHAPES: tuple[Shape, ...] = (
    Shape(name="plain", differs=True, setup=TABLE + rows(PLAIN), work=PLAIN, rename=rename(PLAIN)),
    Shape(
        name="up",
        differs=True,
        setup=TABLE + rows(PLAIN) + f"UPDATE {T} SET nom = ' ' || nom WHERE id % 3 = 0;\n",
        work=TRIM,
        rename=rename(TRIM),
        up="btrim(nom)",
        strategies=("copy",),
    ),
    Shape(
        name="odd_names",
        setup=f"CREATE TABLE {ODD.table} ({ODD.key} bigint PRIMARY KEY, {ODD.old} text, {ODD.other} int, "
        'probe int, "agree" text);\n' + rows(ODD),
        work=ODD,
        rename=rename(ODD),
    ),
    Shape(
        name="longest_names",
        setup=f"CREATE TABLE {LONGEST.table} (id bigint PRIMARY KEY, {LONGEST.old} text, autre int);\n" + rows(LONGEST),
        work=LONGEST,
        rename=rename(LONGEST),
    ),
    Shape(
        name="no_key",
        setup=f"CREATE TABLE {T} (id bigint, nom text, autre int);\n" + rows(NO_KEY),
        work=NO_KEY,
        rename=rename(NO_KEY),
    ),
    Shape(name="empty", setup=TABLE, work=Work(table=T, shared=0), rename=rename(PLAIN)),
    Shape(name="one_row", setup=TABLE + rows(PLAIN, 1), work=Work(table=T, shared=1), rename=rename(PLAIN)),
    Shape(
        name="unlogged",
        setup=TABLE.replace("CREATE TABLE", "CREATE UNLOGGED TABLE") + rows(PLAIN),
        work=PLAIN,
        rename=rename(PLAIN),
    ),
    Shape(
        name="dropped_columns",
        setup=f"CREATE TABLE {T} ({', '.join(f'x{i} int' for i in range(1500))}, "
        "id bigint PRIMARY KEY, nom text, autre int);\n"
        f"ALTER TABLE {T} {', '.join(f'DROP x{i}' for i in range(1500))};\n" + rows(PLAIN),
        work=PLAIN,
        rename=rename(PLAIN),
        strategies=("copy",),
    ),
    Shape(
        name="range_two_levels",
        setup="""CREATE TABLE mesures (id bigint, nom text, autre int) PARTITION BY RANGE (id);
CREATE TABLE mesures_a PARTITION OF mesures FOR VALUES FROM (0) TO (100);
CREATE TABLE mesures_b PARTITION OF mesures FOR VALUES FROM (100) TO (1000000) PARTITION BY LIST (autre);
CREATE TABLE mesures_b0 PARTITION OF mesures_b FOR VALUES IN (0);
CREATE TABLE mesures_bx PARTITION OF mesures_b DEFAULT;
CREATE TABLE mesures_reste PARTITION OF mesures DEFAULT;
"""
        + rows(RANGE),
        work=RANGE,
        rename=rename(RANGE),
    ),
    Shape(
        name="list_row_movement",
        differs=True,
        setup="""CREATE TABLE mesures (id bigint, nom text, autre int NOT NULL) PARTITION BY LIST (autre);
CREATE TABLE mesures_0 (autre int NOT NULL, perdu int, nom text, id bigint);
ALTER TABLE mesures_0 DROP COLUMN perdu;
ALTER TABLE mesures ATTACH PARTITION mesures_0 FOR VALUES IN (0);
CREATE TABLE mesures_1 PARTITION OF mesures FOR VALUES IN (1);
"""
        + rows(LIST),
        work=LIST,
        rename=rename(LIST),
    ),
    Shape(
        name="inherited",
        setup=TABLE
        + f"CREATE TABLE clients (remise int) INHERITS ({T});\nCREATE TABLE vip (rang int) INHERITS (clients);\n"
        + rows(PLAIN)
        + "INSERT INTO clients (id, nom, autre) SELECT i, 'c' || i, 0 FROM generate_series(1001, 1100) i;\n"
        "INSERT INTO vip (id, nom, autre) SELECT i, 'v' || i, 0 FROM generate_series(2001, 2100) i;\n",
        work=PLAIN,
        rename=rename(PLAIN),
        strategies=("copy",),
    ),
    *BOUND,
)
