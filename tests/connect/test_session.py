from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import ExitStack

import psycopg
import pytest

from pgwright import connect
from pgwright.base.errors import ConnectError
from pgwright.connect import session
from pgwright.connect.retry import is_connection_loss
from pgwright.connect.session import require_supported
from pgwright.server.private import PrivateServer
from tests.support.databases import Database, Server


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


def test_a_dead_network_is_noticed(server: Server) -> None:
    """By default TCP would wait for two hours, where it asks at all."""
    with PrivateServer(server.binaries) as private:
        with connect.open(private.tcp_dsn()) as connection:
            assert _options_of(connection) == {
                "SO_KEEPALIVE": 1,
                "TCP_KEEPIDLE": 30,
                "TCP_KEEPINTVL": 10,
                "TCP_KEEPCNT": 3,
                "TCP_USER_TIMEOUT": 60_000,
            }
        with connect.open(private.tcp_dsn() + "?keepalives_idle=77") as connection:
            assert _options_of(connection)["TCP_KEEPIDLE"] == 77
            assert _options_of(connection)["TCP_USER_TIMEOUT"] == 0


def _options_of(connection: session.Connection) -> dict[str, int]:
    names = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")
    with socket.socket(fileno=os.dup(connection.fileno())) as line:
        found = {name: line.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in names}
        return {"SO_KEEPALIVE": line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE), **found}


def test_a_session_that_waits_too_long_is_cut(database: Database) -> None:
    with connect.open(database.dsn) as connection:
        with pytest.raises(psycopg.OperationalError) as caught, session.at_most(connection, 0.2):
            connection.execute("SELECT pg_sleep(60)")
        assert is_connection_loss(caught.value)
        assert connection.closed
    with connect.open(database.dsn) as connection:
        with session.at_most(connection, 60):
            connection.execute("SELECT 1")
        connection.execute("SELECT 1")


def test_no_session_left(server: Server) -> None:
    settings = {"max_connections": "4", "superuser_reserved_connections": "1"}
    with PrivateServer(server.binaries, settings=settings) as private, ExitStack() as stack:
        with pytest.raises(ConnectError) as caught:
            for _ in range(9):
                stack.enter_context(connect.open(private.dsn()))
        assert "max_connections" in caught.value.hint
        assert "same command" in caught.value.hint
