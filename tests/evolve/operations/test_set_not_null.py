"""SET NOT NULL: its plans, what it refuses, and its life while both applications write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.columns import (
    COPY,
    COUNTED,
    GAPS,
    HOSTILE,
    HOSTILE_COLUMN,
    HOSTILE_TABLE,
    INHERITED,
    OWNED,
    OWNER,
    PARTED,
    PLAIN,
    POLICIES,
    UNCOUNTED,
    UP,
    WORK,
    set_not_null,
)
from tests.support.databases import Database

GAP_WORK = (*WORK, "UPDATE t SET a = NULL WHERE id = %(k)s", "INSERT INTO t (id, b) VALUES (%(n)s, 1)")
SHOP_WORK = (
    "INSERT INTO commandes (id, référence, total) VALUES (%(n)s, 'r' || %(n)s, 5)",
    "UPDATE commandes SET statut = 'LIVREE' WHERE id = %(k)s",
    "SELECT référence FROM commandes WHERE id = %(k)s",
)
FULL = "SELECT * FROM t WHERE a IS NULL"
FILL = "-- pgwright: on_null = 'x'\n"
FILLED = "UPDATE t SET a = 'x' WHERE a IS NULL;\n"
TYPES = {
    "a json": "'{}'",
    "b point": "'(0,0)'",
    "c plein": "'z'",
    "d humeur": "'bon'",
    "e int[]": "ARRAY[1, 2]",
    "f numeric(10,2)": "1.5",
    "h timestamptz": "now()",
}
TYPED = "CREATE DOMAIN plein AS text CHECK (value <> '');\nCREATE TYPE humeur AS ENUM ('bon', 'mauvais');\n"
TYPED += f"CREATE TABLE t (id bigint PRIMARY KEY, {', '.join(TYPES)});\nINSERT INTO t SELECT generate_series(1, 100);\n"
_ALL = ", ".join(f"ALTER {each.split()[0]} SET NOT NULL" for each in TYPES)

LIVES = (
    Change(
        differs=True,
        name="a_table_of_the_shop",
        setup="CREATE TABLE commandes (id bigint PRIMARY KEY, référence text, statut text, total numeric);\n"
        "INSERT INTO commandes SELECT i, 'r' || i, 'NOUVELLE', i FROM generate_series(1, 300) i;\n",
        migration="ALTER TABLE commandes ALTER COLUMN référence SET NOT NULL;\n",
        old=SHOP_WORK,
        new=SHOP_WORK,
        invariant="SELECT * FROM commandes WHERE référence IS NULL",
    ),
    Change(
        differs=True,
        name="the_old_application_writes_null",
        setup=PLAIN + GAPS,
        migration=FILL + set_not_null("a"),
        native=FILLED + set_not_null("a"),
        old=GAP_WORK,
        new=GAP_WORK[:-2],
        invariant=FULL,
    ),
    Change(
        differs=True,
        name="from_another_column_of_partitions",
        setup=PARTED + GAPS,
        migration="-- pgwright: on_null = c || b\n" + set_not_null("a"),
        native=FILLED + set_not_null("a"),
        old=GAP_WORK,
        new=WORK,
        invariant=f"{FULL} OR a IS DISTINCT FROM c || b AND a !~ '^[anu]'",
    ),
    Change(
        differs=True,
        name="renamed_and_filled",
        setup=PLAIN + GAPS,
        migration=COPY + FILL + set_not_null("d"),
        native=FILLED + COPY + set_not_null("d"),
        old=GAP_WORK,
        new=tuple(each.replace("a,", "d,").replace("a =", "d =") for each in WORK),
        invariant="SELECT * FROM t WHERE d IS NULL",
    ),
)
SHAPES = (
    Change(
        name="volatile",
        setup=PLAIN + "UPDATE t SET a = NULL;",
        migration="-- pgwright: on_null = random()::text\n" + set_not_null("a"),
        native=FILLED + set_not_null("a"),
        invariant="SELECT 1 FROM (SELECT count(*) AS n, count(DISTINCT a) AS d FROM t) q WHERE n <> d",
    ),
    Change(
        name="hostile_names",
        setup=HOSTILE_TABLE,
        migration="-- pgwright: on_null = 'it''s'\n" + set_not_null(HOSTILE_COLUMN, HOSTILE),
    ),
    Change(differs=True, name="partitions", setup=PARTED, migration=set_not_null("a")),
    Change(
        differs=True,
        name="one_partition",
        setup=PARTED + GAPS,
        migration=FILL + set_not_null("a", "t2"),
        native=FILLED.replace(" t ", " t2 ") + set_not_null("a", "t2"),
    ),
    Change(
        differs=True,
        name="a_partition_had_it",
        setup=PARTED + "ALTER TABLE t1 ALTER a SET NOT NULL;\nALTER TABLE t3 ALTER a SET NOT NULL;\n",
        migration=set_not_null("a"),
    ),
    Change(
        differs=True,
        name="children",
        setup=INHERITED + GAPS,
        migration=FILL + set_not_null("a"),
        native=FILLED + set_not_null("a"),
    ),
    Change(
        differs=True,
        name="a_child_had_it",
        setup=INHERITED + "ALTER TABLE u ALTER a SET NOT NULL;\n",
        migration=set_not_null("a"),
    ),
    Change(name="one_child", setup=INHERITED, migration=set_not_null("a", "u")),
    Change(
        differs=True,
        name="two_that_fill_one_another",
        setup=PLAIN + GAPS + "UPDATE t SET b = NULL;",
        migration="-- pgwright: on_null(a) = 'x'\n-- pgwright: on_null(b) = length(a)\n"
        "ALTER TABLE t ALTER a SET NOT NULL, ALTER b SET NOT NULL;",
        native="UPDATE t SET a = 'x', b = 1;\n" + set_not_null("a") + set_not_null("b"),
    ),
    Change(
        name="one_filled_and_one_not",
        setup=PLAIN + GAPS,
        migration="-- pgwright: on_null(a) = 'x'\nALTER TABLE t ALTER a SET NOT NULL, ALTER b SET NOT NULL;",
        native=FILLED + set_not_null("a") + set_not_null("b"),
    ),
    Change(
        differs=True,
        name="a_check_proves_it",
        setup=PARTED + "ALTER TABLE t1 ALTER a SET NOT NULL;\nALTER TABLE t ADD CONSTRAINT k CHECK (a IS NOT NULL);\n",
        migration=set_not_null("a"),
    ),
    Change(
        differs=True,
        name="its_name_is_taken",
        setup=PLAIN + "ALTER TABLE t ADD CONSTRAINT t_a_not_null CHECK (b > 0);\n",
        migration=set_not_null("a"),
        versions=(18,),
    ),
    Change(
        differs=True,
        name="it_has_it_under_another_name",
        setup=PLAIN + "ALTER TABLE t ADD CONSTRAINT k NOT NULL a;\n",
        migration=set_not_null("a"),
        versions=(18,),
    ),
    Change(differs=True, name="renamed", setup=PLAIN, migration=COPY + set_not_null("d")),
    Change(name="renamed_with_up", setup=PLAIN, migration=UP + set_not_null("d")),
    Change(
        differs=True,
        name="renamed_with_up_from_one_that_has_it",
        setup=PLAIN,
        migration=UP.replace("(a)", "(c)").replace(" a ", " c ") + set_not_null("d"),
    ),
    Change(differs=True, name="renamed_before", setup=PLAIN, migration=set_not_null("d"), earlier=(COPY,)),
    Change(
        differs=True,
        name="renamed_before_and_filled",
        setup=PLAIN + GAPS,
        migration=FILL + set_not_null("d"),
        native=FILLED + COPY + set_not_null("d"),
        earlier=(COPY,),
    ),
    Change(name="renamed_before_with_up", setup=PLAIN, migration=set_not_null("d"), earlier=(UP,)),
    Change(
        name="filled_and_then_renamed_with_up",
        setup=PLAIN + GAPS,
        migration=FILL + set_not_null("a") + UP,
        native=FILLED + set_not_null("a") + UP,
    ),
    Change(
        name="another_is_filled_since_before",
        setup=PLAIN + GAPS + "UPDATE t SET b = NULL;",
        migration=FILL + set_not_null("a"),
        earlier=("-- pgwright: on_null = 3\n" + set_not_null("b"),),
        native="UPDATE t SET a = 'x', b = 3;\n" + set_not_null("b") + set_not_null("a"),
    ),
    Change(
        name="types",
        setup=TYPED,
        migration="".join(f"-- pgwright: on_null({each.split()[0]}) = {by}\n" for each, by in TYPES.items())
        + f"ALTER TABLE t {_ALL};",
        native="UPDATE t SET "
        + ", ".join(f"{each.split()[0]} = {by}" for each, by in TYPES.items())
        + f";\nALTER TABLE t {_ALL};",
    ),
    Change(
        name="triggers_of_users",
        setup=PLAIN + GAPS + COUNTED,
        migration=FILL + set_not_null("a"),
        native=FILLED + set_not_null("a"),
        always=UNCOUNTED,
    ),
    Change(
        differs=True,
        name="an_ordinary_owner_with_triggers",
        setup=OWNED.format(setup=PLAIN + GAPS + COUNTED),
        migration=FILL + set_not_null("a"),
        native=FILLED + set_not_null("a"),
        runner=OWNER,
        allow=frozenset({"user_triggers"}),
        always=UNCOUNTED,
    ),
    Change(
        name="policies",
        setup=POLICIES.format(setup=PLAIN + GAPS),
        migration=FILL + set_not_null("a"),
        native=FILLED + set_not_null("a"),
    ),
    Change(name="no_rows", setup="CREATE TABLE t (a text);", migration=FILL + set_not_null("a")),
    Change(
        name="a_table_of_the_same_plan",
        setup="SELECT 1;",
        migration="CREATE TABLE t (a int);\n" + set_not_null("a"),
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", [*LIVES, *SHAPES], ids=[case.name for case in (*LIVES, *SHAPES)])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


GOLDEN = {
    set_not_null("a"): (
        "look look verify ACCESS SHARE",
        "not_null expand instant ACCESS EXCLUSIVE",
        "not_null_valid expand online SHARE UPDATE EXCLUSIVE",
        "not_null_set expand instant ACCESS EXCLUSIVE",
        "not_null_undo rollback cutover ACCESS EXCLUSIVE",
    ),
    FILL + set_not_null("a"): (
        "look_filled look verify ACCESS SHARE",
        "open expand instant ACCESS EXCLUSIVE",
        "pass backfill backfill ROW EXCLUSIVE",
        "fill_end backfill verify -",
        "not_null_valid verify online SHARE UPDATE EXCLUSIVE",
        "not_null_set verify instant ACCESS EXCLUSIVE",
        "close contract cutover ACCESS EXCLUSIVE",
        "undo rollback cutover ACCESS EXCLUSIVE",
    ),
}


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize("text", GOLDEN, ids=["proven", "filled"])
def test_plan(make_database: Callable[..., Database], text: str) -> None:
    database = make_database(PLAIN)
    plan = planned(database, text)
    # 18 has NOT NULL … NOT VALID itself: what proves it is it.
    assert outline(plan) == [line for line in GOLDEN[text] if database.major < 18 or "not_null_set" not in line]
    assert not [step for step in plan.steps if step.scans and any(lock.mode.is_strong for lock in step.locks)]


@pytest.mark.parametrize("setup", [PLAIN + set_not_null("a"), PLAIN.replace("a text", "a text NOT NULL")])
def test_nothing_to_do(make_database: Callable[..., Database], setup: str) -> None:
    plan = planned(make_database(setup), FILL + set_not_null("a"))
    assert only(plan).strategy == "nothing to do"
    assert plan.steps == ()


@pytest.mark.majors(18)
def test_one_that_is_not_valid_yet_is_proven(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """It stays so after a rollback: it holds for every row."""
    setup = PLAIN + "ALTER TABLE t ADD CONSTRAINT k NOT NULL a NOT VALID;\n"
    change = Change(differs=True, name="not_valid", setup=setup, migration=set_not_null("a"))
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    valid = "SELECT convalidated FROM pg_constraint WHERE conname = 'k'"
    assert life.database.one(valid) is True
    life.rollback()
    assert life.database.one(valid) is True
    assert life.state == "rolled back"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (set_not_null("z"), 'column "z" of table "public.t" does not exist at this place'),
        (set_not_null("z", "nulle_part"), 'table "nulle_part" does not exist'),
        (set_not_null("ctid"), '"ctid" is a system column'),
        ("-- pgwright: on_null = NULL::text\n" + set_not_null("a"), "on_null is NULL, which fills nothing"),
        ("-- pgwright: on_null = a || 'x'\n" + set_not_null("a"), "on_null reads a itself"),
        ("-- pgwright: on_null = (SELECT 'x')\n" + set_not_null("a"), "on_null cannot have a subquery"),
        ("-- pgwright: on_null = count(*)\n" + set_not_null("a"), "aggregate functions are not allowed"),
        ("-- pgwright: on_null = zz\n" + set_not_null("a"), 'column "zz" does not exist'),
        ("-- pgwright: on_null = 'x'\n" + set_not_null("b"), "invalid input syntax for type integer"),
        ("-- pgwright: on_null = 7\n" + set_not_null("g"), "g is a generated column: only its expression fills it"),
        ("-- pgwright: on_null(b) = 7\n" + set_not_null("a"), "does not name b"),
        ("-- pgwright: up = 'x'\n" + set_not_null("a"), '"up" says nothing to set_not_null'),
        (UP + FILL + set_not_null("d"), "gets its values from up of a rename"),
        ("ALTER TABLE t ADD COLUMN x text DEFAULT 'q';\n" + FILL + set_not_null("x"), "x is added by this plan"),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], text: str, said: str) -> None:
    database = make_database(PLAIN + "ALTER TABLE t ADD g int GENERATED ALWAYS AS (b) STORED;")
    with pytest.raises(MigrationFileError) as caught:
        planned(database, text)
    assert said in caught.value.message
    assert caught.value.line


@pytest.mark.majors("all")
def test_rows_that_are_null_are_counted_and_shown(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """Before anything is changed; and when they are filled, the same command goes on."""
    change = Change(differs=True, name="gaps", setup=PLAIN + GAPS, migration=set_not_null("a"))
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    before = life.schema()
    with pytest.raises(Refused) as caught:
        life.expand()
    assert caught.value.message.startswith("66 rows of public.t with NULL in a")
    assert caught.value.reasons[0] == '{"a": null, "b": 3, "c": "c", "id": 3}'
    assert caught.value.reasons[-1] == "… and 63 more"
    assert "on_null(a) = " in caught.value.hint
    assert "SELECT * FROM public.t WHERE a IS NULL" in caught.value.hint
    assert caught.value.state == "Nothing was changed in any table."
    assert life.schema() == before
    life.database.run(FILLED)
    life.expand()
    assert life.state == "expanded"


def test_an_expression_that_leaves_rows_empty_is_refused_before_anything_is_changed(
    make_database: Callable[..., Database], tmp_path: Path
) -> None:
    change = Change(
        differs=True,
        name="hollow",
        setup=PLAIN + GAPS,
        migration="-- pgwright: on_null = nullif(b, 9)::text\n" + set_not_null("a"),
    )
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    before = life.schema()
    with pytest.raises(Refused, match=r"1 row of public.t for which .* is NULL, and a is to be NOT NULL"):
        life.expand()
    assert life.schema() == before


def test_triggers_that_the_owner_cannot_silence_want_consent(make_database: Callable[..., Database]) -> None:
    database = make_database(OWNED.format(setup=PLAIN + COUNTED))
    with pytest.raises(Refused, match=f'trigger "zzzz" .* role {OWNER} may not silence it') as caught:
        planned(database, FILL + set_not_null("a"), user=OWNER)
    assert caught.value.state == "Nothing was changed."


def test_a_column_that_the_plan_adds_without_a_value(make_database: Callable[..., Database]) -> None:
    text = "ALTER TABLE t ADD COLUMN x text;\n" + set_not_null("x")
    with pytest.raises(Refused, match=r"x is added by this plan without a value, and public\.t has rows"):
        planned(make_database(PLAIN), text)


def test_twin() -> None:
    made = op.SetNotNull(table="t", column="Référence", on_null="'x'")
    assert made.to_sql() == FILL + 'ALTER TABLE t ALTER COLUMN "Référence" SET NOT NULL;\n'
