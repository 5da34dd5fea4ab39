"""What an index build cannot save, and what it meets on the way: equal indexes, invalid ones, upserts, old servers."""

from __future__ import annotations

from ....catalog.values import Catalog
from ....sql.quote import qualified
from .._steps import Steps
from . import _partitioned, _plain
from ._wanted import Wanted, same_as

_CORRUPTING = range(140000, 140004)


def of(steps: Steps, wanted: Wanted) -> tuple[str, ...]:
    """Sentences for the plan."""
    found = [f"{wanted.relation} is the same as {each.name}" for each in same_as(wanted.table, wanted)]
    if wanted.has_expression and wanted.foreign:
        found.append(
            f"the planner knows nothing of the expression before ANALYZE, which is not run: of {wanted.table.name} it "
            f"would read the foreign table {wanted.foreign[0]}, too. Run it on the other partitions"
        )
    found += invalid(steps, wanted.name)
    found += old_server(steps.request.catalog)
    if wanted.unique:
        found.append(
            f"from the middle of the build on, a write that would make a second row of a key of {wanted.name} fails, "
            "and the build with it where that row was there first"
        )
    if wanted.unique and _plain.other_body(steps, wanted) is not None:
        found.append(
            "until contract two indexes keep the key unique, one for each name of the column: INSERT … ON CONFLICT "
            "looks at one, and fails where another session inserts the same key at the same moment"
        )
    if wanted.table.kind == "p" and not wanted.only:
        for part, index in _partitioned.kept(steps, wanted):
            found.append(
                f"{part.name} has an equal index already, {index.name}: it becomes a part of {wanted.name} at "
                "contract, and the whole is not valid until then"
            )
    return tuple(found)


def invalid(steps: Steps, name: str = "") -> list[str]:
    """The invalid indexes of the table and its partitions that nobody would look for: writes keep them, queries do not
    use them. One called `name` is what is built again."""
    return [
        f"{each.schema}.{each.name} of {part.name} is not valid: a failed build left it, or somebody builds it now. "
        f"When nobody does: DROP INDEX CONCURRENTLY {qualified(each.schema, each.name)}"
        for part in steps.request.catalog.descendants(steps.table.oid)
        for each in part.indexes
        if not each.valid and part.kind != "p" and each.name != name and not each.name.startswith("pgw_")
    ]


def old_server(catalog: Catalog) -> list[str]:
    """14.0 to 14.3 could leave rows out of an index that was built concurrently (release notes of 14.4)."""
    if catalog.version not in _CORRUPTING:
        return []
    said = (
        "this server is older than 14.4: an index built concurrently may miss rows there. Upgrade it first; an index "
        "that is there can be checked with bt_index_parent_check(…, true) of the extension amcheck"
    )
    return [said]
