"""ADD FOREIGN KEY: every option of it, tables of every shape on both sides, and what is refused before anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.execute.flip import Verbs
from tests.evolve.operations.cases import Case, each, live
from tests.evolve.operations.planning import only, outline, planned
from tests.support.databases import Database
from tests.support.lifecycle import footprint

T = """
CREATE TABLE produits (id int PRIMARY KEY, nom text, code text UNIQUE, a int, b int, CONSTRAINT ab UNIQUE (b, a));
CREATE TABLE lignes (id int PRIMARY KEY, produit_id int, code text, x int, y int);
INSERT INTO produits SELECT g, 'p', 'c' || g, g, -g FROM generate_series(1, 20) g;
INSERT INTO lignes SELECT g, 1 + g % 20, 'c' || 1 + g % 20, 1 + g % 20, - (1 + g % 20) FROM generate_series(1, 50) g;
"""
WORKS = (
    "INSERT INTO lignes VALUES (1000, 3, 'c3', 3, -3)",
    "UPDATE lignes SET produit_id = 7 WHERE id = 1",
    "INSERT INTO produits VALUES (99, 'q', 'q', 99, -99)",
    "UPDATE produits SET nom = 'z' WHERE id = 1",
)
ORPHAN = "INSERT INTO lignes VALUES (1001, 9999, 'nul', 9999, 9999)"
PARTS = """
CREATE TABLE m (k int, v int, produit_id int) PARTITION BY LIST (k);
CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2) PARTITION BY LIST (v);
CREATE TABLE m2a PARTITION OF m2 DEFAULT;
CREATE TABLE produits (id int PRIMARY KEY);
INSERT INTO produits SELECT generate_series(1, 20);
INSERT INTO m SELECT 1 + g % 2, g, g FROM generate_series(1, 20) g;
"""
REFERENCED_PARTS = """
CREATE TABLE m (k int, v int, PRIMARY KEY (v, k)) PARTITION BY LIST (k);
CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2) PARTITION BY LIST (v);
CREATE TABLE m2a PARTITION OF m2 DEFAULT;
INSERT INTO m SELECT 1 + g % 2, g FROM generate_series(1, 20) g;
CREATE TABLE f (mk int, mv int);
INSERT INTO f SELECT 1 + g % 2, g FROM generate_series(1, 20) g;
"""
HOSTILE = """
CREATE SCHEMA "Né é"; CREATE SCHEMA "a.b";
CREATE TABLE "a.b"."clé" ("No""m" text PRIMARY KEY);
CREATE TABLE "Né é"."ut'il;" ("select %s" text, id int PRIMARY KEY);
INSERT INTO "a.b"."clé" VALUES ('a');
INSERT INTO "Né é"."ut'il;" SELECT 'a', g FROM generate_series(1, 5) g;
"""
LONG = "é" * 31 + "x"
ADD = "ALTER TABLE lignes ADD FOREIGN KEY (produit_id) REFERENCES produits"

CASES = [
    Case(name="unnamed", setup=T, text=f"{ADD};", works=WORKS, refused=[ORPHAN]),
    Case(
        name="named_by_code",
        setup=T,
        text="ALTER TABLE lignes ADD CONSTRAINT k FOREIGN KEY (code) REFERENCES produits (code);",
        works=WORKS,
        refused=[ORPHAN],
    ),
    Case(
        name="not_valid",
        setup=T + ORPHAN + ";",
        text=f"{ADD} NOT VALID;",
        works=WORKS,
    ),
    Case(name="not_enforced", setup=T + ORPHAN + ";", text=f"{ADD} NOT ENFORCED;", works=[*WORKS[:2]], versions=(18,)),
    Case(
        name="everything",
        setup=T,
        text=f"{ADD} (id) MATCH FULL ON DELETE CASCADE ON UPDATE RESTRICT DEFERRABLE INITIALLY DEFERRED;",
        works=WORKS,
        refused=[ORPHAN],
    ),
    Case(
        name="set_null",
        setup=T,
        text=f"{ADD} ON DELETE SET NULL ON UPDATE SET DEFAULT DEFERRABLE;",
        works=WORKS,
    ),
    Case(
        name="composite",
        setup=T,
        text="ALTER TABLE lignes ADD FOREIGN KEY (x, y) REFERENCES produits (a, b) MATCH FULL;",
        works=WORKS,
        refused=[ORPHAN, "INSERT INTO lignes VALUES (1002, 1, 'c1', 3, NULL)"],
    ),
    Case(
        name="set_null_of_some",
        setup=T,
        text="ALTER TABLE lignes ADD FOREIGN KEY (x, y) REFERENCES produits (a, b) ON DELETE SET NULL (y);",
        versions=(15, 16, 17, 18),
        works=WORKS,
    ),
    Case(
        name="itself",
        setup="CREATE TABLE t (id int PRIMARY KEY, up int); INSERT INTO t VALUES (1, NULL), (2, 1);",
        text="ALTER TABLE t ADD FOREIGN KEY (up) REFERENCES t;",
        works=["INSERT INTO t VALUES (3, 2)"],
        refused=["INSERT INTO t VALUES (4, 99)"],
    ),
    Case(
        name="partitioned",
        setup=PARTS,
        text="ALTER TABLE m ADD FOREIGN KEY (produit_id) REFERENCES produits;",
        works=["INSERT INTO m VALUES (2, 5, 7)"],
        refused=["INSERT INTO m VALUES (2, 5, 700)", "INSERT INTO m VALUES (1, 5, 700)"],
    ),
    Case(
        name="referenced_partitioned",
        setup=REFERENCED_PARTS,
        text="ALTER TABLE f ADD FOREIGN KEY (mk, mv) REFERENCES m (k, v);",
        works=["INSERT INTO m VALUES (1, 500)", "INSERT INTO f VALUES (2, 1)"],
        refused=["INSERT INTO f VALUES (2, 500)"],
    ),
    Case(
        name="hostile",
        setup=HOSTILE,
        text="""ALTER TABLE "Né é"."ut'il;" ADD FOREIGN KEY ("select %s") REFERENCES "a.b"."clé";""",
        works=["""INSERT INTO "Né é"."ut'il;" VALUES ('a', 99)"""],
        refused=["""INSERT INTO "Né é"."ut'il;" VALUES ('z', 99)"""],
    ),
    Case(
        name="longest",
        setup=f'CREATE TABLE "{LONG}" ("{LONG}" int PRIMARY KEY, "{LONG[:-1]}y" int);',
        text=f'ALTER TABLE "{LONG}" ADD FOREIGN KEY ("{LONG[:-1]}y") REFERENCES "{LONG}";',
    ),
    Case(
        name="to_a_key_of_the_plan",
        setup=T,
        text="ALTER TABLE produits ADD UNIQUE (a);\nALTER TABLE lignes ADD FOREIGN KEY (x) REFERENCES produits (a);",
        works=WORKS,
        refused=[ORPHAN],
    ),
    Case(
        name="to_an_index_of_the_plan",
        setup=T,
        text="CREATE UNIQUE INDEX ON produits (a);\nALTER TABLE lignes ADD FOREIGN KEY (x) REFERENCES produits (a);",
        works=WORKS,
    ),
    Case(
        name="each_other",
        setup=T,
        text=f"{ADD};\nALTER TABLE produits ADD FOREIGN KEY (a) REFERENCES lignes (id);",
        works=WORKS[:2],
    ),
    Case(
        name="several_actions",
        setup=T,
        text=f"{ADD}, ADD CHECK (x > 0), ADD FOREIGN KEY (code) REFERENCES produits (code), ADD UNIQUE (id, x);",
        works=WORKS,
        refused=[ORPHAN],
    ),
    Case(
        name="inherited",
        differs=False,  # it is about the rows of the table alone
        setup=T + "CREATE TABLE fils () INHERITS (lignes); INSERT INTO fils (id, produit_id) VALUES (1, 9999);",
        text=f"{ADD};",
        works=["INSERT INTO fils (id, produit_id) VALUES (1, 9999)"],
        refused=[ORPHAN],
    ),
    Case(
        name="new_table",
        setup=T,
        text="CREATE TABLE n (id int PRIMARY KEY);\nALTER TABLE n ADD FOREIGN KEY (id) REFERENCES produits;",
        works=WORKS,
    ),
    Case(
        name="to_a_new_table",
        setup="CREATE TABLE t (a int);",
        text="CREATE TABLE n (id int PRIMARY KEY);\nALTER TABLE t ADD FOREIGN KEY (a) REFERENCES n;",
        refused=["INSERT INTO t VALUES (1)"],
    ),
    Case(
        name="of_a_renamed_column",
        setup=T,
        text="-- pgwright: strategy = copy\nALTER TABLE lignes RENAME COLUMN produit_id TO p;\n"
        "ALTER TABLE lignes ADD FOREIGN KEY (p) REFERENCES produits;",
    ),
    Case(
        name="of_a_column_with_up",
        setup=T,
        text="-- pgwright: up = produit_id + 0\n-- pgwright: down = p\n"
        "ALTER TABLE lignes RENAME COLUMN produit_id TO p;\n"
        "ALTER TABLE lignes ADD FOREIGN KEY (p) REFERENCES produits;",
        native="ALTER TABLE lignes RENAME COLUMN produit_id TO p; ALTER TABLE lignes ADD FOREIGN KEY (p) REFERENCES "
        "produits;",
    ),
    Case(
        name="to_a_table_with_a_rename",
        setup=T,
        text="-- pgwright: up = trim(nom)\nALTER TABLE produits RENAME COLUMN nom TO nom_complet;\n" + ADD + ";",
        native=f"ALTER TABLE produits RENAME COLUMN nom TO nom_complet; {ADD};",
    ),
    Case(
        name="not_valid_and_validated",
        setup=T,
        text=f"{ADD} NOT VALID;\nALTER TABLE lignes VALIDATE CONSTRAINT lignes_produit_id_fkey;",
        works=WORKS,
        refused=[ORPHAN],
    ),
]


@pytest.mark.majors(14, 18)
@each(CASES)
def test_life(case: Case, make_database: Callable[..., Database], tmp_path: Path) -> None:
    live(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(T), f"{ADD};")
    assert outline(plan) == [
        "look look verify ACCESS SHARE",
        "add expand instant SHARE ROW EXCLUSIVE",
        "valid expand online SHARE UPDATE EXCLUSIVE",
        "undo rollback cutover ACCESS EXCLUSIVE",
    ]
    look, add, valid, undo = ({lock.relation.name: lock.mode.sql for lock in step.locks} for step in plan.steps)
    assert look == {"produits": "ACCESS SHARE", "lignes": "ACCESS SHARE"}
    assert add == {"produits": "SHARE ROW EXCLUSIVE", "lignes": "SHARE ROW EXCLUSIVE"}
    assert valid == {"produits": "ROW SHARE", "lignes": "SHARE UPDATE EXCLUSIVE"}
    assert undo == {"produits": "ACCESS EXCLUSIVE", "lignes": "ACCESS EXCLUSIVE"}
    hazards = "\n".join(only(plan).hazards)
    assert "23503" in hazards
    assert "CREATE INDEX ON public.lignes (produit_id) first" in hazards


@pytest.mark.majors(14)
def test_plan_of_a_partitioned_table(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PARTS), "ALTER TABLE m ADD FOREIGN KEY (produit_id) REFERENCES produits;")
    assert outline(plan) == [
        "look look verify ACCESS SHARE",
        "add expand instant SHARE ROW EXCLUSIVE",
        "valid expand online SHARE UPDATE EXCLUSIVE",
        "joined expand instant ACCESS EXCLUSIVE",
        "undo rollback cutover ACCESS EXCLUSIVE",
    ]
    with pytest.raises(MigrationFileError, match="NOT VALID foreign key on partitioned table"):
        planned(make_database(PARTS), "ALTER TABLE m ADD FOREIGN KEY (produit_id) REFERENCES produits NOT VALID;")


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("(rien) REFERENCES produits", 'column "rien"'),
        ("(produit_id) REFERENCES produits (rien)", 'column "rien"'),
        ("(produit_id, x) REFERENCES produits (id)", "disagree"),
        ("(produit_id, x) REFERENCES produits", "disagree"),
        ("(produit_id) REFERENCES produits (a)", "no unique constraint matching"),
        ("(x) REFERENCES produits (nom)", "no unique constraint matching"),
        ("(code) REFERENCES produits (id)", "incompatible types"),
        ("(x) REFERENCES sans_clé", "there is no primary key"),
        ("(x) REFERENCES différée (a)", "no unique constraint matching"),
        ("(x) REFERENCES partielle (a)", "no unique constraint matching"),
        ("(g) REFERENCES produits ON UPDATE CASCADE", "generated column"),
        ("(produit_id) REFERENCES rien", "does not exist"),
        ("(produit_id) REFERENCES éphémère", "only permanent tables"),
    ],
)
def test_what_is_wrong_is_said_before(make_database: Callable[..., Database], key: str, said: str) -> None:
    setup = (
        T
        + """
CREATE UNLOGGED TABLE éphémère (a int PRIMARY KEY); CREATE TABLE sans_clé (a int);
CREATE TABLE différée (a int UNIQUE DEFERRABLE);
CREATE TABLE partielle (a int); CREATE UNIQUE INDEX ON partielle (a) WHERE a > 0;
ALTER TABLE lignes ADD COLUMN g int GENERATED ALWAYS AS (x + 1) STORED;
"""
    )
    with pytest.raises(MigrationFileError) as caught:
        planned(make_database(setup), f"\nALTER TABLE lignes ADD FOREIGN KEY {key};")
    assert said in f"{caught.value.message} {caught.value.hint}"
    assert (caught.value.line, caught.value.column) == (2, 20)


def test_a_period_is_not_for_this_operation(make_database: Callable[..., Database]) -> None:
    """Orphans of a period are no simple query: it is refused as any statement that would block."""
    setup = "CREATE EXTENSION btree_gist; CREATE TABLE r (a int, d daterange, PRIMARY KEY (a, d WITHOUT OVERLAPS));"
    setup += "CREATE TABLE q (a int, d daterange); INSERT INTO q VALUES (1, NULL);"
    with pytest.raises(Refused, match="SHARE ROW EXCLUSIVE"):
        planned(make_database(setup), "ALTER TABLE q ADD FOREIGN KEY (a, PERIOD d) REFERENCES r (a, PERIOD d);")


def test_an_index_of_the_plan_counts(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(T), f"CREATE INDEX ON lignes (produit_id, x);\n{ADD};")
    assert "no index begins" not in "\n".join(plan.migrations[0].operations[1].hazards)


def test_a_unique_index_is_enough(make_database: Callable[..., Database]) -> None:
    setup = T + "CREATE UNIQUE INDEX ON produits (a);"
    assert planned(make_database(setup), "ALTER TABLE lignes ADD FOREIGN KEY (x) REFERENCES produits (a);").steps


def test_orphans_are_counted_and_shown(make_database: Callable[..., Database], tmp_path: Path) -> None:
    setup = T + "UPDATE lignes SET x = 100, y = NULL WHERE id = 1; UPDATE lignes SET x = 100 WHERE id = 2;"
    verbs = Verbs(make_database(setup), tmp_path)
    verbs.prepare("", "ALTER TABLE lignes ADD FOREIGN KEY (x, y) REFERENCES produits (a, b) MATCH FULL;")
    before = footprint(verbs.database)
    with pytest.raises(Refused) as caught:
        verbs.expand()
    assert caught.value.message.splitlines()[0] == "2 rows of public.lignes without a row of produits for (x, y)"
    assert len(caught.value.reasons) == 2
    assert len(verbs.database.all(caught.value.hint.partition("See them all: ")[2])) == 2
    assert footprint(verbs.database) == before
    verbs.database.run("DELETE FROM lignes WHERE id = 1; UPDATE lignes SET x = 1, y = -1 WHERE id = 2")
    verbs.expand()
    assert verbs.state == "expanded"


@pytest.mark.majors(14, 18)
def test_rights_on_the_other_table(
    make_role: Callable[..., str], make_database: Callable[..., Database], tmp_path: Path
) -> None:
    """REFERENCES is asked for before anything starts; without SELECT the server itself finds orphans."""
    role = make_role("LOGIN")
    database = make_database(T)
    with pytest.raises(Refused, match="must be owner of table"):
        planned(database, f"{ADD};", user=role)
    database.run(
        f"GRANT CREATE ON DATABASE {database.name} TO {role}; GRANT CREATE ON SCHEMA public TO {role};"
        f"ALTER TABLE lignes OWNER TO {role}"
    )
    with pytest.raises(Refused, match="no right REFERENCES on public") as caught:
        planned(database, f"{ADD};", user=role)
    assert f"GRANT REFERENCES ON public.produits TO {role};" in caught.value.hint
    database.run(f"GRANT REFERENCES (id) ON produits TO {role}")
    plan = planned(database, f"{ADD};", user=role)
    assert not any(step.id.endswith("look") for step in plan.steps)
    assert "orphans are not looked for before" in "\n".join(only(plan).hazards)
    verbs = Verbs(database, tmp_path, user=role)
    verbs.prepare("", f"{ADD};")
    verbs.expand()
    assert verbs.state == "expanded"
    verbs.rollback()
    assert verbs.state == "rolled back"


def test_twin() -> None:
    made = op.AddForeignKey(
        table="lignes",
        columns=("a", "É"),
        references="p",
        references_columns=("x", "y"),
        references_schema="s",
        name="k",
    )
    assert made.to_sql() == ('ALTER TABLE lignes ADD CONSTRAINT k FOREIGN KEY (a, "É") REFERENCES s.p (x, y);\n')
    short = op.AddForeignKey(table="l", columns=("a",), references="p", schema="s")
    assert short.to_sql() == "ALTER TABLE s.l ADD FOREIGN KEY (a) REFERENCES p;\n"
