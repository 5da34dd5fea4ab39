"""ALTER COLUMN … TYPE under what reads the column: views are dropped and made again, the rest is bound anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import Refused
from tests.evolve.operations.planning import only, planned
from tests.support.changes import Change, Changing, lives
from tests.support.columns import APP, PLAIN
from tests.support.databases import Database
from tests.support.shapes_bound import role

BIGINT = "ALTER TABLE t ALTER COLUMN b TYPE bigint;\n"
WIDER = "ALTER TABLE t ALTER COLUMN v TYPE varchar(50);\n"
BELOW = f"""{PLAIN}{role(APP)}ALTER TABLE t ADD COLUMN v varchar(20) DEFAULT 'é';
CREATE FUNCTION écrit() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
  INSERT INTO t (id, b, v) VALUES (NEW.id, NEW.b, NEW.v); RETURN NEW; END$$;
"""
VIEWS = f"""
CREATE VIEW "vue d'un" (id, b, v) WITH (security_barrier) AS SELECT id, b, v FROM t;
CREATE VIEW deux AS SELECT u.id, u.b + 1 AS plus, u.v FROM "vue d'un" u JOIN t USING (id) WHERE t.b > 0;
CREATE VIEW trois AS SELECT d.*, "vue d'un".b FROM deux d, "vue d'un" WHERE d.id = "vue d'un".id;
CREATE OR REPLACE VIEW ailleurs AS SELECT id FROM t;
ALTER VIEW "vue d'un" ALTER COLUMN b SET DEFAULT 7;
COMMENT ON VIEW "vue d'un" IS 'celle d''un';
COMMENT ON COLUMN deux.plus IS 'un de plus';
GRANT SELECT, INSERT ON "vue d'un" TO {APP} WITH GRANT OPTION;
GRANT SELECT (id), UPDATE (v) ON deux TO PUBLIC;
REVOKE DELETE ON deux FROM CURRENT_USER;
GRANT SELECT ON deux, t TO {APP};
ALTER VIEW trois OWNER TO {APP};
CREATE TRIGGER écrit INSTEAD OF INSERT ON "vue d'un" FOR EACH ROW EXECUTE FUNCTION écrit();
COMMENT ON TRIGGER écrit ON "vue d'un" IS 'écrit';
CREATE RULE pas AS ON DELETE TO deux DO INSTEAD NOTHING;
"""
GONE = """DROP VIEW trois, deux, "vue d'un";\n"""
CHECKED = "CREATE VIEW v AS SELECT id, b FROM t WHERE b >= 0 WITH CASCADED CHECK OPTION;\n"
POLICY = "CREATE POLICY p ON t USING (b > 0) WITH CHECK (b < 1000000);\n"
OF_COLUMN = "CREATE TRIGGER vu BEFORE UPDATE OF b ON t FOR EACH ROW WHEN (NEW.b > 7) EXECUTE FUNCTION vu();\n"
SEEN = "CREATE FUNCTION vu() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';\n"
RULE = "CREATE RULE r AS ON INSERT TO t WHERE NEW.b = 77 DO INSTEAD NOTHING;\n"
NUMBERS = (
    "INSERT INTO t (id, a, b) VALUES (%(n)s, 'n', %(k)s)",
    "UPDATE t SET b = b + 1 WHERE id = %(k)s",
    "SELECT id, b::text FROM t WHERE id = %(k)s",
)
READING = (
    *NUMBERS,
    "SELECT id, plus::text, v::text FROM deux WHERE id = %(k)s",
    "SELECT id, b::text FROM trois LIMIT 1",
)

BOUND = (
    Change(
        name="views",
        differs=True,
        setup=BELOW + VIEWS,
        migration=BIGINT,
        native=GONE + BIGINT + VIEWS,
        old=READING,
        new=READING,
    ),
    Change(
        name="views_of_what_is_free",
        setup=BELOW + VIEWS,
        migration=WIDER,
        native=GONE + WIDER + VIEWS,
        old=READING,
        new=READING,
        returns=False,
    ),
    Change(
        name="view_with_check_option",
        setup=PLAIN + CHECKED,
        migration=BIGINT,
        native="DROP VIEW v;\n" + BIGINT + CHECKED,
        old=NUMBERS,
    ),
    Change(
        name="policy",
        setup=PLAIN + POLICY + "ALTER TABLE t ENABLE ROW LEVEL SECURITY;\n",
        migration=BIGINT,
        native="DROP POLICY p ON t;\n" + BIGINT + POLICY,
        old=NUMBERS,
        new=NUMBERS,
    ),
    Change(
        name="trigger",
        setup=PLAIN + SEEN + OF_COLUMN,
        migration=BIGINT,
        native="DROP TRIGGER vu ON t;\n" + BIGINT + OF_COLUMN,
        old=NUMBERS,
        new=NUMBERS,
    ),
    Change(
        name="rule",
        setup=PLAIN + RULE,
        migration=BIGINT,
        native="DROP RULE r ON t;\n" + BIGINT + RULE,
        old=NUMBERS,
    ),
    Change(
        name="published_columns",
        setup=PLAIN + "CREATE PUBLICATION p FOR TABLE t (id, b) WHERE (id > 3);\n",
        migration=BIGINT,
        native="DROP PUBLICATION p;\n" + BIGINT + "CREATE PUBLICATION p FOR TABLE t (id, b) WHERE (id > 3);\n",
        versions=(15, 16, 17, 18),
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("change", BOUND, ids=lambda change: change.name)
def test_life(make_database: Callable[..., Database], tmp_path: Path, change: Change) -> None:
    lives(change, make_database, tmp_path)


def test_views_are_shown_with_their_locks(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(BELOW + VIEWS), WIDER)
    (step,) = plan.steps
    assert [str(lock.relation) for lock in step.locks] == ["public.t", "public.vue d'un", "public.deux", "public.trois"]
    assert [each.split(" AS ")[0] for each in step.statements] == [
        "DROP VIEW public.trois",
        "DROP VIEW public.deux",
        'DROP VIEW public."vue d\'un"',
        "ALTER TABLE public.t ALTER COLUMN v TYPE character varying(50)",
        'CREATE VIEW public."vue d\'un" WITH (security_barrier=true)',
        "CREATE VIEW public.deux",
        "CREATE VIEW public.trois",
    ]
    assert any("view public.deux is dropped and made again" in hazard for hazard in only(plan).hazards)


@pytest.mark.parametrize("migration", [BIGINT, WIDER], ids=["hidden_column", "free"])
@pytest.mark.parametrize(
    ("since", "said"),
    [
        ("CREATE VIEW plus_tard AS SELECT * FROM deux", "made since the plan"),
        ("CREATE MATERIALIZED VIEW m AS SELECT * FROM deux", "m would have to be dropped, and with it what it holds"),
        ("CREATE FUNCTION f() RETURNS SETOF deux LANGUAGE sql AS 'SELECT * FROM deux'", "with it function public.f()"),
    ],
)
def test_what_was_built_on_a_view_since(
    make_database: Callable[..., Database], tmp_path: Path, migration: str, since: str, said: str
) -> None:
    """Nothing is lost with the view, and contract goes on when it is gone."""
    change = Change(name="since", setup=BELOW + VIEWS, migration=migration)
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    life.database.run(since)
    with pytest.raises(Refused) as caught:
        life.contract(finalize=True)
    assert said in " ".join(caught.value.reasons)
    life.database.run(
        "DROP " + " ".join(since.split(" AS ")[0].removeprefix("CREATE ").split(" RETURNS")[0].split(" "))
    )
    life.contract(finalize=True)
    life.stop("done")
