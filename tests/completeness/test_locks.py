"""Whoever runs a statement as typed knows its locks or refuses it; and what is known stands on all measurements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pgwright.catalog.values import Catalog
from pgwright.evolve.locks import declare, measured
from pgwright.evolve.locks.scene import Scene
from pgwright.evolve.plan import routing
from pgwright.sql.actions import Action, actions, all_keys
from pgwright.sql.parse import parse
from tests.support.fidelity_statements import ROLE, SCENE, STATEMENTS, Measured
from tests.support.selection import MAJORS

EXAMPLES = Path(__file__).resolve().parents[1] / "sql" / "statements.sql"
NOBODY = "nobody knows what it locks"
EMPTY = Catalog(version=180000, database="d", role="r", search_path=("public",))


def examples() -> Iterator[Action]:
    """One action of every key of the grammar."""
    for statement in parse(EXAMPLES.read_text(encoding="utf-8")):
        yield from actions(statement)


def test_what_runs_as_typed_has_declared_locks_or_is_refused() -> None:
    seen, unknown = set(), set()
    for action in examples():
        seen.add(action.key)
        if routing.owner(action.key) != "raw_sql":
            continue
        effects = declare.declared(action.key, action.node, action.statement, EMPTY)
        reason = declare.harm(action.key, action.node, action.statement, EMPTY)
        assert (reason == NOBODY) == (effects is None), action.key
        if effects is None:
            unknown.add(action.key)
            continue
        situations = declare.situations_of(Scene(EMPTY), action.key, action.node, action.statement)
        for situation in situations or ():
            assert all(measured.impacts(situation.name, major) is not None for major in MAJORS), situation.name
    assert seen == set(all_keys())
    assert unknown <= NEVER_MEASURED, unknown - NEVER_MEASURED


STATEMENT_KINDS = """
    AlterCollation AlterDatabaseRefreshColl AlterDatabase AlterEventTrig AlterExtensionContents AlterExtension
    AlterFdw AlterForeignServer AlterObjectDepends AlterOpFamily AlterOperator AlterOwner AlterStats
    AlterSubscription AlterSystem AlterTSConfiguration AlterTSDictionary AlterTableMoveAll AlterTableSpaceOptions
    AlterType AlterUserMapping Call CheckPoint ClosePortal ConstraintsSet Copy CreateAm CreateConversion
    CreateEventTrig CreateOpClass CreatePLang CreateSubscription CreateTableSpace CreateTransform Createdb
    Deallocate DeclareCursor Discard DropOwned DropRole DropSubscription DropTableSpace DropUserMapping Dropdb
    Execute Explain Fetch ImportForeignSchema Listen Load Prepare ReassignOwned SecLabel Transaction Unlisten Vacuum
    VariableShow
"""
NEVER_MEASURED = frozenset(
    f"{kind}{'.' if end else ''}{end}"
    for kind, ends in {
        "AlterTableStmt": """AT_AlterColumnGenericOptions AT_DetachPartition AT_DetachPartitionFinalize AT_DropOids
            AT_GenericOptions AT_SetAccessMethod AT_SetTableSpace""",
        "DropStmt": """OBJECT_ACCESS_METHOD OBJECT_CAST OBJECT_COLLATION OBJECT_CONVERSION OBJECT_EVENT_TRIGGER
            OBJECT_EXTENSION OBJECT_FDW OBJECT_FOREIGN_SERVER OBJECT_FOREIGN_TABLE OBJECT_LANGUAGE OBJECT_OPCLASS
            OBJECT_OPFAMILY OBJECT_TRANSFORM OBJECT_TSCONFIGURATION OBJECT_TSDICTIONARY OBJECT_TSPARSER
            OBJECT_TSTEMPLATE""",
        "RenameStmt": """OBJECT_AGGREGATE OBJECT_ATTRIBUTE OBJECT_COLLATION OBJECT_CONVERSION OBJECT_DATABASE
            OBJECT_DOMAIN OBJECT_DOMCONSTRAINT OBJECT_EVENT_TRIGGER OBJECT_FDW OBJECT_FOREIGN_SERVER OBJECT_FUNCTION
            OBJECT_LANGUAGE OBJECT_OPCLASS OBJECT_OPFAMILY OBJECT_PROCEDURE OBJECT_PUBLICATION OBJECT_ROLE
            OBJECT_ROUTINE OBJECT_SCHEMA OBJECT_STATISTIC_EXT OBJECT_SUBSCRIPTION OBJECT_TABLESPACE
            OBJECT_TSCONFIGURATION OBJECT_TSDICTIONARY OBJECT_TSPARSER OBJECT_TSTEMPLATE OBJECT_TYPE""",
    }.items()
    for end in ends.split()
) | frozenset(f"{kind}Stmt" for kind in STATEMENT_KINDS.split())
"""What nobody has measured, at least of something that does not exist: it is refused until the author allows it. The
list may become shorter, and not longer."""


RELATION = re.compile(r"CREATE (?:TABLE|VIEW|MATERIALIZED VIEW|SEQUENCE) (\w+)")
KNOWN = {(each["sql"], each.get("before", "")): each["results"] for each in measured.content()["statements"]}
FEWER_SCANS = {"ADD FK self-ref": "after ANALYZE both sides are read by the index of the key; declared is a scan"}
"""Where the file has fewer scans than were measured at first, and why that is no loss."""
MORE_LOCKS = {
    "DROP IDENTITY": "the sequence is dropped with it",
    "DROP TABLE partition": "the table itself",
    "DROP TABLE (referenced, cascade)": "the table itself, and a view of it that the file's scene has",
    "DROP TABLE (has FK out)": "the table itself",
    "DROP VIEW": "the view itself",
    "DROP SEQUENCE": "the sequence itself",
    "RENAME TABLE": "under its name before",
    "ALTER VIEW RENAME": "under its name before",
}
"""Where the file has locks that were not listed at first: those on what the statement drops or renames."""


def of_relations(case: Measured, names: dict[str, str]) -> dict[str, str]:
    """Without what the statement makes, and what is no relation that anybody reads."""
    there = set(RELATION.findall(SCENE + case.before)) | {"t_idc_seq"}
    return {name: mode for name, mode in names.items() if name in there}


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in STATEMENTS])
def test_the_file_has_what_was_measured_of_the_212(case: Measured) -> None:
    results = KNOWN[case.sql.replace(ROLE, "pg_monitor"), case.before]
    tables = set(RELATION.findall(SCENE))
    for first in case.results:
        for major in first["versions"]:
            now: dict[str, Any] = next(each for each in results if major in each["versions"])
            assert ("error" in now) == ("error" in first), major
            wanted, found = of_relations(case, first.get("locks", {})), now.get("locks", {})
            assert wanted.items() <= found.items(), major
            assert set(wanted) == set(found) or case.label in MORE_LOCKS, (major, found)
            for work in ("scanned", "rewritten"):
                lost = (set(first.get(work, ())) & tables) - set(now.get(work, ()))
                assert not lost or (work == "scanned" and case.label in FEWER_SCANS), (major, work, lost)


def test_a_self_referencing_key_is_declared_to_be_read() -> None:
    impact = measured.impacts("AlterTableStmt.AT_AddConstraint foreign key", 18)
    assert impact is not None
    assert impact["target"].scans
