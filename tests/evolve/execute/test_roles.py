"""Who may migrate: an owner without superuser, members of the owning role, and roles with settings of their own. A
right that is missing is named before anything starts, with the statement that grants it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.api.init import init_script
from pgwright.api.plan import plan
from pgwright.api.rollback import rollback
from pgwright.api.status import status
from pgwright.base.errors import PgwrightError, Refused
from pgwright.base.lock import LockMode
from pgwright.base.name import RelationName
from pgwright.config import Settings
from pgwright.evolve.execute import rights
from pgwright.evolve.steps.step import Kind, Lock, Phase, Step
from tests.support.bouncer import PgBouncer
from tests.support.databases import Database
from tests.support.lifecycle import footprint, leftovers
from tests.support.pooled import ALIAS, COPY, QUICK, SETUP, UP

pytestmark = pytest.mark.majors("all")
USE = "GRANT USAGE, CREATE ON SCHEMA public TO {role};"
NO_CREATE = "REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO {role};"
OWN = "ALTER TABLE utilisateurs OWNER TO {role};"

MEMBER = "ALTER TABLE utilisateurs OWNER TO {other}; ALTER ROLE {role} NOINHERIT; GRANT {other} TO {role};"


def prepared(database: Database, folder: Path, role: str, script: str, migration: str = UP) -> Settings:
    """A project of `role`; a DBA has made the journal for it with the script of `init --sql --role`."""
    database.run(SETUP)
    database.run(init_script(role))
    database.run(script.format(role=role, database=database.name))
    (folder / "0001_nom.sql").write_text(migration, encoding="utf-8")
    return Settings(dsn=database.dsn_as(role), migrations=folder, execute=QUICK)


def live(settings: Settings) -> None:
    """There and back, and to the end."""
    assert expand(settings).migrations[-1].state == "expanded"
    assert rollback(settings).migrations[-1].state == "rolled back"
    assert expand(settings).migrations[-1].state == "expanded"
    assert contract(settings, grace=3600.0).migrations[-1].state == "retiring"
    assert rollback(settings).migrations[-1].state == "rolled back"
    assert expand(settings).migrations[-1].state == "expanded"
    assert contract(settings).migrations[-1].state == "done"


@pytest.mark.parametrize("migration", [UP, COPY, ALIAS], ids=["up", "copy", "alias"])
@pytest.mark.parametrize("who", ["owner", "member", "noinherit"])
def test_a_whole_life_without_superuser(
    make_role: Callable[..., str], database: Database, tmp_path: Path, who: str, migration: str
) -> None:
    """A member that does not inherit becomes the owner by a setting of the role, so that it is so in every session."""
    owner, role = make_role("NOLOGIN"), make_role("LOGIN NOINHERIT" if who == "noinherit" else "LOGIN")
    script = (OWN + USE).format(role=role if who == "owner" else owner)
    works = role
    if who != "owner":
        script += f"GRANT {owner} TO {role}; GRANT USAGE ON SCHEMA public TO {role};"
    if who == "noinherit":
        works = owner
        script += f"ALTER ROLE {role} SET role = {owner};"
    settings = prepared(database, tmp_path, works, script, migration)
    live(Settings(dsn=database.dsn_as(role), migrations=tmp_path, execute=settings.execute))
    assert leftovers(database) == []
    database.run(f"DROP OWNED BY {owner}, {role}")


@pytest.mark.parametrize("inherits", [True, False])
def test_through_a_pooler_without_superuser(
    make_role: Callable[..., str], database: Database, tmp_path: Path, inherits: bool
) -> None:
    owner, role = make_role("NOLOGIN"), make_role("LOGIN" if inherits else "LOGIN NOINHERIT")
    script = (OWN + USE).format(role=owner) + f"GRANT {owner} TO {role};"
    script += "" if inherits else f"ALTER ROLE {role} SET role = {owner};"
    prepared(database, tmp_path, role if inherits else owner, script)
    with PgBouncer(database.server.host, database.server.port, users=(role,), server_round_robin=1) as bouncer:
        live(Settings(dsn=bouncer.dsn(database.name, user=role), migrations=tmp_path, execute=QUICK))
    assert leftovers(database) == []
    database.run(f"DROP OWNED BY {owner}, {role}")


LIMITS = (
    "statement_timeout = '200ms'", "lock_timeout = '1ms'", "idle_in_transaction_session_timeout = '300ms'",
    "default_transaction_isolation = 'serializable'", "default_transaction_read_only = on", "search_path = ''",
    "row_security = off", "transaction_timeout = '250ms'", "idle_session_timeout = '2s'",
)  # fmt: skip


@pytest.mark.parametrize("pooled", [False, True])
def test_everything_that_a_role_can_set(
    make_role: Callable[..., str], database: Database, tmp_path: Path, pooled: bool
) -> None:
    """All of it at once, for this role in this database; with a pooler, direct_dsn takes what it cannot bear."""
    role = make_role("LOGIN")
    wanted = [limit for limit in LIMITS if database.major >= 17 or not limit.startswith("transaction_timeout")]
    limits = "".join(f"ALTER ROLE {role} IN DATABASE {database.name} SET {limit};" for limit in wanted)
    named = UP.replace("TABLE utilisateurs", "TABLE public.utilisateurs")
    settings = prepared(database, tmp_path, role, OWN + USE + limits, named)
    if not pooled:
        live(settings)
    else:
        with PgBouncer(database.server.host, database.server.port, users=(role,)) as bouncer:
            dsn = bouncer.dsn(database.name, user=role)
            through = Settings(dsn=dsn, migrations=tmp_path, execute=QUICK)
            with pytest.raises(Refused, match="statement_timeout"):
                expand(through)
            live(Settings(dsn=dsn, direct_dsn=settings.dsn, migrations=tmp_path, execute=QUICK))
    assert leftovers(database) == []
    database.run(f"DROP OWNED BY {role}")


# (migration, what the DBA did, words of the refusal)
LACKING = {
    "owner_superuser": (COPY, USE + "GRANT ALL ON utilisateurs TO {role};", ("belongs to postgres", "OWNER TO")),
    "owner_other": (
        COPY,
        USE + "ALTER TABLE utilisateurs OWNER TO {other};",
        ("belongs to {other}", "GRANT {other} TO"),
    ),
    "noinherit": (
        COPY,
        USE.replace("{role}", "{other}") + MEMBER,
        ("ALTER ROLE {role} SET role = {other}",),
    ),
    "create_for_a_view": (ALIAS, OWN + NO_CREATE, ("GRANT CREATE ON SCHEMA public TO {role}",)),
    "create_for_an_index": (UP, OWN + NO_CREATE, ("GRANT CREATE ON SCHEMA public TO {role}",)),
    "rows": (COPY, OWN + USE + "REVOKE SELECT, UPDATE ON utilisateurs FROM {role};", ("GRANT SELECT, UPDATE ON",)),
}


@pytest.mark.parametrize("name", LACKING)
def test_a_missing_right_is_named_with_its_grant(
    make_role: Callable[..., str], database: Database, tmp_path: Path, name: str
) -> None:
    """plan warns, expand refuses and has changed nothing; after the statements of the refusal it goes through."""
    other, role = make_role("NOLOGIN"), make_role("LOGIN")
    migration, script, words = LACKING[name]
    settings = prepared(database, tmp_path, role, script.replace("{other}", other), migration)
    expected = [word.format(role=role, other=other, database=database.name) for word in words]
    before = footprint(database)
    told = "\n".join(plan(settings).warnings)
    with pytest.raises(Refused) as caught:
        expand(settings)
    assert caught.value.exit_code == 6
    assert caught.value.state == "Nothing was changed."
    for word in expected:
        assert word in caught.value.message
        assert word in told
    assert footprint(database) == before
    assert status(settings).migrations[0].state == "pending"
    for reason in caught.value.reasons:
        database.run(reason.partition(": ")[2])
    if name == "noinherit":  # the journal goes to the owner as well: that is who every session is now
        database.run(f"REASSIGN OWNED BY {role} TO {other}")
    assert expand(settings).migrations[-1].state == "expanded"
    assert contract(settings).migrations[-1].state == "done"
    database.run(f"DROP OWNED BY {role}, {other}")


def test_the_other_side_of_a_foreign_key_may_belong_to_somebody_else(
    make_role: Callable[..., str], database: Database
) -> None:
    """Dropping one locks it in ACCESS EXCLUSIVE, and adding one needs REFERENCES."""
    role = make_role("LOGIN")
    database.run(
        "CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE enfant (id int REFERENCES parent);"
        f"ALTER TABLE enfant OWNER TO {role}"
    )
    oids = {name: database.one(f"SELECT '{name}'::regclass::oid::bigint") for name in ("enfant", "parent")}
    locks = tuple(
        Lock(relation=RelationName("public", name), oid=oid, mode=LockMode.ACCESS_EXCLUSIVE)
        for name, oid in oids.items()
    )

    def lacking(statement: str) -> tuple[str, ...]:
        step = Step(
            id="1", operations=("1",), phase=Phase.EXPAND, kind=Kind.INSTANT, summary="", statements=(statement,),
            locks=locks,
        )  # fmt: skip
        with database.connect(user=role) as connection:
            return rights.missing(connection, [step])

    assert lacking("ALTER TABLE public.enfant DROP CONSTRAINT enfant_id_fkey") == ()
    (sentence,) = lacking("ALTER TABLE public.enfant ADD FOREIGN KEY (id) REFERENCES public.parent NOT VALID")
    assert f"GRANT REFERENCES ON public.parent TO {role};" in sentence
    (sentence,) = lacking("ALTER TABLE ONLY public.parent DROP COLUMN id")
    assert "belongs to postgres" in sentence
    drop = "ALTER TABLE enfant DROP CONSTRAINT enfant_id_fkey"
    with database.connect(user=role) as connection:
        connection.execute(drop)  # so it is: the server does not ask for the parent
    database.run(f"DROP OWNED BY {role}")


def test_no_temporary_tables(make_role: Callable[..., str], database: Database, tmp_path: Path) -> None:
    """Expressions are tried on a temporary copy while the plan is made; so there is no plan without."""
    role = make_role("LOGIN")
    revoke = "REVOKE TEMP ON DATABASE {database} FROM PUBLIC;"
    settings = prepared(database, tmp_path, role, OWN + USE + revoke)
    for verb in (plan, expand):
        with pytest.raises(Refused) as caught:
            verb(settings)
        assert f"GRANT TEMPORARY ON DATABASE {database.name} TO {role}" in caught.value.hint
    database.run(caught.value.hint.partition(": ")[2])
    assert expand(settings).migrations[-1].state == "expanded"
    database.run(f"DROP OWNED BY {role} CASCADE")


def test_no_right_on_the_journal(make_role: Callable[..., str], database: Database, tmp_path: Path) -> None:
    """init --sql without --role leaves it with the DBA."""
    role = make_role("LOGIN")
    settings = prepared(database, tmp_path, role, OWN + USE + "ALTER SCHEMA pgwright OWNER TO postgres;")
    with pytest.raises(PgwrightError) as caught:
        expand(settings)
    assert caught.value.exit_code == 6
    assert "doctor" in caught.value.hint
    database.run(f"DROP OWNED BY {role}")


def test_the_settings_of_a_role_are_those_of_its_login(
    make_role: Callable[..., str], database: Database, tmp_path: Path
) -> None:
    """A timeout of the owner means nothing to a member that became it, and its own still counts."""
    owner, role = make_role("NOLOGIN"), make_role("LOGIN NOINHERIT")
    script = (OWN + USE).format(role=owner) + f"GRANT {owner} TO {role}; ALTER ROLE {role} SET role = {owner};"
    prepared(database, tmp_path, owner, script + f"ALTER ROLE {owner} SET statement_timeout = '5s';")
    with PgBouncer(database.server.host, database.server.port, users=(role,)) as bouncer:
        settings = Settings(dsn=bouncer.dsn(database.name, user=role), migrations=tmp_path, execute=QUICK)
        assert not any("pooler" in warning for warning in plan(settings).warnings)
        database.run(f"ALTER ROLE {role} SET lock_timeout = '5s'")
        (warning,) = [each for each in plan(settings).warnings if "pooler" in each]
        assert "lock_timeout" in warning
        with psycopg.connect(settings.dsn) as connection:
            assert connection.execute("SELECT current_user::text").fetchone() == (owner,)
    database.run(f"DROP OWNED BY {owner}, {role}")
