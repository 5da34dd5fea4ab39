"""What a query plan is apart from constants, costs and measurements: its structure, and a fingerprint of that.

In it are the types of the nodes, relations, indexes, the order of joins, and conditions. Constants, parameters and
the casts on them are one placeholder, so that another value or type of value is the same plan. An alias stands for
its relation, so that writing `o` instead of `orders` is the same plan. Conditions that AND joins are sorted, because
the planner orders them by cost.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter

from ...sql import parse
from .. import conditions
from ..query_plan.model import Node, QueryPlan

WORDS = (
    "Node Type", "Strategy", "Partial Mode", "Join Type", "Operation", "Command", "Scan Direction", "Parallel Aware",
    "Schema", "Relation Name", "Index Name", "Function Name",
)  # fmt: skip
"""The keys of a node that belong to the structure as they are."""

CONDITIONS = (
    "Index Cond", "TID Cond", "Filter", "One-Time Filter", "Hash Cond", "Merge Cond", "Join Filter", "Run Condition",
    "Order By",
)  # fmt: skip
"""The keys that hold an expression. `Recheck Cond` and `Cache Key` repeat others."""

KEYS = ("Sort Key", "Presorted Key", "Group Key")
"""The keys that hold a list of expressions, each with its direction."""

_DIRECTION = re.compile(r"^(.*?)((?: (?:ASC|DESC|USING \S+|NULLS FIRST|NULLS LAST))*)$", re.DOTALL)
_CONSTANT = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b|\$\d+")
_PLACEHOLDER = "?"


class Structure:
    """The structure of one plan: `lines` has one for each node, parents first, `own` the same by path."""

    def __init__(self, plan: QueryPlan) -> None:
        self._names = _names(plan)
        self.own = {node.path: self._own(node) for node in plan.nodes}
        self.lines = tuple(f"{node.path.count('.')} {self.own[node.path]}" for node in plan.nodes)

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that two plans share when their structure is the same."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()[:16]

    def _own(self, node: Node) -> str:
        """What `node` adds to the structure, on one line."""
        role = "CTE" if node.is_cte else node.role if node.is_init_plan or node.is_sub_plan else ""
        parts = [role] if role else []
        parts += [f"{key}={node.properties[key]}" for key in WORDS if key in node.properties]
        for key in CONDITIONS:
            if key in node.properties:
                parts.append(f"{key}={self._condition(node.text(key), node.alias)}")
        for key in KEYS:
            if key in node.properties:
                parts.append(f"{key}={','.join(self._key(each, node.alias) for each in node.texts(key))}")
        return "; ".join(parts).replace("\n", " ")

    def _condition(self, text: str, own: str) -> str:
        found = conditions.nodes(text)
        if not found:
            return _CONSTANT.sub(_PLACEHOLDER, text)
        return " AND ".join(sorted(self._expression(each, own) for each in found))

    def _key(self, text: str, own: str) -> str:
        match = _DIRECTION.match(text)
        expression, direction = (match[1], match[2]) if match else (text, "")
        return self._condition(expression, own) + direction

    def _expression(self, node: parse.Node, own: str) -> str:
        """An expression as one text that is the same for the same meaning, whatever its constants. `own` is the alias
        of the node that has it."""
        node = parse.unwrap(node)
        kind = parse.kind_of(node)
        if kind == "ParamRef":
            return "subquery" if node.number == conditions.SUBQUERY else _PLACEHOLDER
        if kind == "A_Const":
            return _PLACEHOLDER
        if kind == "ColumnRef":
            return self._column(node, own)
        fields = self._fields(node, own)
        if kind == "TypeCast" and fields["arg"] == [_PLACEHOLDER]:
            return _PLACEHOLDER
        if kind == "A_ArrayExpr" and {*fields.get("elements", ())} <= {_PLACEHOLDER}:
            return _PLACEHOLDER
        inner = " ".join(f"{name}:{','.join(texts)}" for name, texts in fields.items())
        return f"({kind} {inner})"

    def _fields(self, node: parse.Node, own: str) -> dict[str, list[str]]:
        """The fields of a node that mean something, by name, as texts."""
        found = {}
        for field, value in node.ListFields():
            if field.name not in parse.PLACES:
                single = isinstance(value, str | bytes | int | float) or hasattr(value, "ListFields")
                each = [value] if single else list(value)
                found[field.name] = [self._expression(one, own) if field.message_type else str(one) for one in each]
        return found

    def _column(self, node: parse.Node, own: str) -> str:
        names = [str(part.sval) if hasattr(part, "sval") else "*" for part in map(parse.unwrap, node.fields)]
        if len(names) > 1:
            names[0] = "" if names[0] == own else self._names.setdefault(names[0], f"unnamed {len(self._names)}")
        return ".".join(names)


def _names(plan: QueryPlan) -> dict[str, str]:
    """What stands for each alias: the relation, or the type of the node where there is none, counted where it comes
    again. A server makes aliases unique in a plan."""
    seen: Counter[str] = Counter()
    found: dict[str, str] = {}
    for node in plan.nodes:
        if node.alias and node.alias not in found:
            what = node.relation or node.type
            seen[what] += 1
            found[node.alias] = f"{what} {seen[what]}"
    return found
