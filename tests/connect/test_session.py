from __future__ import annotations

import subprocess
import sys

import pytest

from pgwright import connect
from pgwright.base.errors import ConnectError
from pgwright.connect.retry import is_connection_loss
from pgwright.connect.session import require_supported
from tests.support.databases import Database


@pytest.mark.majors("all")
def test_a_session_is_named_and_prepares_nothing(database: Database) -> None:
    with connect.open(database.dsn, name="lease") as connection:
        shown = [connection.execute(f"SHOW {name}").fetchone() for name in ("application_name", "client_encoding")]
        for _ in range(10):
            connection.execute("SELECT %s::int", [1])
        prepared = connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()
    assert shown == [("pgwright:lease",), ("UTF8",)]
    assert prepared == (0,)


def test_the_default_name_and_a_transaction(database: Database) -> None:
    with connect.open(database.dsn, autocommit=False) as connection:
        assert connection.execute("SHOW application_name").fetchone() == ("pgwright",)
        assert connection.info.transaction_status.name == "INTRANS"


def test_a_wrong_database_is_named_without_the_password(database: Database) -> None:
    dsn = database.dsn.replace("postgres@", "postgres:my-secret@").replace(database.name, "nowhere")
    with pytest.raises(ConnectError, match="nowhere") as caught:
        connect.open(dsn)
    assert caught.value.exit_code == 3
    assert "my-secret" not in str(caught.value)


def test_nobody_listens() -> None:
    with pytest.raises(ConnectError) as caught:
        connect.open("postgresql://u:my-secret@127.0.0.1:1/x")
    assert "my-secret" not in str(caught.value)
    assert is_connection_loss(caught.value)


@pytest.mark.parametrize("dsn", ["host=h password=my secret", "postgresql//u:secret@h/db", "postgresql://u:secret/a@h"])
def test_a_malformed_dsn_is_not_shown(dsn: str) -> None:
    with pytest.raises(ConnectError) as caught:
        connect.open(dsn)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("version", "shown"), [(130014, "13.14"), (90624, "9.6.24")])
def test_an_old_server_is_refused(version: int, shown: str) -> None:
    with pytest.raises(ConnectError, match=f"PostgreSQL {shown}; pgwright needs 14"):
        require_supported(version)
    require_supported(140000)


def test_text_needs_no_driver() -> None:
    modules = "connect", "catalog", "catalog.reader", "catalog.probe", "catalog.fingerprint", "config"
    code = "\n".join(
        ["import sys", *(f"import pgwright.{module}" for module in modules), "print('psycopg' in sys.modules)"]
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
