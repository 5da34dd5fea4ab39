"""Draws docs/explanation/query-plan.png: `python -m tools.screenshot [--rows 500000] [--html FILE]`.

Makes a private server with the demo shop, asks it for the plan of a slow query, diagnoses it, tries the first cure
that is a schema change in a transaction that is rolled back, writes the page, and has Chromium take its picture.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psycopg

from pgwright.base.finding import Trial
from pgwright.demo import shop
from pgwright.diagnose.asking.explain import explain
from pgwright.diagnose.diagnosis import Diagnosis, diagnose
from pgwright.diagnose.explanation import Tried
from pgwright.diagnose.signs._sign import CureKind
from pgwright.diagnose.surroundings import reader
from pgwright.render.query_plan_html import query_plan_html
from pgwright.server.find import find
from pgwright.server.private import PrivateServer

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "explanation" / "query-plan.png"
WIDTH, HEIGHT = 1280, 1900
RUNS = 7
TITLE = "The last 30 days' waiting orders"
QUERY = """\
SELECT c.id, c.référence, c.créee_a, u.nom, u.email, count(l.id) AS lignes, sum(l.quantité * l.prix) AS montant
FROM commandes c
JOIN utilisateurs u ON u.id = c.utilisateur_id
JOIN lignes_commande l ON l.commande_id = c.id
WHERE c.statut = 'EN_ATTENTE' AND c.créee_a > now() - interval '30 days'
GROUP BY c.id, u.id
ORDER BY c.créee_a DESC
LIMIT 50"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.screenshot", description="Draws the picture of the docs.")
    parser.add_argument("--rows", type=int, default=500_000, help="users of the shop, 500,000 without")
    parser.add_argument("--html", type=Path, help="keeps the page, too")
    given = parser.parse_args(arguments)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        parser.error("Chromium is not installed (on Debian: apt-get install chromium)")
    with PrivateServer(find(18)) as server, psycopg.connect(server.dsn(), autocommit=True) as connection:
        shop.build(connection, rows=given.rows)
        page = made(connection)
    if given.html is not None:
        given.html.write_text(page, encoding="utf-8")
    draw(chromium, page, PICTURE)
    print(f"{PICTURE.name}: {PICTURE.stat().st_size / 1000:.0f} kB")
    return 0


def made(connection: psycopg.Connection[Any]) -> str:
    """The page, with what became of the statement under the first cure that is a schema change."""
    before = diagnosed(connection)
    tried = []
    cures = [number for number, each in enumerate(before.found) if each.cure.kind is CureKind.MIGRATION]
    for number in cures[:1]:
        with connection.transaction(force_rollback=True):
            connection.execute(before.found[number].cure.sql.encode())
            after = diagnosed(connection)
        trial = Trial(
            tier="in a transaction that was rolled back",
            unit="ms",
            before=before.account.execution_ms or 0.0,
            after=after.account.execution_ms or 0.0,
        )
        tried.append(Tried(finding=number, diagnosis=after, trial=trial))
    return query_plan_html(before, title=TITLE, trials=tried)


def diagnosed(connection: psycopg.Connection[Any]) -> Diagnosis:
    """The diagnosis of the fastest run: what else the machine does is no part of the picture."""
    plans = [explain(connection, QUERY) for _ in range(RUNS)]
    plan = min(plans, key=lambda each: each.milliseconds("Execution Time") or 0.0)
    return diagnose(plan, reader.read(connection, plan))


def draw(chromium: str, page: str, picture: Path) -> None:
    """The picture of a page."""
    with tempfile.TemporaryDirectory(prefix="pgwright-", ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "page.html"
        file.write_text(page, encoding="utf-8")
        command = [
            chromium,
            "--headless=new",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={folder}/profile",
        ]
        command += [f"--user-data-dir={folder}/profile"]
        command += [f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={picture}", file.as_uri()]
        if os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium refuses to start as root with it
        subprocess.run(command, check=True, timeout=120, capture_output=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
