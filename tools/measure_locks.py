"""Measures what statements lock, and writes what `pgwright.evolve.locks` knows: `make locks`.

    python tools/measure_locks.py derive  DSN             situations from the statements that the file holds
    python tools/measure_locks.py measure DSN [DSN …]     run each statement on each server again, then derive
    python tools/measure_locks.py missing DSN [DSN …]     the same for statements that have no result of a server yet

Every statement of `measured.json` runs in its own transaction on a fresh copy of the file's `setup`. DSNs are those of
superusers on servers that may be played with; each run makes and drops databases of its own. A situation is drawn from
the statements that are that one situation and nothing else; the strongest of them counts.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import psycopg
from psycopg.conninfo import make_conninfo

from pgwright.base.lock import LockMode
from pgwright.base.name import RelationName
from pgwright.catalog import read
from pgwright.catalog.values import Catalog
from pgwright.evolve.locks import declare, measured
from pgwright.evolve.locks.code import statements_inside
from pgwright.evolve.locks.measured import SHORT, Impact
from pgwright.evolve.locks.scene import Scene, Situation
from pgwright.sql.actions import actions
from pgwright.sql.parse import parse

TEMPLATE, COPY = "pgwright_locks_template", "pgwright_locks_copy"
KINDS = ("r", "p", "v", "m", "S", "f")
SAMPLES = 5
"""Runs of a statement whose locks are sampled."""
LETTERS = {mode: short for short, mode in SHORT.items()}
File = dict[str, Any]
Impacts = dict[str, Impact]


def main(arguments: list[str]) -> int:
    """Runs one of the two commands."""
    if len(arguments) < 2 or arguments[0] not in ("derive", "measure", "missing"):
        print(__doc__, file=sys.stderr)
        return 2
    file: File = json.loads(measured.FILE.read_text(encoding="utf-8"))
    if arguments[0] != "derive":
        for dsn in arguments[1:]:
            measure(file, dsn, all_=arguments[0] == "measure")
    file["situations"] = derive(file, arguments[-1])
    measured.FILE.write_text(written(file), encoding="utf-8")
    return 0


def written(file: File) -> str:
    """The file's text: one line for each statement and situation."""
    lines = [f'{{"about": {json.dumps(file["about"])},', '"setup": ' + json.dumps(file["setup"].splitlines()) + ","]
    lines[-1] = '"setup": ' + json.dumps(file["setup"]) + ","
    statements = ",\n".join(json.dumps(each, ensure_ascii=False) for each in file["statements"])
    situations = ",\n".join(
        f"{json.dumps(name)}: {json.dumps(file['situations'][name])}" for name in sorted(file["situations"])
    )
    return "\n".join(lines) + f'\n"statements": [\n{statements}\n],\n"situations": {{\n{situations}\n}}}}\n'


# --- measuring


class Copies:
    """Copies of the setup on one server: a common one for statements that are rolled back, others of their own."""

    def __init__(self, dsn: str, file: File) -> None:
        self.dsn = dsn
        self._admin = psycopg.connect(dsn, autocommit=True)
        self.drop(TEMPLATE, COPY)
        self._admin.execute(f"CREATE DATABASE {TEMPLATE}".encode())
        with psycopg.connect(make_conninfo(dsn, dbname=TEMPLATE), autocommit=True) as connection:
            connection.execute(file["setup"])
            connection.execute("VACUUM ANALYZE")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop(COPY, TEMPLATE)
        self._admin.close()

    def drop(self, *names: str) -> None:
        """Drops databases."""
        for name in names:
            self._admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())

    @contextmanager
    def for_(self, statement: File) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """A connection to a copy on which the `before` of the statement has run."""
        own = "before" in statement or "blocker" in statement
        if own:
            self.drop(COPY)
            self._admin.execute(f"CREATE DATABASE {COPY} TEMPLATE {TEMPLATE}".encode())
        dsn = make_conninfo(self.dsn, dbname=COPY if own else TEMPLATE)
        if "before" in statement:  # in a session of its own, whose scans must not be counted
            with psycopg.connect(dsn, autocommit=True) as connection:
                connection.execute(statement["before"].encode())
        with psycopg.connect(dsn, autocommit=True) as connection:
            yield connection


def measure(file: File, dsn: str, *, all_: bool) -> None:
    """Runs every statement (or those that were not yet run on that major) on the server of `dsn` and puts what was seen
    in the place of what stands in the file.
    """
    with psycopg.connect(dsn) as connection:
        major = connection.info.server_version // 10000
    with Copies(dsn, file) as copies:
        for statement in file["statements"]:
            if not all_ and any(major in result["versions"] for result in statement["results"]):
                continue
            try:
                result: File = {}
                for _ in range(SAMPLES if "blocker" in statement else 1):
                    with copies.for_(statement) as connection:
                        if "blocker" in statement:
                            seen = observe_concurrent(connection, make_conninfo(dsn, dbname=COPY), statement)
                            result = stronger(result, seen)
                        else:
                            result = observe(connection, statement["sql"])
            except psycopg.Error as error:  # of `before`, on majors that do not know it
                result = {"error": str(error.diag.message_primary)}
            put(statement["results"], major, result)


def stronger(one: File, other: File) -> File:
    """What was seen of a statement in two runs: a lock that is held for a moment only is not in every sample."""
    if "locks" not in one or "locks" not in other:
        return other if "locks" not in one else one
    seen = [one["locks"], other["locks"]]
    names = sorted({name for each in seen for name in each})
    strongest = {name: max(SHORT[each[name]] for each in seen if name in each) for name in names}
    return {**one, **other, "locks": {name: LETTERS[mode] for name, mode in strongest.items()}}


def observe(connection: psycopg.Connection[tuple[Any, ...]], sql: str) -> File:
    """What the statement locks, rewrites and scans, or its error. Relations go by their names before it."""
    query = (
        "SELECT c.oid::bigint, relname, relkind::text, relfilenode FROM pg_class c JOIN pg_namespace n"
        " ON n.oid = relnamespace WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
    )
    try:
        with connection.transaction(force_rollback=True):
            before = {row[0]: row[1:] for row in connection.execute(query).fetchall()}
            earlier = set(connection.execute(_SCANS).fetchall())
            connection.execute(sql.encode())
            locks = connection.execute(
                "SELECT relation::bigint, mode FROM pg_locks"
                " WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted"
            ).fetchall()
            after = {row[0]: row[1:] for row in connection.execute(query).fetchall()}
            # What `before` has scanned in this session may not have been flushed yet.
            scans = set(connection.execute(_SCANS).fetchall()) - earlier
    except psycopg.Error as error:
        return {"error": str(error.diag.message_primary)}
    return result_of(before, after, locks, {oid for oid, _ in scans})


_SCANS = "SELECT relid::bigint, seq_scan FROM pg_stat_xact_user_tables WHERE seq_scan > 0"
Relations = dict[int, tuple[Any, ...]]


def result_of(before: Relations, after: Relations, locks: list[tuple[Any, ...]], scans: set[int]) -> File:
    """The strongest lock on each relation that was there before, and what was read through or written anew."""
    strongest: dict[str, LockMode] = {}
    for oid, mode in locks:
        if oid in before and before[oid][1] in KINDS:
            name = before[oid][0]
            strongest[name] = max(LockMode.from_pg_name(mode), strongest.get(name, LockMode.ACCESS_SHARE))
    result: File = {"locks": {name: LETTERS[strongest[name]] for name in sorted(strongest)}}
    rewritten = [row[0] for oid, row in before.items() if oid in after and after[oid][2] != row[2]]
    if rewritten:
        result["rewritten"] = sorted(rewritten)
    if scanned := sorted(before[oid][0] for oid in scans if oid in before):
        result["scanned"] = scanned
    return result


def observe_concurrent(connection: psycopg.Connection[tuple[Any, ...]], dsn: str, statement: File) -> File:
    """The same for a statement that runs in no transaction: `blocker` makes it wait, and its locks are sampled from
    another session until it ends. What it scans cannot be seen from there and stands in the file by hand."""
    query = (
        "SELECT oid::bigint, relname, relkind::text, relfilenode FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace"
    )
    errors: list[psycopg.Error] = []

    def run() -> None:
        try:
            connection.execute(statement["sql"].encode())
        except psycopg.Error as error:
            errors.append(error)

    with psycopg.connect(dsn) as blocker, psycopg.connect(dsn, autocommit=True) as witness:
        before = {row[0]: row[1:] for row in witness.execute(query).fetchall()}
        blocker.execute(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; {statement['blocker']}".encode())
        thread = threading.Thread(target=run)
        thread.start()
        pid, locks, waits = connection.info.backend_pid, set(), 0
        while thread.is_alive():
            found = witness.execute(
                "SELECT relation::bigint, mode, granted FROM pg_locks WHERE pid = %s"
                " AND locktype IN ('relation', 'virtualxid')",
                [pid],
            ).fetchall()
            locks |= {(oid, mode) for oid, mode, granted in found if granted and oid is not None}
            waits += any(not granted for _, _, granted in found)
            if waits == 20:
                blocker.rollback()
        thread.join()
    if errors:
        return {"error": str(errors[0].diag.message_primary)}
    return result_of(
        before, {}, sorted(locks), {oid for oid, row in before.items() if row[0] in statement.get("reads", ())}
    )


def put(results: list[File], major: int, result: File) -> None:
    """Files `result` under `major`, together with the majors where the same was seen."""
    for each in list(results):
        each["versions"] = [version for version in each["versions"] if version != major]
        if not each["versions"]:
            results.remove(each)
    for each in results:
        if {name: value for name, value in each.items() if name != "versions"} == result:
            each["versions"] = sorted([*each["versions"], major])
            return
    results.append({"versions": [major], **result})
    results.sort(key=lambda each: each["versions"])


# --- deriving


def derive(file: File, dsn: str) -> dict[str, list[File]]:
    """The situations: by name and major, the strongest impact on each part."""
    seen: dict[str, dict[int, Impacts]] = defaultdict(lambda: defaultdict(dict))
    with Copies(dsn, file) as copies:
        with copies.for_({}) as connection:
            plain = read(connection)
        for statement in file["statements"]:
            catalog = plain
            if "before" in statement:
                with copies.for_(statement) as connection:
                    catalog = read(connection)
            for situation in alone(catalog, statement["sql"]):
                for result in statement["results"]:
                    for major in result["versions"] if "locks" in result else ():
                        draw(seen[situation.name][major], situation, catalog, result)
    return {name: grouped(by_major) for name, by_major in seen.items()}


def alone(catalog: Catalog, sql: str) -> list[Situation]:
    """The situation of a statement that is only one, else nothing. No relation may play two parts in it."""
    (statement,) = parse(sql)
    (action,) = actions(statement)
    situations = declare.situations_of(Scene(catalog), action.key, action.node, statement)
    if statements_inside(action.key, action.node, catalog) != []:
        return []
    if situations is None or len(situations) != 1:
        if situations != []:
            print(f"not drawn from: {sql}", file=sys.stderr)
        return []
    parts = [oid for oids in situations[0].parts.values() for oid in oids]
    return situations if len(parts) == len(set(parts)) else []


def draw(impacts: Impacts, situation: Situation, catalog: Catalog, result: File) -> None:
    """Takes the stronger of what is known and of what `result` shows, part by part."""
    for part, oids in situation.parts.items():
        for oid in oids:
            name = Scene(catalog).name(oid)
            mode = result["locks"].get(name.name)
            if mode is None:
                continue
            known = impacts.get(part, Impact(mode=LockMode.ACCESS_SHARE))
            impacts[part] = Impact(
                mode=max(known.mode, SHORT[mode]),
                scans=known.scans or name.name in result.get("scanned", ()),
                rewrites=known.rewrites or name.name in result.get("rewritten", ()),
            )
    known_names = {name.name for name in catalog.relation_names}
    covered = {Scene(catalog).name(oid).name for oids in situation.parts.values() for oid in oids}
    for name in result["locks"]:
        table = catalog.relation_names.get(RelationName("public", name))
        if name in known_names - covered and (table in catalog.tables or table in catalog.views):
            print(f"{situation.name}: {name} plays no part in it, but is locked", file=sys.stderr)


def grouped(by_major: dict[int, Impacts]) -> list[File]:
    """Majors with the same impacts together."""
    groups: list[File] = []
    for major in sorted(by_major):
        parts = {part: text(impact) for part, impact in sorted(by_major[major].items())}
        same = next((group for group in groups if group["parts"] == parts), None)
        if same is None:
            groups.append({"versions": [major], "parts": parts})
        else:
            same["versions"].append(major)
    return groups


def text(impact: Impact) -> str:
    """An impact as the file spells it."""
    return LETTERS[impact.mode] + " scan" * impact.scans + " rewrite" * impact.rewrites


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
