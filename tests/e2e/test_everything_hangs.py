"""The pictures of the page "everything hangs" are what the command shows, but for numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest

from tests.cli.shell import ROOT, pgwright
from tests.support.own import Own, own

PAGE = ROOT / "docs" / "how-to" / "everything-hangs.md"


@contextmanager
def hanging(server: Own) -> Iterator[None]:
    """A report that was forgotten, a deployment behind it, and the application behind that."""
    server.run("CREATE DATABASE shop")
    dsn = server.server.dsn("shop")

    def session(name: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(dsn, autocommit=True, application_name=name)

    with (
        closing(session("report")) as report, closing(session("deploy")) as deploy,
        closing(session("web")) as web, closing(session("web")) as second,
    ):  # fmt: skip
        report.execute("CREATE TABLE utilisateurs (id int, nom text)")
        report.execute("BEGIN")
        report.execute("SELECT count(*) FROM utilisateurs WHERE nom LIKE 'A%'")
        for waiter, statement in (
            (deploy, "ALTER TABLE utilisateurs ADD COLUMN note text"),
            (web, "SELECT nom FROM utilisateurs WHERE id = 42"),
            (second, "UPDATE utilisateurs SET nom = 'Zoé' WHERE id = 7"),
        ):
            waiter.pgconn.send_query(statement.encode())
            pid = waiter.info.backend_pid
            server.until(f"SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = {pid}")
        server.until("SELECT max(clock_timestamp() - waitstart) > '5 s' FROM pg_locks WHERE pid = "
                     f"{deploy.info.backend_pid}")  # fmt: skip
        yield


def without_numbers(text: str) -> str:
    """Numbers, and with them where lines break, are not those of the page."""
    return " ".join(re.sub(r"\d[\d:.]*", "N", text).split())


@pytest.mark.e2e
def test_the_picture_of_the_page() -> None:
    (shown,) = re.findall(r"^```\n(shop on .*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    with own() as server, hanging(server):
        done = pgwright("live", "--dsn", server.server.dsn("shop"))
    assert without_numbers(shown) in without_numbers(done.stdout) + " ", done.stdout
