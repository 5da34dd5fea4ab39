from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo

from pgwright.api.doctor import doctor
from pgwright.api.init import init
from pgwright.base.errors import ConnectError
from pgwright.base.finding import Finding
from pgwright.config import Settings
from pgwright.config.settings import ExecuteSettings
from pgwright.server.private import PrivateServer
from tests.support.bouncer import PgBouncer
from tests.support.databases import Database, Server


def named(findings: tuple[Finding, ...]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


def cure(database: Database, finding: Finding) -> None:
    """Runs the cure as the superuser, as the finding says."""
    database.run(finding.cure_sql)


SCHEMA = """
CREATE SCHEMA "Boutique é";
CREATE TABLE "Boutique é"."T ""x" (id int);
CREATE TABLE public.fermé (id int);
ALTER TABLE public.fermé ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
"""


def test_a_superuser_with_a_journal_misses_nothing_that_matters(database: Database) -> None:
    settings = Settings(dsn=database.dsn)
    assert "no_journal" in named(doctor(settings))
    init(settings)
    assert set(named(doctor(settings))) <= {"statements_not_visible"}


@pytest.mark.majors("all")
def test_a_role_without_rights_and_the_cure_of_each_finding(
    make_role: Callable[..., str], make_database: Callable[..., Database]
) -> None:
    role = make_role("LOGIN")
    database = make_database(SCHEMA)
    database.run(f'REVOKE TEMP ON DATABASE "{database.name}" FROM PUBLIC; REVOKE CREATE ON SCHEMA public FROM PUBLIC')
    settings = Settings(dsn=database.dsn_as(role))

    found = named(doctor(settings))
    expected = {
        "journal_cannot_be_made", "no_temporary_tables", "schema_not_usable", "table_of_another_owner",
        "forced_row_security", "triggers_cannot_be_silenced", "statements_not_visible",
    }  # fmt: skip
    assert set(found) == expected
    for finding in doctor(settings):
        if finding.name != "statements_not_visible":
            cure(database, finding)

    init(settings)
    left = set(named(doctor(settings)))
    # before 15 the right to set session_replication_role cannot be granted
    assert left == {"statements_not_visible"} | ({"triggers_cannot_be_silenced"} if database.major < 15 else set())
    database.run(
        f'DROP OWNED BY "{role}" CASCADE'
        if database.major < 15
        else f"REVOKE SET ON PARAMETER session_replication_role FROM {role}"
    )
    database.run(f'DROP OWNED BY "{role}" CASCADE')


def test_a_journal_that_somebody_else_made(make_role: Callable[..., str], database: Database) -> None:
    role = make_role("LOGIN")
    init(Settings(dsn=database.dsn))
    settings = Settings(dsn=database.dsn_as(role))
    found = named(doctor(settings))["journal_not_usable"]
    assert "USAGE and CREATE" in found.evidence.text
    cure(database, found)
    found = named(doctor(settings))["journal_not_usable"]
    assert "does not own" in found.evidence.text
    cure(database, found)
    assert "journal_not_usable" not in named(doctor(settings))
    database.run(f'DROP OWNED BY "{role}" CASCADE')


def test_only_the_configured_schemas_are_looked_at(
    make_role: Callable[..., str], make_database: Callable[..., Database]
) -> None:
    role = make_role("LOGIN")
    database = make_database(SCHEMA)
    findings = doctor(Settings(dsn=database.dsn_as(role), schemas=("Boutique é",)))
    objects = {finding.object for finding in findings if finding.name == "table_of_another_owner"}
    assert objects == {'Boutique é.T "x'}


def test_many_tables_of_others_are_counted(
    make_role: Callable[..., str], make_database: Callable[..., Database]
) -> None:
    role = make_role("LOGIN")
    database = make_database(
        "DO $$ BEGIN FOR n IN 1..25 LOOP EXECUTE format('CREATE TABLE t%s (id int)', n); END LOOP; END $$"
    )
    findings = [
        finding for finding in doctor(Settings(dsn=database.dsn_as(role))) if finding.name == "table_of_another_owner"
    ]
    assert len(findings) == 21
    assert findings[-1].object == "5 more tables"
    assert findings[-1].cure_sql.count("ALTER TABLE") == 5


def test_a_pooler_is_recognised_by_the_process_id_it_announces(database: Database) -> None:
    with PgBouncer(database.server.host, database.server.port) as bouncer:
        dsn = bouncer.dsn(database.name)
        found = named(doctor(Settings(dsn=dsn)))["pooler_without_direct_dsn"]
        assert "goes through a pooler (process" in found.evidence.text
        assert found.severity == "notice"
        database.run("ALTER ROLE postgres IN DATABASE " + f'"{database.name}"' + " SET statement_timeout = '30s'")
        found = named(doctor(Settings(dsn=dsn)))["pooler_without_direct_dsn"]
        assert found.severity == "warning"
        assert "statement_timeout" in found.evidence.text
        assert not POOLER & set(named(doctor(Settings(dsn=dsn, direct_dsn=database.dsn))))
    assert not POOLER & set(named(doctor(Settings(dsn=database.dsn))))


POOLER = {"pooler_without_direct_dsn", "pooler_in_statement_mode", "pool_too_small", "direct_dsn_is_wrong"}


def test_a_pooler_that_cannot_serve(database: Database, make_database: Callable[..., Database]) -> None:
    host, port = database.server.host, database.server.port
    with PgBouncer(host, port, mode="statement") as bouncer:
        found = named(doctor(Settings(dsn=bouncer.dsn(database.name))))["pooler_in_statement_mode"]
        assert found.severity == "danger"
        assert "pool_mode" in found.why
    with PgBouncer(host, port, pool_size=1) as bouncer:
        settings = Settings(dsn=bouncer.dsn(database.name), execute=ExecuteSettings(lease_timeout=1, heartbeat=0.2))
        assert "pool_size" in named(doctor(settings))["pool_too_small"].why
    with PgBouncer(host, port) as bouncer:
        dsn = bouncer.dsn(database.name)
        for wrong in (make_database().dsn, dsn, database.dsn.replace(database.name, "nowhere")):
            assert "direct_dsn_is_wrong" in named(doctor(Settings(dsn=dsn, direct_dsn=wrong)))


@pytest.mark.majors("all")
def test_a_member_that_does_not_inherit(make_role: Callable[..., str], database: Database) -> None:
    """It becomes the owner in each session; pgwright never says SET ROLE, which would not last behind a pooler."""
    owner, member = make_role("NOLOGIN"), make_role("LOGIN NOINHERIT")
    database.run(f"CREATE TABLE t (id int); ALTER TABLE t OWNER TO {owner}; GRANT {owner} TO {member}")
    found = named(doctor(Settings(dsn=database.dsn_as(member))))["table_of_another_owner"]
    assert "does not inherit" in found.evidence.text
    cure(database, found)
    assert "table_of_another_owner" not in named(doctor(Settings(dsn=database.dsn_as(member))))
    with PgBouncer(database.server.host, database.server.port, users=(member,)) as bouncer:
        pooled = named(doctor(Settings(dsn=bouncer.dsn(database.name, user=member))))
        assert "table_of_another_owner" not in pooled
    database.run(f"DROP OWNED BY {owner}")


def test_connection_limits(make_role: Callable[..., str], database: Database) -> None:
    role = make_role("LOGIN CONNECTION LIMIT 3")
    found = named(doctor(Settings(dsn=database.dsn_as(role))))["few_sessions_left"]
    assert found.object == "CONNECTION LIMIT of the role"
    assert "1 of 3" in found.evidence.text
    cure(database, found)
    assert "few_sessions_left" not in named(doctor(Settings(dsn=database.dsn_as(role))))
    database.run(f"ALTER DATABASE {database.name} CONNECTION LIMIT 2")
    assert named(doctor(Settings(dsn=database.dsn_as(role))))["few_sessions_left"].object.endswith("database")


def test_no_server(tmp_path: Path) -> None:
    with pytest.raises(ConnectError) as caught:
        doctor(Settings(dsn=f"postgresql://me:secret@/x?host={tmp_path}"))
    assert "secret" not in str(caught.value)


def test_prepared_transactions_and_few_sessions(server: Server) -> None:
    settings = {"max_prepared_transactions": "2", "max_connections": "6", "superuser_reserved_connections": "2"}
    with PrivateServer(server.binaries, settings=settings) as private:
        dsn = private.dsn("postgres")
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("CREATE TABLE t (id int)")
            connection.execute("CREATE ROLE weak LOGIN")
            connection.execute("BEGIN")
            connection.execute("LOCK TABLE t")
            connection.execute("PREPARE TRANSACTION 'it''s mine'")
        found = named(doctor(Settings(dsn=dsn)))["prepared_transaction"]
        assert found.object == "it's mine"
        weak = conninfo.make_conninfo(dsn, user="weak")
        left = named(doctor(Settings(dsn=weak)))["few_sessions_left"]
        assert "of 4 sessions are in use" in left.evidence.text
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(found.cure_sql.encode())
        assert "prepared_transaction" not in named(doctor(Settings(dsn=dsn)))
