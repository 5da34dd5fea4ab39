"""Policies that read a column whose type changes: the exchange makes them again, which the server must be able to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ....catalog.values import Column, Policy, Table
from .._operation import Request
from .replacement import Replacement


def refuse_impossible(request: Request, change: Replacement) -> None:
    """Raises Refused where a policy of the table means nothing with the new type: the server is asked."""
    truth = replace(change.column, type="boolean", type_oid=16, collation=None, default=None, generated=None)
    for part, policy in _reading(request, change):
        column = part.column(change.column.name)
        assert column is not None
        names = {each.name: each.name for each in part.columns}
        spoken: dict[str, str | Column] = {**names, column.name: replace(change.target, name=column.name)}
        for text in (policy.using, policy.check):
            if text is None:
                continue
            found = request.probe(part.oid, spoken, text, truth)
            if found.error:
                raise request.refuse(
                    f'the type of {change.old} cannot be {change.target.type} as long as policy "{policy.name}" of '
                    f"{part.name} reads it: {found.error}",
                    hint="Drop the policy, change the type, and make it again for the new one.",
                )


def _reading(request: Request, change: Replacement) -> Iterator[tuple[Table, Policy]]:
    for part in request.catalog.descendants(change.table.oid):
        column = part.column(change.column.name)
        for policy in part.policies:
            if column is not None and column.number in policy.columns:
                yield part, policy
