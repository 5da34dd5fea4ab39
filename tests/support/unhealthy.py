"""The planted databases of `tests/diagnose/health/corpus`: what a health check must find, and what it must not.

A file has one database for each line that begins with `-- found` or `-- not found`; what follows makes it:

    -- found: public.t.c                 the objects, separated by |; `current_database` is the database itself
    -- not found: why it only looks like it
    -- set: rows = 100                   a threshold of the check, so that planting need not take hours
    -- severity: danger
    -- cure: ALTER TABLE …               the cure, to the letter; several lines of it
    -- stays                             its cure is not one that can be run here and now
    -- majors: 17 18
    -- fails                             the next statement ends with an error, and that is the defect
    -- later: 86400                      what follows happens between two looks, so many seconds apart
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from pgwright.api.health import Manner, health
from pgwright.base.finding import Finding
from pgwright.config import Settings
from pgwright.config.health import HealthSettings
from pgwright.diagnose.health.report import Looked
from pgwright.sql.parse import parse
from tests.support.databases import Database

FOLDER = Path(__file__).resolve().parents[1] / "diagnose" / "health" / "corpus"
TRIES = 12
PAUSE = 0.5
"""Seconds. Sessions tell their counters when they end; before 15 a process of its own writes them twice a second."""


@dataclass(kw_only=True)
class Planted:
    """One database of the corpus."""

    check: str
    number: int
    found: bool
    objects: list[str]
    why: str
    thresholds: dict[str, str] = field(default_factory=dict)
    severity: str = ""
    cure: list[str] = field(default_factory=list)
    stays: bool = False
    majors: tuple[int, ...] = ()
    later: float = 0.0
    script: list[str] = field(default_factory=list)
    afterwards: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """A name for reports."""
        return f"{self.check}-{self.number}-{'found' if self.found else 'not'}"


def databases() -> list[Planted]:
    """All of them."""
    return [planted for path in sorted(FOLDER.glob("*.sql")) for planted in read(path)]


def read(path: Path) -> list[Planted]:
    """Those of one file."""
    found: list[Planted] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        head, _, value = line.removeprefix("-- ").partition(":")
        if line.startswith(("-- found", "-- not found")):
            is_found = head == "found"
            objects = [each.strip() for each in value.split("|")] if is_found else []
            found.append(Planted(check=path.stem, number=len(found) + 1, found=is_found, objects=objects, why=value))
        elif line.startswith("-- ") and found and _say(found[-1], head, value.strip()):
            continue
        elif found:
            (found[-1].afterwards if found[-1].later else found[-1].script).append(line)
    return found


def _say(planted: Planted, word: str, value: str) -> bool:
    """Whether a line is a word about the database; it is noted then."""
    if word == "set":
        name, _, amount = value.partition("=")
        planted.thresholds[name.strip()] = amount.strip()
    elif word == "severity":
        planted.severity = value
    elif word == "cure":
        planted.cure.append(value)
    elif word == "stays":
        planted.stays = True
    elif word == "majors":
        planted.majors = tuple(map(int, value.split()))
    elif word == "later":
        planted.later = float(value)
    else:
        return False
    return True


def run(database: Database, lines: list[str]) -> None:
    """Runs statements one by one, each in a transaction of its own; one below `-- fails` must fail."""
    text = "\n".join(lines)
    connection = database.connect()
    for statement in parse(text):
        if statement.kind == "VacuumStmt":
            # What a session counted and has not told would come after the ANALYZE.
            connection.close()
            time.sleep(PAUSE if database.major < 15 else 0)
            connection = database.connect()
        before = text[: statement.start].rstrip().splitlines()
        if before and before[-1].strip() == "-- fails":
            with pytest.raises(psycopg.Error):
                connection.execute(statement.text.encode())
        else:
            connection.execute(statement.text.encode())
    connection.close()


def plant(database: Database, planted: Planted, state: Path) -> tuple[set[str], tuple[Finding, ...]]:
    """Makes it, and looks: the objects that are to be found, and what is."""
    run(database, planted.script)
    if planted.later:
        if database.major < 15:
            time.sleep(2 * PAUSE)
        looked(database, planted, state)
        shift(state, planted.later)
        run(database, planted.afterwards)
    wanted = {each.replace("current_database", database.name) for each in planted.objects}
    return wanted, findings(database, planted, state, wanted=wanted)


def looked(database: Database, planted: Planted, state: Path) -> Looked:
    """What its check says about it."""
    thresholds: dict[str, str | float] = {f"{planted.check}.{name}": each for name, each in planted.thresholds.items()}
    settings = Settings(dsn=database.dsn, health=HealthSettings(thresholds=thresholds))
    [check] = health(settings, manner=Manner(checks=(planted.check,), state=state)).checks
    return check


def shift(state: Path, seconds: float) -> None:
    """Makes all looks that were kept so much older."""
    for path in state.glob("*.json"):
        document = json.loads(path.read_text(encoding="utf-8"))
        for look in document["looks"]:
            look["at"] -= seconds
        path.write_text(json.dumps(document), encoding="utf-8")


def findings(database: Database, planted: Planted, state: Path, *, wanted: set[str]) -> tuple[Finding, ...]:
    """The findings of the check, looked for until they are those on `wanted`, or patience is at its end."""
    for _ in range(TRIES):
        found = looked(database, planted, state)
        objects = {finding.object for finding in found.findings}
        if wanted and objects == wanted and planted.severity in ("", *(each.severity for each in found.findings)):
            break
        if not wanted and database.major >= 15:
            break
        time.sleep(PAUSE)
        if not wanted:
            found = looked(database, planted, state)
            break
    assert found.state.value in ("made", "partly"), (found.state, found.reason)
    return found.findings
