"""Actions: what a statement does, one by one, under the keys by which operations claim them.

A key is `AlterTableStmt.<subtype>` for each subcommand of ALTER TABLE (and of the statements that share its message:
ALTER INDEX, SEQUENCE, FOREIGN TABLE, TYPE; `Action.object_type` tells them apart; ALTER VIEW has one key), with the
kind of the constraint behind AT_AddConstraint and SET or DROP behind AT_ColumnDefault; `RenameStmt.<object type>`,
`DropStmt.<object type>`, `AlterObjectSchemaStmt.<object type>` for what is no relation,
`CreateTableAsStmt.OBJECT_MATVIEW` for a materialized view, `CallStmt.pgwright.<name>` for a CALL of pgwright's own, and
the name of the message for all other statements.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..base.errors import MigrationFileError
from . import parse
from .calls import Argument, call_arguments
from .lexeme import Token
from .parse import Node, Statement
from .position import Position

__all__ = ["SCHEMA", "Action", "Argument", "actions", "all_keys", "call_arguments", "call_name"]

SCHEMA = "pgwright"
"""The schema of the procedures that only pgwright knows: nothing of that name exists on a server."""

OF_VIEW = "AlterTableStmt.OBJECT_VIEW"
"""The key of each subcommand of ALTER VIEW."""

# Messages that end in Stmt but that no statement of a file can be: parts of others, or made after parsing.
_NO_STATEMENTS = {"RawStmt", "SetOperationStmt", "ReturnStmt", "PLAssignStmt", "ReplicaIdentityStmt"}
# Subtypes that ALTER TABLE makes for itself while it runs.
_INTERNAL_SUBTYPES = {
    "AT_AddColumnToView",
    "AT_CookedColumnDefault",
    "AT_AddIndex",
    "AT_ReAddIndex",
    "AT_ReAddConstraint",
    "AT_ReAddDomainConstraint",
    "AT_AddIndexConstraint",
    "AT_ReplaceRelOptions",
    "AT_ReAddComment",
    "AT_ReAddStatistics",
}
_RENAMED = """
    AGGREGATE ATTRIBUTE COLLATION COLUMN CONVERSION DATABASE DOMAIN DOMCONSTRAINT EVENT_TRIGGER FDW FOREIGN_SERVER
    FOREIGN_TABLE FUNCTION INDEX LANGUAGE MATVIEW OPCLASS OPFAMILY POLICY PROCEDURE PUBLICATION ROLE ROUTINE RULE
    SCHEMA SEQUENCE STATISTIC_EXT SUBSCRIPTION TABCONSTRAINT TABLE TABLESPACE TRIGGER TSCONFIGURATION TSDICTIONARY
    TSPARSER TSTEMPLATE TYPE VIEW
"""
_DROPPED = """
    ACCESS_METHOD AGGREGATE CAST COLLATION CONVERSION DOMAIN EVENT_TRIGGER EXTENSION FDW FOREIGN_SERVER FOREIGN_TABLE
    FUNCTION INDEX LANGUAGE MATVIEW OPCLASS OPERATOR OPFAMILY POLICY PROCEDURE PUBLICATION ROUTINE RULE SCHEMA SEQUENCE
    STATISTIC_EXT TABLE TRANSFORM TRIGGER TSCONFIGURATION TSDICTIONARY TSPARSER TSTEMPLATE TYPE VIEW
"""
_MOVED = """
    AGGREGATE COLLATION CONVERSION DOMAIN EXTENSION FUNCTION OPCLASS OPERATOR OPFAMILY PROCEDURE ROUTINE STATISTIC_EXT
    TSCONFIGURATION TSDICTIONARY TSPARSER TSTEMPLATE TYPE
"""
_REFINED = {
    "AT_AddConstraint": ("CHECK", "EXCLUSION", "FOREIGN", "NOTNULL", "PRIMARY", "UNIQUE"),
    "AT_ColumnDefault": ("DROP", "SET"),
}
"""Subcommands that mean several things, and what stands behind them in the key."""


@dataclass(frozen=True, kw_only=True)
class Action:
    """One action: `node` is the AlterTableCmd of a subcommand, else the statement's node; `index` counts the actions
    of the statement from 0; `position` is where the subcommand begins in the file.
    """

    key: str
    node: Node = field(compare=False, repr=False)
    statement: Statement
    position: Position
    index: int = 0

    @property
    def object_type(self) -> str:
        """What kind of object an ALTER or RENAME speaks of (`OBJECT_TABLE`, `OBJECT_INDEX`, …), "" for others.

        For a column or an attribute that is renamed it is the relation it belongs to, else what is renamed itself.
        """
        node = self.statement.node
        if self.statement.kind == "AlterTableStmt":
            return parse.enum_value(node, "objtype")
        if self.statement.kind != "RenameStmt":
            return ""
        # The grammar leaves relation_type at its first value where it means nothing.
        owner = parse.enum_value(node, "relation_type")
        return parse.enum_value(node, "rename_type") if owner == "OBJECT_ACCESS_METHOD" else owner

    def error(self, message: str, *, hint: str = "") -> MigrationFileError:
        """The error `message` at this action, to be raised by the caller."""
        source = self.statement.source
        return source.error(message, source.offset(self.position), hint=hint)


def actions(statement: Statement) -> tuple[Action, ...]:
    """The actions of `statement` in order, at least one."""
    node = statement.node
    if statement.kind == "AlterTableStmt":
        commands = [parse.unwrap(each) for each in node.cmds]
        places = _places(statement, len(commands))
        return tuple(
            Action(
                key=OF_VIEW if parse.enum_value(node, "objtype") == "OBJECT_VIEW" else _command_key(command),
                node=command,
                statement=statement,
                position=place,
                index=index,
            )
            for index, (command, place) in enumerate(zip(commands, places, strict=True))
        )
    return (Action(key=_key(statement), node=node, statement=statement, position=statement.position),)


def call_name(node: Node) -> str | None:
    """The name of pgwright's own procedure that a CallStmt calls (`partition_table`); None for any other CALL."""
    names = [part.string.sval for part in node.funccall.funcname]
    return names[1] if len(names) == 2 and names[0] == SCHEMA else None


def all_keys() -> tuple[str, ...]:
    """Every key that a statement can have, sorted; of the calls only `CallStmt`, their names are the operations'."""
    return tuple(sorted(_keys()))


def _keys() -> Iterator[str]:
    for kind in parse.statement_kinds():
        if kind == "AlterTableStmt":
            subtypes = set(parse.enum_names("AlterTableType")) - _INTERNAL_SUBTYPES
            for subtype in subtypes:
                ends = [f".{end}" for end in _REFINED.get(subtype, ())] or [""]
                yield from (f"{kind}.{subtype}{end}" for end in ends)
            yield OF_VIEW
        elif kind == "RenameStmt":
            yield from (f"{kind}.OBJECT_{name}" for name in _RENAMED.split())
        elif kind == "DropStmt":
            yield from (f"{kind}.OBJECT_{name}" for name in _DROPPED.split())
        elif kind not in _NO_STATEMENTS:
            yield kind
            if kind == "AlterObjectSchemaStmt":
                yield from (f"{kind}.OBJECT_{name}" for name in _MOVED.split())
            elif kind == "CreateTableAsStmt":
                yield f"{kind}.OBJECT_MATVIEW"


def _key(statement: Statement) -> str:
    if statement.kind == "RenameStmt":
        return f"RenameStmt.{parse.enum_value(statement.node, 'rename_type')}"
    if statement.kind == "DropStmt":
        return f"DropStmt.{parse.enum_value(statement.node, 'remove_type')}"
    if statement.kind == "AlterObjectSchemaStmt":
        moved = parse.enum_value(statement.node, "object_type")
        return f"{statement.kind}.{moved}" if moved.removeprefix("OBJECT_") in _MOVED.split() else statement.kind
    if statement.kind == "CreateTableAsStmt" and parse.enum_value(statement.node, "objtype") == "OBJECT_MATVIEW":
        return f"{statement.kind}.OBJECT_MATVIEW"
    if statement.kind == "CallStmt" and (name := call_name(statement.node)) is not None:
        return f"CallStmt.{SCHEMA}.{name}"
    return statement.kind


def _command_key(command: Node) -> str:
    subtype = parse.enum_value(command, "subtype")
    key = f"AlterTableStmt.{subtype}"
    if subtype == "AT_AddConstraint":
        constraint = parse.unwrap(getattr(command, "def"))
        return f"{key}.{parse.enum_value(constraint, 'contype').removeprefix('CONSTR_')}"
    if subtype == "AT_ColumnDefault":
        return f"{key}.{'SET' if command.HasField('def') else 'DROP'}"
    return key


def _places(statement: Statement, count: int) -> list[Position]:
    """Where each of the `count` subcommands begins: the tree does not say, so the commas outside of brackets do."""
    tokens = [token for token in parse.scan(statement.text) if not token.is_comment]
    name = statement.source.character(statement.node.relation.location) - statement.start
    first = _after_name(tokens, next(number for number, token in enumerate(tokens) if token.start >= name))
    starts, depth = [first], 0
    for number in range(first, len(tokens)):
        kind = tokens[number].kind
        depth += (kind in ("ASCII_40", "ASCII_91")) - (kind in ("ASCII_41", "ASCII_93"))
        if kind == "ASCII_44" and depth == 0:
            starts.append(number + 1)
    if len(starts) != count:
        return [statement.position] * count
    return [statement.source.position(statement.start + tokens[number].start) for number in starts]


def _after_name(tokens: list[Token], number: int) -> int:
    """The token after the relation's dotted name, and after the `*` or the `)` of ONLY that may follow it."""
    while tokens[number + 1].kind in ("ASCII_46", "UESCAPE"):
        number += 2
    while tokens[number + 1].kind in ("ASCII_41", "ASCII_42"):
        number += 1
    return number + 1
