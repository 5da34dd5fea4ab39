"""A migration as its author typed it: what goes to the server where nothing has rows and nobody can be waiting.

It decides from the text alone which statements need a place of their own, and writes them so that positions in an
error of the server are positions in the file. It asks no server, and it never lets a CALL of pgwright's own through.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...base.errors import MigrationFileError
from ...sql import parse
from ...sql.actions import SCHEMA
from ...sql.parse import Node, Statement
from ...sql.quote import ident, qualified
from ..operations._operation import Place
from ..steps.step import Action, Kind, Phase, Step
from . import planner, routing
from .files import Migration, MigrationStatement
from .plan_file import PlannedMigration, PlannedOperation

STRATEGY = "as typed"
ACTION = "as_typed"
"""The action of a step that holds one typed statement."""

_ABOUT_ROWS = ("up", "down", "on_null", "on_error")
"""Directives that say what becomes of rows: where there are none they have nothing to do."""

# "… cannot run inside a transaction block", 14 to 18, whatever is said in them.
_ALONE = frozenset({
    "AlterDatabaseStmt", "AlterSubscriptionStmt", "AlterSystemStmt", "CreateSubscriptionStmt", "CreateTableSpaceStmt",
    "CreatedbStmt", "DiscardStmt", "DropSubscriptionStmt", "DropTableSpaceStmt", "DropdbStmt",
})  # fmt: skip
_REINDEX_ALONE = ("REINDEX_OBJECT_SCHEMA", "REINDEX_OBJECT_SYSTEM", "REINDEX_OBJECT_DATABASE")

# Statements that leave nothing behind in the session: no setting, no temporary table, no prepared statement.
_LEAVES_NOTHING = frozenset({
    "AlterEnumStmt", "AlterObjectSchemaStmt", "AlterOwnerStmt", "AlterTableStmt", "CommentStmt", "CompositeTypeStmt",
    "CreateDomainStmt", "CreateEnumStmt", "CreateFunctionStmt", "CreatePolicyStmt", "CreateSchemaStmt", "CreateSeqStmt",
    "CreateStmt", "CreateTrigStmt", "DropStmt", "GrantStmt", "IndexStmt", "RenameStmt", "ViewStmt",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Typed:
    """One statement: `text` is as long as in the file, so that the server's position in it holds there too. `alone`
    cannot run in a transaction; `rows_of` is the table (as SQL) whose rows a directive speaks of, "" for none."""

    text: str
    statement: Statement
    alone: bool
    rows_of: str

    def place(self, position: int | None) -> int:
        """The offset in the file of the server's `position` (from 1) in the text; its beginning for None."""
        inside = min(max((position or 1) - 1, 0), max(len(self.text) - 1, 0))
        return self.statement.start + inside


def statements(migration: Migration) -> tuple[Typed, ...]:
    """The statements of the migration, each as it goes to the server."""
    return tuple(
        Typed(
            text=_text(each.statement),
            statement=each.statement,
            alone=_is_alone(each.statement),
            rows_of=_rows_of(each),
        )
        for each in migration.statements
    )


def check(migration: Migration) -> None:
    """Raises MigrationFileError for a file without a statement, for a directive that its operation does not know (it
    would be passed over in silence), and for what speaks of the journal."""
    if not migration.statements:
        raise MigrationFileError(
            "there is no statement in this file",
            file=str(migration.path),
            hint="Write the change into it, or remove it.",
        )
    for each in migration.statements:
        _refuse_journal(each.statement)
        for action in each.actions:
            place = Place(file=str(migration.path), action=action, directives=each.directives)
            planner.refuse_directives(place, routing.owner(action.key))


def _refuse_journal(statement: Statement) -> None:
    for node in parse.walk(statement.node):
        if parse.kind_of(node) == "RangeVar" and node.schemaname == SCHEMA:
            message = f"the schema {SCHEMA} is the journal's own"
            hint = "Remove the statement: a migration that changes its own journal cannot be resumed."
            raise statement.source.error(message, statement.start, hint=hint)


def is_for_pgwright(migration: Migration) -> bool:
    """Whether the file calls a procedure that only pgwright knows."""
    return any(action.key.startswith(f"CallStmt.{SCHEMA}.") for each in migration.statements for action in each.actions)


def one_by_one(migration: Migration) -> bool:
    """Whether the file cannot run in one transaction: a statement of it cannot run in any, or an enum value that it
    adds is written out in a later statement ("unsafe use of new value", 14 to 18)."""
    typed = statements(migration)
    return any(each.alone for each in typed) or _uses_new_value(typed)


def names_all(node: Node) -> tuple[tuple[str | None, str], ...]:
    """The relations (schema, name) of a statement that touches none but those it names, and that no operation and no
    measurement knows: VACUUM and ANALYZE. Empty for all others, and where it names none and so means all."""
    if parse.kind_of(node) != "VacuumStmt":
        return ()
    relations = [parse.unwrap(each).relation for each in node.rels]
    return tuple((relation.schemaname or None, relation.relname) for relation in relations)


def leaves_traces(migration: Migration) -> bool:
    """Whether the session may be another one after the file: psql ends it with the file."""
    return any(
        each.statement.kind not in _LEAVES_NOTHING or _is_temporary(each.statement.node)
        for each in migration.statements
    )


def planned(migration: Migration, *, strategy: str = STRATEGY, why: str) -> PlannedMigration:
    """What the journal keeps of the migration: its operations, all by one strategy."""
    actions = [action for each in migration.statements for action in each.actions]
    return PlannedMigration(
        name=migration.name,
        number=migration.number,
        checksum=migration.checksum,
        operations=tuple(
            PlannedOperation(
                id=f"{migration.number}.{number}",
                name=routing.owner(action.key),
                line=action.position.line,
                column=action.position.column,
                strategy=strategy,
                why=why,
            )
            for number, action in enumerate(actions, 1)
        ),
    )


def steps(migration: Migration) -> tuple[Step, ...]:
    """One step for each statement, for a file that cannot run in one transaction. Each knows what the file has set
    before it, because a session may end between two of them."""
    found: list[Step] = []
    settings: list[str] = []
    number = 1
    for typed, each in zip(statements(migration), migration.statements, strict=True):
        source = typed.statement.source
        found.append(
            Step(
                id=f"{migration.number}.{number}.typed",
                operations=tuple(f"{migration.number}.{number + index}" for index in range(len(each.actions))),
                phase=Phase.EXPAND,
                kind=Kind.CONCURRENT if typed.alone else Kind.INSTANT,
                summary=" ".join(typed.text.split())[:70],
                statements=(typed.text,),
                action=Action(
                    name=ACTION,
                    parameters={
                        "alone": typed.alone,
                        "settings": list(settings),
                        "file": source.file,
                        "line": typed.statement.position.line,
                        "column": typed.statement.position.column,
                    },
                ),
                seconds=0.01,
            )
        )
        number += len(each.actions)
        if each.statement.kind == "VariableSetStmt":
            settings.append(typed.text)
    return tuple(found)


def _text(statement: Statement) -> str:
    """The statement; without CONCURRENTLY where the plain form ends in the same index, and the table is nobody's."""
    if statement.kind in ("IndexStmt", "DropStmt") and statement.node.concurrent:
        word = next(token for token in parse.scan(statement.text) if token.kind == "CONCURRENTLY")
        return statement.text[: word.start] + " " * (word.end - word.start) + statement.text[word.end :]
    return statement.text


def _is_alone(statement: Statement) -> bool:
    node, kind = statement.node, statement.kind
    if kind == "VacuumStmt":
        return bool(node.is_vacuumcmd)
    if kind == "ClusterStmt":
        return not node.HasField("relation")
    if kind == "ReindexStmt":
        concurrent = any(parse.unwrap(item).defname == "concurrently" for item in node.params)
        return concurrent or parse.enum_value(node, "kind") in _REINDEX_ALONE
    if kind == "AlterTableStmt":
        return any(_detaches_concurrently(parse.unwrap(command)) for command in node.cmds)
    return kind in _ALONE


def _detaches_concurrently(command: Node) -> bool:
    if parse.enum_value(command, "subtype") != "AT_DetachPartition":
        return False
    # Its end state is another one than the plain form's: the old partition keeps a CHECK of its bounds.
    return bool(parse.unwrap(getattr(command, "def")).concurrent)


def _rows_of(each: MigrationStatement) -> str:
    if not any(directive.name in _ABOUT_ROWS for directive in each.directives):
        return ""
    relation = getattr(each.statement.node, "relation", None)
    if relation is None or not relation.relname:
        return ""
    return qualified(relation.schemaname, relation.relname) if relation.schemaname else ident(relation.relname)


def _uses_new_value(typed: Sequence[Typed]) -> bool:
    added: set[str] = set()
    if all(each.statement.kind != "AlterEnumStmt" for each in typed):
        return False
    for each in typed:
        if added & set(_strings(each.text)):
            return True
        node = each.statement.node
        if each.statement.kind == "AlterEnumStmt" and not node.old_val:
            added.add("'" + node.new_val.replace("'", "''") + "'")
    return False


def _strings(text: str) -> Iterator[str]:
    return (token.text for token in parse.scan(text) if token.kind == "SCONST")


def _is_temporary(node: Node) -> bool:
    for name in ("relation", "view", "sequence"):
        relation = getattr(node, name, None)
        if relation is not None and getattr(relation, "relpersistence", "") == "t":
            return True
        if relation is not None and getattr(relation, "schemaname", "") == "pg_temp":
            return True
    return False
