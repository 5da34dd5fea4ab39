"""What pg_stat_statements knows: it chooses between alias and copy, and tells who still uses the old name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.api.plan import plan
from pgwright.api.status import status
from pgwright.base.event import Event, Notice
from pgwright.config import Settings
from pgwright.connect import session
from pgwright.evolve.execute import journal
from pgwright.server.private import PrivateServer
from tests.support.databases import Server

RENAME = "ALTER TABLE u RENAME COLUMN autre TO autre2;\n"


@pytest.fixture(scope="module")
def knowing(server: Server) -> Iterator[PrivateServer]:
    """A server that remembers statements."""
    with PrivateServer(server.binaries, settings={"shared_preload_libraries": "pg_stat_statements"}) as private:
        yield private


@pytest.fixture
def shop(knowing: PrivateServer) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(knowing.dsn(), autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS pgwright CASCADE; DROP TABLE IF EXISTS u")
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        connection.execute("CREATE TABLE u (id serial PRIMARY KEY, nom text UNIQUE, autre int)")
        connection.execute("INSERT INTO u (nom) VALUES ('a')")
        connection.execute("SELECT pg_stat_statements_reset()")
        yield connection


def settings(knowing: PrivateServer, folder: Path, text: str) -> Settings:
    (folder / "0001_autre.sql").write_text(text, encoding="utf-8")
    with session.open(knowing.dsn()) as connection:
        journal.create(connection)
    return Settings(dsn=knowing.dsn(), migrations=folder)


def choice(with_: Settings) -> tuple[str, str]:
    (operation,) = plan(with_).migrations[0].operations
    return operation.strategy, operation.why


@pytest.mark.majors(14, 18)
def test_alias_only_where_every_statement_works(
    knowing: PrivateServer, shop: psycopg.Connection[Any], tmp_path: Path
) -> None:
    with_ = settings(knowing, tmp_path, RENAME)
    strategy, why = choice(with_)
    assert (strategy, "knows no statement" in why) == ("copy", True)
    shop.execute("SELECT id, nom FROM u WHERE id = 1")
    shop.execute("INSERT INTO public.u (nom, autre) VALUES ('b', 1) ON CONFLICT (nom) DO UPDATE SET autre = 2")
    strategy, why = choice(with_)
    assert strategy == "alias", why
    shop.execute("SELECT id, nom, count(*) FROM u GROUP BY id")
    strategy, why = choice(with_)
    assert (strategy, "42803" in why) == ("copy", True)


@pytest.mark.majors(14, 18)
def test_who_still_uses_the_old_name(knowing: PrivateServer, shop: psycopg.Connection[Any], tmp_path: Path) -> None:
    with_ = settings(knowing, tmp_path, f"-- pgwright: strategy = copy\n{RENAME}")
    shop.execute("UPDATE u SET autre = 1 WHERE id = 1")
    expand(with_)
    assert status(with_).warnings == ()
    shop.execute("UPDATE u SET autre2 = 3 WHERE id = 1")
    shop.execute("UPDATE u SET autre = 2 WHERE id = 1")
    shop.execute("UPDATE u SET autre = 4 WHERE id = 1")
    (warning,) = status(with_).warnings
    assert warning.startswith("0001_autre: called 2 times since expand, by the old name: UPDATE u SET autre = $1")
    heard: list[Event] = []
    contract(with_, on_event=heard.append)
    assert [each.message for each in heard if isinstance(each, Notice)] == [warning.removeprefix("0001_autre: ")]
