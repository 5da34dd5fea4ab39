"""DROP of what stands on a table or view (a trigger, a policy, a rule): whom it means, and whether there is anything to
do."""

from __future__ import annotations

from types import SimpleNamespace

from ...catalog.values import Table, View
from ...sql.things import Thing, thing
from . import _objects, _pairs
from ._operation import Compiled, Request
from .create_trigger import relation_of

Owner = Table | View | None
"""What it stands on; None for one that the same plan makes."""


def standing(request: Request, kind: str) -> tuple[Thing, Owner] | Compiled:
    """What the DROP of the grammar's `kind` is about, and its owner; or the answer, where there is nothing to drop or
    another statement makes it again in the same transaction."""
    (wanted,) = (thing(kind, each) for each in request.action.node.objects)
    if _absent(request, wanted):
        return _objects.nothing(wanted)
    owner = _owner(request, wanted)
    if _pairs.made_again(request, wanted):
        return Compiled(
            strategy="with the statement that makes it again", why=f"{wanted.shown} is replaced in one transaction"
        )
    return wanted, owner


def _absent(request: Request, wanted: Thing) -> bool:
    """Whether IF EXISTS is about a relation that is not there."""
    *schema, name, _ = wanted.names
    found = request.catalog.find(name, schema[-1] if schema else None)
    made = any(each.name == name for each in request.made)
    return bool(request.action.node.missing_ok) and found is None and not made


def _owner(request: Request, wanted: Thing) -> Owner:
    """The table or view that a trigger, policy or rule stands on, checked as any table that is to change."""
    *schema, name, _ = wanted.names
    relation = SimpleNamespace(schemaname=schema[-1] if schema else "", relname=name)
    owner = relation_of(request, relation)
    if isinstance(owner, Table):
        return request.changeable(relation)
    if owner is not None:
        request.refuse_view(owner.oid)
    return owner
