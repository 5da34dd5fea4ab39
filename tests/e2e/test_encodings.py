"""Every command works on a database whose encoding is not UTF-8: of Latin, of Japanese, and of bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from pgwright.cli import main
from tests.support import databases
from tests.support.databases import Database, Server

WORDS = {"LATIN1": "é", "WIN1252": "€", "EUC_JP": "日", "SQL_ASCII": "e"}
SCRIPT = """
CREATE TABLE "tab{word}" (id int PRIMARY KEY, "mot{word}" text, rang int, plein text);
INSERT INTO "tab{word}" SELECT i, '{word}' || i % 500, i % 7, repeat('x', 100) FROM generate_series(1, 20000) i;
VACUUM ANALYZE;
"""
BYTES = r"""UPDATE tabe SET plein = convert_from('\351', 'SQL_ASCII') || id % 5; ANALYZE tabe"""
"""Values that are no UTF-8, in the statistics as well."""
QUERY = """SELECT id FROM "tab{word}" WHERE "mot{word}" = '{word}7';"""
MIGRATION = 'ALTER TABLE "tab{word}" RENAME COLUMN "mot{word}" TO "nom{word}";\n'


LONG = frozenset({"EUC_JP", "WIN1252"})


@pytest.fixture(params=[pytest.param(each, marks=[pytest.mark.long] if each in LONG else []) for each in sorted(WORDS)])
def encoded(request: pytest.FixtureRequest, server: Server) -> Iterator[tuple[Database, str]]:
    """A database of that encoding, and a letter that it has."""
    plain = databases.create(server)
    name = f"{plain.name}_{request.param}".lower()
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING {} LOCALE 'C' TEMPLATE template0").format(
                sql.Identifier(name), sql.Literal(request.param)
            )
        )
    databases.drop(plain)
    found, word = Database(name=name, server=server), WORDS[request.param]
    try:
        for statement in SCRIPT.format(word=word).strip().splitlines():
            with found.connect() as connection:
                if request.param != "SQL_ASCII":
                    connection.execute("SET client_encoding = 'UTF8'")
                connection.execute(statement.encode())
        if request.param == "SQL_ASCII":
            found.run(BYTES)
        yield found, word
    finally:
        databases.drop(found)


@pytest.mark.e2e
@pytest.mark.majors("all")
def test_every_command(
    encoded: tuple[Database, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database, word = encoded
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pgwright.toml").write_text(f'[profile.default]\ndsn = "{database.dsn}"\n', encoding="utf-8")
    (tmp_path / "work.sql").write_text(QUERY.format(word=word), encoding="utf-8")
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_renamed.sql").write_text(MIGRATION.format(word=word), encoding="utf-8")

    def said(*words: str) -> str:
        capsys.readouterr()
        assert main([*words, "--format", "json"]) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    [index] = json.loads(said("advise", "indexes", "work.sql"))["indexes"]
    assert f'"mot{word}"' in index["sql"] or word == "e"
    found = json.loads(said("explain", "work.sql", "--try"))["findings"]
    assert any("CREATE INDEX" in each["cure_sql"] and each["tried"] for each in found)
    said("advise", "statistics", "work.sql", "--sample")
    said("advise", "settings")
    said("health")
    said("live", "--once")
    said("init")
    said("expand")
    said("contract")
    renamed = database.one("SELECT count(*) FROM pg_attribute WHERE attname LIKE 'nom%' AND attrelid > 16383")
    assert renamed == 1
