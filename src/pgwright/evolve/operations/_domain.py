"""The steps of a change of a domain: the tables that it reads, and the looks that prove it without a strong lock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...base.errors import Refused
from ...catalog.domain_probe import DomainConstraint, DomainFacts
from ...sql.expression import substitute
from ...sql.quote import ident, qualified
from ..locks.declare import effects_of, has_rows
from ..locks.scene import Situation
from ..steps.step import Action, Kind, Lock, Phase, Step
from ._operation import Request
from ._steps import INSTANT, NOTHING, SCANNED_PER_SECOND


@dataclass(frozen=True, kw_only=True)
class Domain:
    """A domain and the request that is about it."""

    request: Request
    facts: DomainFacts

    @property
    def known(self) -> tuple[int, ...]:
        """The tables and materialized views of the snapshot that store values of it."""
        catalog = self.request.catalog
        return tuple(dict.fromkeys(oid for oid, _ in self.facts.users if oid in catalog.tables or oid in catalog.views))

    @property
    def filled(self) -> tuple[int, ...]:
        """Those that hold rows, or are not in the snapshot."""
        users = dict.fromkeys(oid for oid, _ in self.facts.users)
        return tuple(oid for oid in users if oid not in self.known or has_rows(self.request.catalog, oid))

    @property
    def shown(self) -> str:
        """The tables that PostgreSQL would read, for people."""
        names = [str(name) for oid in self.filled if (name := self.request.catalog.name_of(oid)) is not None]
        others = len(self.filled) - len(names)
        return ", ".join([*names, *([f"{others} tables of other schemas"] if others else [])])

    def refused(self, change: str) -> Refused:
        """Why what PostgreSQL proves is not done on tables with rows."""
        catalog = self.request.catalog
        reasons = []
        for oid in self.filled:
            table = catalog.tables.get(oid)
            rows = f", about {int(table.rows or 0):,} rows" if table is not None else ""
            reasons.append(f"{catalog.name_of(oid) or 'a table of another schema'} would be locked in SHARE mode{rows}")
        return self.request.refuse(
            f"ALTER DOMAIN {self.facts.name} {change[:60]} reads every table that uses it, and nobody could write to "
            "any of them meanwhile",
            *reasons,
            hint="See what can be done: pgwright docs alter_domain; or, in a quiet hour: -- pgwright: allow = raw_sql",
        )

    def step(
        self, name: str, phase: Phase, change: str, *, proves: bool = False, undo: Sequence[str] = (), done: str = ""
    ) -> Step:
        """ALTER DOMAIN with `change`; where PostgreSQL `proves` it, with the locks of all who use it."""
        head = f"ALTER DOMAIN {qualified(self.facts.name)} "
        situations = [Situation("AlterDomainStmt validate", {"target": self.known})] if proves else []
        effects = effects_of(self.request.catalog, situations)
        rows = sum(int(table.rows or 0) for oid in self.known if (table := self.request.catalog.tables.get(oid)))
        late = phase not in (Phase.EXPAND, Phase.VERIFY)
        return Step(
            id=f"{self.request.id}.{name}",
            operations=(self.request.id,),
            phase=phase,
            kind=Kind.CUTOVER if late else Kind.INSTANT,
            summary=f"domain {self.facts.name}: {change}"[:70],
            statements=(head + change,),
            locks=tuple(Lock(relation=each.relation, oid=each.oid, mode=each.mode) for each in effects),
            scans=tuple(each.relation for each in effects if each.scans),
            rows=rows if proves and rows else None,
            seconds=INSTANT + (rows / SCANNED_PER_SECOND if proves else 0),
            undo=tuple(each if each.startswith("nothing") else head + each for each in undo),
            done=done,
        )

    def proof(self, constraint: DomainConstraint) -> Proof:
        """The looks at every column that stores values of the domain."""
        looks = []
        for number, (oid, column) in enumerate(self.facts.users, 1):
            name = self.request.catalog.name_of(oid)
            if name is None:
                raise self.request.refuse(
                    f"a table outside of the configured schemas uses {self.facts.name}",
                    hint="Name its schema in the profile, so that it can be looked at.",
                )
            value = f"({ident(column)})::{self.facts.base}"
            broken = f"NOT ({substitute(constraint.expression, {'value': value})})"
            query = f"SELECT * FROM ONLY {qualified(name)} WHERE {broken}"
            if oid in self.request.catalog.views:
                query = query.replace("FROM ONLY ", "FROM ", 1)
            looks.append(self._look(number, oid, query, f"rows of {name} where {column} breaks {constraint.name}"))
        return Proof(domain=self, constraint=constraint.name, looks=looks)

    def _look(self, number: int, oid: int, query: str, what: str) -> Step:
        effects = effects_of(self.request.catalog, [Situation("SelectStmt", {"source": (oid,)})])
        parameters = {"query": query, "what": what, "hint": "Correct them, then run the same command again."}
        return Step(
            id=f"{self.request.id}.look{number}",
            operations=(self.request.id,),
            phase=Phase.LOOK,
            kind=Kind.VERIFY,
            summary=f"look for {what}"[:70],
            statements=(query,),
            action=Action(name="look", parameters=parameters),
            locks=tuple(Lock(relation=each.relation, oid=each.oid, mode=each.mode) for each in effects),
            scans=tuple(each.relation for each in effects if each.scans),
            seconds=INSTANT,
            undo=NOTHING,
        )


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The looks before anything is changed, and the one when new values are checked."""

    domain: Domain
    constraint: str
    looks: list[Step]

    def again(self, added: Step) -> Step:
        """The same look when whoever was at work before `added` has ended."""
        first = self.looks[0]
        drop = f"ALTER DOMAIN {qualified(self.domain.facts.name)} DROP CONSTRAINT IF EXISTS {ident(self.constraint)}"
        asked = [{key: look.action.parameters[key] for key in ("query", "what")} for look in self.looks if look.action]
        parameters = {"looks": asked, "drop": drop, "again": [*(each.id for each in self.looks), added.id]}
        return replace(
            first,
            id=f"{self.domain.request.id}.again",
            phase=Phase.VERIFY,
            summary=f"look again for values that break {self.constraint}"[:70],
            statements=tuple(statement for look in self.looks for statement in look.statements),
            action=Action(name="domain_prove", parameters=parameters),
            locks=tuple(dict.fromkeys(lock for look in self.looks for lock in look.locks)),
            scans=tuple(dict.fromkeys(scan for look in self.looks for scan in look.scans)),
        )
