"""GIN: what is in a document, an array or a text. For jsonb both operator classes are tried: `jsonb_path_ops` is
smaller and knows containment alone, the usual one knows keys, too. GiST could find parts of a text as well, but keeps
signatures that many texts share: it reads far more than the planner believes, so what a plan says of it proves
nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ....sql import quote
from ....sql.expression import substitute
from ...conditions import Clause
from ...whatif.proposed import Proposed
from ..access import Access
from ._making import make

_CONTAINED = frozenset({"@>", "<@", "&&", "?", "?|", "?&", "@?", "@@"})
_PATTERNS = frozenset({"~~", "~~*", "~", "~*"})


def propose(access: Access) -> Iterator[Proposed | None]:
    """An index for each condition that asks what a value holds."""
    for clause in access.clauses:
        if not clause.left or clause.operator not in _CONTAINED | _PATTERNS:
            continue
        key = held(access, clause)
        if clause.operator in _CONTAINED:
            yield make(access, [key], method="gin")
            if clause.operator in ("@>", "@?", "@@"):
                yield make(access, [f"{key} jsonb_path_ops"], method="gin")
        else:
            yield make(access, [f"{key} gin_trgm_ops"], method="gin")


def held(access: Access, clause: Clause) -> str:
    """The left side as a key: a column as it is, the server's own cast of a varchar aside, else in brackets."""
    if clause.column is not None and clause.cast in ("", "text"):
        return quote.ident(clause.column.column)
    names = {each.column: quote.ident(each.column) for each in clause.reads}
    return f"({substitute(clause.left, names, table=access.alias)})"
