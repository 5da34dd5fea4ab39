"""One hash over the definitions of relations and of all that depends on them, to tell whether a plan still fits.

Sizes, statistics, oids, row versions, owners and settings of autovacuum are left out, so that a restored dump has the
fingerprint of its original. What is new in `values` is in the hash unless it is listed here as left out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import cache
from typing import Any

from ..base.errors import CatalogMoved
from ..base.name import RelationName
from . import dependents
from .values import Catalog, Publication, Table, View

# Numbers of one database, measurements, and what definitions say already.
_LEFT_OUT = frozenset({
    "oid", "type_oid", "function_oid", "index_oid", "number", "file_node", "xmin", "highest_column", "owner",
    "bytes", "pages", "rows", "modified", "null_fraction", "average_width",
    "key_columns", "update_columns", "when_columns", "filter_columns", "partition_columns", "referenced_columns",
    "referenced", "reads", "rules", "tablespace",
})  # fmt: skip
_TUNING = re.compile(r"(toast\.)?(autovacuum|vacuum)_")
# A list of varchar constants is deparsed as one cast of the array before a dump and as casts of its elements after.
_CAST_ARRAY = re.compile(
    r"\(ARRAY\[(?P<items>(?:'(?:[^']|'')*'::[\w .\"]+(?:\(\d+(?:,\d+)?\))?(?:, )?)+)\]\)::(?P<type>[\w .\"]+)\[\]"
)
_ITEM = re.compile(r"'(?:[^']|'')*'::[\w .\"]+(?:\(\d+(?:,\d+)?\))?")


def fingerprint(catalog: Catalog, oids: Iterable[int]) -> str:
    """The sha256, in hexadecimal, of the definitions of the tables and views `oids`, of their families, and of views,
    foreign keys, policies, rules and functions that depend on them. Raises CatalogMoved when one of them does not
    exist (any more), LockNotObtained when one could not be read."""
    wanted = set(oids)
    if gone := wanted - catalog.tables.keys() - catalog.views.keys():
        raise CatalogMoved(
            f"{len(gone)} of the relations of the plan do not exist any more.", hint="Make the plan again."
        )
    tables = {table.oid: table for oid in wanted for table in dependents.family(catalog, oid)}
    views = {view.oid: view for view in dependents.views_reading(catalog, {*tables, *wanted})}
    views |= {oid: catalog.views[oid] for oid in wanted if oid in catalog.views}
    everything = {*tables, *views}
    keys = dependents.foreign_keys_to(catalog, tables)
    catalog.check_readable({*everything, *(table.oid for table, _ in keys)})
    triggers = [trigger for table in tables.values() for trigger in table.triggers]
    triggers += [trigger for view in views.values() for trigger in view.triggers]
    functions = {function.oid: function for function in dependents.functions_mentioning(catalog, everything)}
    functions |= {oid: catalog.functions[oid] for each in triggers if (oid := each.function_oid) in catalog.functions}
    facts = {
        "major": catalog.major,
        "tables": _sorted([_table(catalog, table) for table in tables.values()]),
        "views": _sorted([_plain(view) for view in views.values()]),
        "foreign keys": _sorted([[_plain(table.name), _plain(key)] for table, key in keys]),
        "policies": _sorted(
            [[_plain(table.name), _plain(policy)] for table, policy in dependents.policies_reading(catalog, everything)]
        ),
        "rules": _sorted(
            [[_plain(owner.name), _plain(rule)] for owner, rule in dependents.rules_reading(catalog, everything)]
        ),
        "functions": _sorted([_plain(function) for function in functions.values()]),
    }
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _table(catalog: Catalog, table: Table) -> dict[str, Any]:
    """A table with relations and columns by name; its columns in their order."""
    facts: dict[str, Any] = _plain(table)
    facts["columns"] = [_plain(column) for column in table.columns]
    facts["parents"] = [_plain(catalog.name_of(oid)) for oid in table.parents]
    facts["children"] = _sorted([_plain(catalog.name_of(oid)) for oid in table.children])
    facts["publications"] = _sorted([_publication(table, publication) for publication in table.publications])
    return facts


def _publication(table: Table, publication: Publication) -> dict[str, Any]:
    facts: dict[str, Any] = _plain(publication)
    if publication.columns is not None:
        columns = (table.column_number(number) for number in publication.columns)
        facts["columns"] = sorted(column.name for column in columns if column is not None)
    return facts


def _plain(value: Any) -> Any:
    """A value as JSON, without what is left out. Parts that have no order of their own are sorted."""
    if isinstance(value, RelationName):
        return [value.schema, value.name]
    if isinstance(value, str):
        return _settled(value)
    if isinstance(value, (tuple, frozenset)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    kind: type = type(value)
    facts = {name: _plain(getattr(value, name)) for name in _names(kind)}
    for name, part in facts.items():
        if isinstance(part, list) and part and isinstance(part[0], dict) and name != "columns":
            facts[name] = _sorted(part)
    if "options" in facts:
        facts["options"] = sorted(option for option in facts["options"] if not _TUNING.match(option))
    if "parent" in facts:
        facts["parent"] = facts["parent"] is not None
    return facts


@cache
def _names(kind: type) -> tuple[str, ...]:
    """The fields that are part of the definition. `columns` are attnums but for those of tables and views."""
    left_out = _LEFT_OUT if kind in (Table, View) else _LEFT_OUT | {"columns"}
    return tuple(item.name for item in fields(kind) if item.name not in left_out)


def _settled(text: str) -> str:
    """A definition as it is deparsed after a dump and restore."""
    return _CAST_ARRAY.sub(_spread, text)


def _spread(match: re.Match[str]) -> str:
    items = (f"({item})::{match['type']}" for item in _ITEM.findall(match["items"]))
    return f"ARRAY[{', '.join(items)}]"


def _sorted(items: Sequence[Any]) -> list[Any]:
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True, ensure_ascii=False))
