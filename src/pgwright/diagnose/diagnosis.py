"""All signs of a plan as findings: ranked by their share of the time, each with its severity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from types import ModuleType

from ..base import registry
from ..base.finding import Evidence, Finding, Severity
from .accounting.account import Account, account
from .query_plan.model import Node, QueryPlan
from .signs._seen import Seen
from .signs._sign import Cure, Sign
from .surroundings import Surroundings

KIND = "diagnose.signs"
LONG_MS = 100.0
"""Below this time of the whole nothing is worse than a notice."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A finding with what it came from: the paths of its nodes, its share unrounded, and the cure with its kind."""

    finding: Finding
    paths: tuple[str, ...]
    share: float
    cure: Cure

    @property
    def name(self) -> str:
        """The name of the sign."""
        return self.finding.name


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """A plan, its account, and what was found, the largest share first."""

    account: Account
    found: tuple[Found, ...]
    surroundings: Surroundings | None = None

    @property
    def plan(self) -> QueryPlan:
        """The plan."""
        return self.account.plan

    @property
    def seen(self) -> Seen:
        """What may be asked about the plan."""
        return Seen(account=self.account, surroundings=self.surroundings)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings in order."""
        return tuple(each.finding for each in self.found)


def diagnose(plan: QueryPlan, surroundings: Surroundings | None = None) -> Diagnosis:
    """What is wrong with the statement that the plan is of, and what would cure it."""
    before = surroundings.before_triggers if surroundings is not None else None
    seen = Seen(account=account(plan, before_triggers=before), surroundings=surroundings)
    signs = [(name, sign) for name, module in _signs() for sign in _look(seen, module)]
    kept = _together(_without_explained(signs))
    kept.sort(key=lambda each: (-each[1].share, each[1].nodes[0].path, each[0]))
    return Diagnosis(
        account=seen.account,
        found=tuple(_found(seen, name, sign) for name, sign in kept),
        surroundings=surroundings,
    )


def _signs() -> Iterator[tuple[str, ModuleType]]:
    for name in registry.names(KIND):
        yield name, registry.load(KIND, name)


def _look(seen: Seen, module: ModuleType) -> Iterator[Sign]:
    if not module.NODES:
        yield from module.look(seen, seen.plan.root)
    for kind in sorted(module.NODES):
        for node in seen.plan.by_type.get(kind, ()):
            yield from module.look(seen, node)


def _without_explained(signs: Sequence[tuple[str, Sign]]) -> list[tuple[str, Sign]]:
    """The signs but those that another one on the same node explains."""
    explained: set[tuple[str, str]] = set()
    for name, sign in signs:
        for other in getattr(registry.load(KIND, name), "EXPLAINS", ()):
            explained.update((other, node.path) for node in sign.nodes)
    return [(name, sign) for name, sign in signs if (name, sign.nodes[0].path) not in explained]


def _together(signs: Sequence[tuple[str, Sign]]) -> list[tuple[str, Sign]]:
    """The signs, of several with one cure only the first: it has the nodes and the shares of all."""
    found: dict[tuple[str, str], Sign] = {}
    apart = []
    for name, sign in signs:
        first = found.get((name, sign.cure.sql))
        if not sign.cure.sql:
            apart.append((name, sign))
        elif first is None:
            found[name, sign.cure.sql] = sign
        else:
            nodes = {node.path: node for node in (*first.nodes, *sign.nodes)}
            share = min(first.share + sign.share, 1.0)
            found[name, sign.cure.sql] = replace(first, nodes=tuple(nodes.values()), share=share)
    return [*((name, sign) for (name, _), sign in found.items()), *apart]


def _severity(seen: Seen, share: float) -> Severity:
    long = seen.total_ms is None or seen.total_ms >= LONG_MS
    if share >= 0.5 and long:
        return Severity.DANGER
    return Severity.WARNING if share >= 0.1 and long else Severity.NOTICE


def _found(seen: Seen, name: str, sign: Sign) -> Found:
    first: Node = sign.nodes[0]
    finding = Finding(
        kind="sign",
        name=name,
        object=sign.object,
        severity=_severity(seen, sign.share),
        location=first.path,
        evidence=Evidence(
            text=sign.seen,
            share=round(sign.share, 4),
            confidence=sign.confidence.value,
            fields=dict(sign.fields),
            disproof=sign.disproof,
        ),
        why=sign.why,
        cure_sql=sign.cure.sql,
    )
    return Found(finding=finding, paths=tuple(node.path for node in sign.nodes), share=sign.share, cure=sign.cure)
