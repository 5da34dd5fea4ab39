"""Change a domain: its constraints, NOT NULL, its DEFAULT.

## What it does

`ALTER DOMAIN d` with `ADD CONSTRAINT … CHECK (…)`, `VALIDATE CONSTRAINT`, `DROP CONSTRAINT`, `SET` or `DROP NOT NULL`,
`SET` or `DROP DEFAULT`.

## Why it is dangerous

To prove a constraint PostgreSQL reads every table and materialized view with a column of the domain, or of a domain of
it, under SHARE: all of them at once, so that nobody writes to any of them until the last one is read. Unlike that of a
table, VALIDATE CONSTRAINT of a domain takes this lock too, and there is no form that does not. Where the domain is
inside of an array, a composite type or a range, PostgreSQL refuses to prove anything.

## Phases and locks

Where no table with rows uses the domain, all of it is instant (SHARE on those tables while they are read).

ADD CONSTRAINT comes with expand: values that break it are counted and shown, and the change is refused, before anything
is changed; it is added NOT VALID, which locks no table, from then on for what is written; when all transactions that
were at work then have ended, it is looked again (ACCESS SHARE). So it holds for all rows, but the catalog goes on
saying NOT VALID, which the plan tells. VALIDATE CONSTRAINT and SET NOT NULL are refused; with `-- pgwright: allow =
raw_sql` above them, or above ADD CONSTRAINT, they run as typed, with the locks that the plan shows. In place of SET NOT
NULL, `CHECK (VALUE IS NOT NULL)` can be added, or NOT NULL be set on the columns.

DROP CONSTRAINT, DROP NOT NULL and SET DEFAULT come with expand, DROP DEFAULT waits for contract: they lock no table.

## Rollback

What was added is dropped, the DEFAULT that was there comes back. A constraint that was dropped comes back NOT VALID
where tables have rows; NOT NULL does not, then: the plan says so.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER DOMAIN montant ADD CONSTRAINT montant_positif CHECK (VALUE >= 0);
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...base.name import RelationName
from ...sql import alter, parse
from ...sql.quote import ident, literal, qualified
from ..steps import condition
from ..steps.step import Phase
from . import _names, raw_sql
from ._domain import Domain
from ._operation import Compiled, Request
from ._twin import directives, table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterDomainStmt",)


@dataclass(frozen=True, kw_only=True)
class AlterDomain:
    """Change `domain`: `change` is what stands behind its name."""

    domain: str
    change: str
    schema: str | None = None
    allow: str | None = None

    def to_sql(self) -> str:
        """ALTER DOMAIN with its directives."""
        return f"{directives(allow=self.allow)}ALTER DOMAIN {table_sql(self.domain, self.schema)} {self.change};\n"


def compile_(request: Request) -> Compiled:
    """By what is changed."""
    node, domain = request.action.node, _domain(request)
    if domain is None:
        return raw_sql.compile_(request)
    facts = domain.facts
    if facts.error is not None:
        raise request.error(f'domain "{facts.name}": {facts.error}')
    if node.subtype == "T":
        return _default(domain)
    if node.subtype == "C":
        return _added(domain)
    if node.subtype == "O":
        done = Compiled(strategy="nothing to do", why=f"{facts.name} is NOT NULL already") if facts.not_null else None
        return done or _proven(domain, "SET NOT NULL", "DROP NOT NULL", "set not null")
    if node.subtype == "N":
        return _nullable(domain)
    return _dropped(domain) if node.subtype == "X" else _validated(domain)


def _domain(request: Request) -> Domain | None:
    """The domain with what the server says of it and of the change; None for one that the same plan makes."""
    node = type(request.action.node)()
    node.CopyFrom(request.action.node)
    parts = [part.string.sval for part in node.type_name]
    name = RelationName(parts[-2] if len(parts) > 1 else "", parts[-1])
    del node.type_name[1:]
    node.type_name[0].string.sval = "d"
    change = parse.deparse_statement(node).removeprefix("ALTER DOMAIN d ")
    assert request.probe_domain is not None, "the planner asks a server"
    facts = request.probe_domain(name, change if node.subtype in ("C", "T") else "")
    if facts is None:
        if any(made.name == name.name and name.schema in ("", made.schema) for made in request.types):
            return None
        raise request.error(f'there is no domain "{".".join(parts)}"')
    catalog = request.catalog
    if not catalog.superuser and facts.owner not in catalog.member_of:
        raise request.refuse(
            f"must be owner of domain {facts.name}: role {catalog.role} is not",
            hint=f"Connect as {facts.owner}, or: GRANT {ident(facts.owner)} TO {ident(catalog.role)};",
        )
    return Domain(request=request, facts=facts)


def _default(domain: Domain) -> Compiled:
    facts, sets = domain.facts, domain.request.action.node.HasField("def")
    if not sets and facts.default is None:
        return Compiled(strategy="nothing to do", why=f"{facts.name} has no DEFAULT")
    there = f"SET DEFAULT {facts.made_default}" if sets and facts.made_default else "DROP DEFAULT"
    back = f"SET DEFAULT {facts.default}" if facts.default is not None else "DROP DEFAULT"
    phases = (Phase.EXPAND, Phase.ROLLBACK) if sets else (Phase.CONTRACT, Phase.RESTORE)
    return Compiled(
        strategy="catalog-only" if sets else "with contract",
        why="no table is locked" if sets else "the old application relies on it until then",
        hazards=(f"columns of {facts.name} without a DEFAULT of their own get it from {phases[0]} on",),
        steps=(domain.step("set", phases[0], there, undo=(back,)), domain.step("back", phases[1], back)),
    )


def _added(domain: Domain) -> Compiled:
    request, facts = domain.request, domain.facts
    constraint, made = alter.definition(request.action.node), facts.made
    assert made is not None, "the server has taken it"
    name = constraint.conname or _names.free(
        facts.name.name, "", "check", _names.constraints(request.catalog, facts.name.schema) | request.names
    )
    if facts.constraint(name) is not None or name in request.names:
        raise request.error(f'constraint "{name}" for domain "{facts.name}" already exists')
    bare = made.definition.removesuffix(" NOT VALID")
    add, drop = f"ADD CONSTRAINT {ident(name)} {bare}", f"DROP CONSTRAINT {ident(name)}"
    there = has_constraint(facts.name, name)
    refused = f"from expand on a value of the old application that breaks {name} is refused (23514)"
    undo = domain.step("undo", Phase.ROLLBACK, drop, done=condition.neither(there))
    request.names.add(name)
    if constraint.skip_validation:
        added = domain.step("add", Phase.EXPAND, f"{add} NOT VALID", undo=(drop,), done=there)
        why = "it is written as NOT VALID: values that are there are not looked at"
        return Compiled(strategy="NOT VALID", why=why, hazards=(refused,), steps=(added, undo))
    if not made.expression or not domain.filled or request.allowed("raw_sql"):
        return _proven(domain, add, drop, f"add constraint {name}", done=there)
    _refuse_within(domain)
    query = domain.proof(replace(made, name=name))
    added = domain.step("add", Phase.EXPAND, f"{add} NOT VALID", undo=(drop,), done=there)
    return Compiled(
        strategy="NOT VALID, and a look",
        why="PostgreSQL proves it under SHARE only",
        hazards=(
            refused,
            _stays(domain, name),
        ),
        steps=(*query.looks, added, query.again(added), undo),
    )


def _stays(domain: Domain, name: str) -> str:
    text = f"ALTER DOMAIN {qualified(domain.facts.name)} VALIDATE CONSTRAINT {ident(name)}"
    return (
        f"{name} holds for all values, but stays NOT VALID in the catalog: to have it VALID, write "
        f"-- pgwright: allow = raw_sql above {text}; in a quiet hour, because it blocks writes to {domain.shown} while "
        "all of them are read"
    )


def _proven(domain: Domain, there: str, back: str, what: str, *, done: str = "") -> Compiled:
    """What PostgreSQL proves: where there are no rows, or the author says so."""
    _refuse_within(domain)
    if domain.filled and not domain.request.allowed("raw_sql"):
        raise domain.refused(there)
    set_ = domain.step("set", Phase.EXPAND, there, proves=True, undo=(back,), done=done)
    undo = domain.step("undo", Phase.ROLLBACK, back, done=condition.neither(done) if done else "")
    hazards = (f"writes to {domain.shown} are blocked while all of them are read",) if domain.filled else ()
    return Compiled(
        strategy="as typed" if domain.filled else "catalog-only",
        why="the author allows it" if domain.filled else "no table with rows uses it",
        hazards=(*hazards, f"from expand on values of the old application are refused: {what} (23514, 23502)"),
        steps=(set_, undo),
    )


def _refuse_within(domain: Domain) -> None:
    """In PostgreSQL's own words (get_rels_with_domain, 14 to 18)."""
    facts = domain.facts
    if facts.within:
        raise domain.request.error(
            f'cannot alter type "{facts.name}" because column "{facts.within[0]}" uses it inside of another type',
            hint="It can be added NOT VALID: then it holds for what is written.",
        )


def _nullable(domain: Domain) -> Compiled:
    facts = domain.facts
    if not facts.not_null:
        return Compiled(strategy="nothing to do", why=f"{facts.name} may be NULL already")
    return _loosened(domain, "DROP NOT NULL", "SET NOT NULL", "NOT NULL")


def _loosened(domain: Domain, there: str, back: str, what: str, *, done: str = "") -> Compiled:
    """What PostgreSQL would have to prove again on the way back."""
    facts, returns = domain.facts, not domain.filled and not domain.facts.within
    hazards = [f"the old application may read values that {what} of {facts.name} refused before"]
    if not returns:
        hazards.append(f"rollback does not bring {what} of {facts.name} back: it would read tables under SHARE")
    drop = domain.step("drop", Phase.EXPAND, there, undo=(back,) if returns else (), done=done)
    again = domain.step("back", Phase.ROLLBACK, back, proves=True)
    return Compiled(
        strategy="catalog-only",
        why="no table is locked",
        hazards=tuple(hazards),
        steps=(drop, *([again] if returns else [])),
    )


def _dropped(domain: Domain) -> Compiled:
    request, facts, node = domain.request, domain.facts, domain.request.action.node
    constraint = facts.constraint(node.name)
    if constraint is None:
        if node.name in request.names:
            raise request.refuse(f"{node.name} is added by this plan", hint="Leave both out.")
        if node.missing_ok:
            return Compiled(strategy="nothing to do", why=f"there is no constraint {node.name}")
        raise request.error(f'constraint "{node.name}" of domain "{facts.name}" does not exist')
    there, name = f"DROP CONSTRAINT {ident(constraint.name)}", constraint.name
    gone = condition.neither(has_constraint(facts.name, name))
    if not constraint.expression:
        return _loosened(domain, there, f"ADD CONSTRAINT {ident(name)} NOT NULL", f"NOT NULL {name}", done=gone)
    bare = constraint.definition.removesuffix(" NOT VALID")
    proves = constraint.validated and not domain.filled and not facts.within
    back = f"ADD CONSTRAINT {ident(name)} {bare}{'' if proves else ' NOT VALID'}"
    said = [f"the old application may read values that {name} of {facts.name} refused before"]
    if constraint.validated and not proves:
        said.append(f"rollback brings {name} back NOT VALID: PostgreSQL proves it under SHARE only")
    return Compiled(
        strategy="catalog-only",
        why="no table is locked",
        hazards=tuple(said),
        steps=(
            domain.step("drop", Phase.EXPAND, there, undo=(back,), done=gone),
            domain.step("back", Phase.ROLLBACK, back, proves=proves, done=has_constraint(facts.name, name)),
        ),
    )


def _validated(domain: Domain) -> Compiled:
    request, facts, name = domain.request, domain.facts, domain.request.action.node.name
    constraint = facts.constraint(name)
    if constraint is None and name not in request.names:
        raise request.error(f'constraint "{name}" of domain "{facts.name}" does not exist')
    if constraint is not None and constraint.validated:
        return Compiled(strategy="nothing to do", why=f"{name} is valid already")
    _refuse_within(domain)
    there = f"VALIDATE CONSTRAINT {ident(name)}"
    if domain.filled and not request.allowed("raw_sql"):
        raise domain.refused(there)
    looks = domain.proof(constraint).looks if constraint is not None else []
    step = domain.step(
        "valid",
        Phase.EXPAND,
        there,
        proves=True,
        undo=("nothing: it stays proven",),
        done=has_constraint(facts.name, name, valid=True),
    )
    hazards = (f"writes to {domain.shown} are blocked while all of them are read",) if domain.filled else ()
    return Compiled(
        strategy="as typed" if domain.filled else "catalog-only",
        why="the author allows it" if domain.filled else "no table with rows uses it",
        hazards=hazards,
        steps=(*looks, step),
    )


def has_constraint(name: RelationName, constraint: str, *, valid: bool = False) -> str:
    """The query that tells whether the domain has the constraint (proven)."""
    return (
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE contypid = "
        f"pg_catalog.to_regtype({literal(qualified(name))})::oid AND conname = {literal(constraint)}"
        f"{' AND convalidated' if valid else ''})"
    )
